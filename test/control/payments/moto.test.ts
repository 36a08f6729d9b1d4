import { afterEach, describe, expect, it } from 'vitest'
import type { GatewayCall } from '../../../src/contracts/gateway-call.ts'
import { adyenFixture } from '../../conformance/adyen-fixture.ts'
import { Rig, type RigOptions } from './rig.ts'
import { shownCard } from './scripted-vault.ts'
import { until } from './until.ts'

let rig: Rig
afterEach(() => rig.close())

const connector = { connector: 'adyen', settings: adyenFixture.account.settings }

/** The bank declines: one call, and its field is all that is looked at. */
async function started(moto: RigOptions['moto']): Promise<void> {
  rig = await Rig.start({ connector, ...(moto && { moto }) })
  rig.vault.gateway = (call) => {
    const ourReference = String(field(call, 'reference'))
    const money = { amountMinor: 1_050, currency: 'GBP' }
    return adyenFixture.answer(call, { do: 'decline', gatewayCode: '12', money, ourReference })
  }
}

const field = (call: GatewayCall | undefined, path: string) =>
  call?.body?.fields.find((one) => one.path.join('.') === path)?.value

/** What the gateway is told of the one card that was sent. */
async function told(): Promise<unknown> {
  await until('the card is sent', () => rig.vault.sent.length === 1)
  return field(rig.vault.sent[0], 'shopperInteraction')
}

const withAgent = (): string => rig.liveCall()

function alone(): string {
  const callId = rig.liveCall()
  rig.calls.set(callId, { ...rig.calls.get(callId)!, agent: 'left' })
  return callId
}

const agentOnly = { agent: true, selfService: false }
const selfServiceOnly = { agent: false, selfService: true }

describe('a card that is keyed', () => {
  it.each([
    ['beside an agent', undefined, 'Moto', withAgent],
    ['beside an agent', agentOnly, 'Moto', withAgent],
    ['beside an agent', selfServiceOnly, 'Ecommerce', withAgent],
    ['without an agent', undefined, 'Moto', alone],
    ['without an agent', agentOnly, 'Ecommerce', alone],
    ['without an agent', selfServiceOnly, 'Moto', alone],
  ] as const)('%s (settings %o) is declared as %s', async (_how, moto, expected, call) => {
    await started(moto)
    const { id } = await rig.collecting({ callId: call() })
    rig.vault.keyCard()
    expect(await told()).toBe(expected)
    await rig.reaches(id, 'declined')
  })

  it('stays of its flow when the agent hangs up before it is sent', async () => {
    await started(agentOnly)
    const callId = withAgent()
    await rig.collecting({ callId })
    rig.calls.set(callId, { ...rig.calls.get(callId)!, agent: 'left' })
    rig.vault.keyCard()
    expect(await told()).toBe('Moto')
  })
})

describe('a card that was posted at the pay door', () => {
  it.each([
    ['charge', agentOnly, 'Ecommerce'],
    ['charge', selfServiceOnly, 'Moto'],
    ['tokenize', agentOnly, 'Ecommerce'],
    ['tokenize', selfServiceOnly, 'Moto'],
  ] as const)('for a %s (settings %o) is declared as self-service is: %s', async (method, moto, expected) => {
    await started(moto)
    const order = { description: null, reference: 'INV-7', fields: ['pan', 'expiry', 'csc'] as const }
    const request = { method, transactionId: 'IP-1', amount: '10.50', currencyCode: 'GBP', ...order }
    rig.vault.post({
      door: 'twilio-pay',
      request: { ...request, fields: [...order.fields] },
      card: shownCard,
      fault: null,
    })
    expect(await told()).toBe(expected)
    await until('the provider is answered', async () => {
      await rig.clock.turn(250)
      return rig.vault.answered.length === 1
    })
  })
})
