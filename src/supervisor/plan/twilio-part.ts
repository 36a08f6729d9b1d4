import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import { addresses } from './addresses.ts'
import type { PlanInput } from './plan-input.ts'
import {
  sandboxDepositNumber,
  sandboxIvrNumber,
  sandboxKnownNumber,
  sandboxMerchant,
  sandboxNumber,
} from './sandbox-merchant.ts'

/** Without an account no signature is right. */
export function nobodysToken(): string {
  return randomBytes(32).toString('hex')
}

export function twilioPart({ config, sandbox }: PlanInput): z.input<typeof ControlConfig>['twilio'] {
  if (sandbox) {
    return {
      accountSid: sandbox.twilioAccountSid,
      authToken: sandbox.twilioAuthToken,
      apiOrigin: addresses(config).simulator,
      numbers: [
        { number: sandboxNumber, merchantId: sandboxMerchant, agentAddress: 'client:agent' },
        { number: sandboxIvrNumber, merchantId: sandboxMerchant, agentAddress: 'flow:payment-line' },
        { number: sandboxDepositNumber, merchantId: sandboxMerchant, agentAddress: 'flow:deposit' },
        { number: sandboxKnownNumber, merchantId: sandboxMerchant, agentAddress: 'flow:known-caller' },
      ],
    }
  }
  const none = { accountSid: '', authToken: nobodysToken(), numbers: [] }
  const { accountSid, authToken, numbers } = config.twilio ?? none
  const owned = numbers.map(({ number, merchant, agentAddress }) => ({
    number,
    merchantId: merchant,
    agentAddress,
  }))
  return { accountSid, authToken, apiOrigin: null, numbers: owned }
}
