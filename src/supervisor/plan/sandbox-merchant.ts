import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import type { SandboxCredentials } from '../sandbox-credentials.ts'

export const sandboxMerchant = 'mer_sandbox'

export const sandboxNumber = '+441632960000'

/** Answered by the flow `payment-line`. */
export const sandboxIvrNumber = '+441632960001'

/** Answered by the flow `deposit`. */
export const sandboxDepositNumber = '+441632960002'

/** Answered by the flow `known-caller`, which asks the sandbox CRM once it is connected. */
export const sandboxKnownNumber = '+441632960003'

/** Out of the key that both have: nothing more to keep in `sandbox.json`. */
export function gatewayWebhookSecret({ gatewayKey }: SandboxCredentials): string {
  return createHash('sha256').update(`webhooks ${gatewayKey}`).digest('base64url')
}

/** The app that the sandbox merchant's CRM and books let in: what a connection to them is made with. */
export function officeApp({ gatewayKey }: SandboxCredentials): { clientId: string; clientSecret: string } {
  const clientSecret = createHash('sha256').update(`office ${gatewayKey}`).digest('base64url')
  return { clientId: 'tonewall-sandbox', clientSecret }
}

export function billsSecret({ gatewayKey }: SandboxCredentials): string {
  return `whsec_${createHash('sha256').update(`bills ${gatewayKey}`).digest('base64')}`
}

export function sandboxMerchantOf(
  credentials: SandboxCredentials,
): z.input<typeof ControlConfig>['merchants'][number] {
  const { email, password, apiKey } = credentials
  return {
    id: sandboxMerchant,
    name: 'Sandbox Stores',
    gatewayId: 'sandbox',
    agents: [{ email, name: 'Sandbox Agent', role: 'admin', password }],
    apiKeys: [{ name: 'sandbox', key: apiKey }],
    webhookEndpoints: [],
  }
}
