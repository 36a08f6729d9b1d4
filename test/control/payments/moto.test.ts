import { afterEach, describe, expect, it } from 'vitest'
import type { GatewayCall } from '../../../src/contracts/gateway-call.ts'
import { adyenFixture } from '../../conformance/adyen-fixture.ts'
import { agent, Rig, type RigOptions } from './rig.ts'
import { SandboxRig } from './sandbox-rig.ts'
import { shownCard } from './scripted-vault.ts'
import { until } from './until.ts'

let rig: Rig
afterEach(() => rig.close())

const connector = { connector: 'adyen', settings: adyenFixture.account.settings }

/** The bank declines: one call, and its field is all that is looked at. */
async function started(moto: RigOptions['moto'], merchantMoto?: RigOptions['moto']): Promise<void> {
  rig = await Rig.start({ connector, ...(moto && { moto }), ...(merchantMoto && { merchantMoto }) })
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
    const { id, moto: kept } = await rig.collecting({ callId: call() })
    rig.vault.keyCard()
    expect(await told()).toBe(expected)
    expect(kept).toBe(expected === 'Moto')
    expect(await rig.reaches(id, 'declined')).toMatchObject({ moto: kept })
  })

  it.each([
    ['with an agent', true, withAgent],
    ['alone', false, alone],
  ] as const)(
    'for a merchant with settings of its own, %s, is declared by those: %s',
    async (_how, moto, call) => {
      await started(selfServiceOnly, agentOnly)
      expect(await rig.created({ callId: call() })).toMatchObject({ moto })
    },
  )

  it.each([
    [false, undefined, 'Ecommerce'],
    [true, { agent: false, selfService: false }, 'Moto'],
  ] as const)(
    'for an order that says moto=%s (settings %o) is declared as %s',
    async (moto, settings, expected) => {
      await started(settings)
      const { id } = await rig.collecting({ moto })
      expect(await rig.get(id)).toMatchObject({ moto })
      rig.vault.keyCard()
      expect(await told()).toBe(expected)
    },
  )

  it('is declared as it was said when the payment was made, whatever is set by then', async () => {
    await started(undefined)
    const { id } = await rig.created()
    await rig.crash()
    rig.moto = { agent: false, selfService: false }
    await rig.startCore()
    await rig.core.payments.arm(agent, id)
    await rig.reaches(id, (now) => now.collection?.state === 'collecting')
    rig.vault.keyCard()
    expect(await told()).toBe('Moto')
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

describe('a gateway without a word for telephone orders', () => {
  it('is told nothing of it, and an order that wants it said is refused', async () => {
    rig = await Rig.start({ connector: { connector: 'pay-connector' } })
    expect(await rig.created()).toMatchObject({ moto: null })
    await expect(rig.created({ moto: true })).rejects.toMatchObject({
      code: 'MOTO_NOT_DECLARABLE',
      field: '/moto',
    })
  })
})

describe('the sandbox gateway', () => {
  it('has it in its books', async () => {
    const sandbox = await SandboxRig.start()
    rig = sandbox.rig
    try {
      await sandbox.approved({ moto: false, reference: 'ordinary' })
      await sandbox.approved({ moto: true, reference: 'by phone' })
      const booked = await sandbox.booked('authorisation')
      expect(booked.map(({ merchantReference, moto }) => [merchantReference, moto])).toEqual([
        ['ordinary', undefined],
        ['by phone', true],
      ])
    } finally {
      await sandbox.close()
    }
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
