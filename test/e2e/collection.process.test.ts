import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { CardField } from '../../src/contracts/card.ts'
import type { FieldView, PaymentResource } from '../../src/contracts/desk-port.ts'
import { type DemoCard, demoCard, expiryIn } from '../../src/demo/demo-cards.ts'
import type { SimulatedCall } from '../../src/demo/simulated-call.ts'
import { markedAmex, markedVisa } from '../support/marked-card.ts'
import { House } from './house.ts'
import { keysHeard } from './keys-heard.ts'

const house = new House()
beforeAll(() => house.open())
afterEach(() => house.hangUpAll())
afterAll(() => house.close())

const soonMs = 30_000
const card = (name: string) => demoCard(name, systemClock.now())
const order = (reference: string, more: object = {}) => ({
  amountMinor: 1_050,
  currency: 'GBP',
  reference,
  ...more,
})

/** Waits until a field of the payment is as wanted. */
function field(id: string, name: CardField, wanted: (view: FieldView) => boolean): Promise<PaymentResource> {
  const holds = ({ collection }: PaymentResource) => {
    const view = collection?.fields.find((one) => one.field === name)
    return view !== undefined && wanted(view)
  }
  return house.watch.untilPayment(id, name, holds, soonMs)
}

const status = (id: string, wanted: PaymentResource['status']) =>
  house.watch.untilPayment(id, wanted, (payment) => payment.status === wanted, soonMs)

/** Approved by the gateway once, with this card. */
async function paidOnce(payment: PaymentResource, { pan }: DemoCard): Promise<void> {
  expect(payment).toMatchObject({ status: 'captured', last4: pan.slice(-4), attempts: 1 })
  expect(await house.ledger(payment.reference)).toMatchObject([
    { kind: 'authorisation', outcome: 'approved', captured: true, last4: pan.slice(-4) },
  ])
}

async function pays(call: SimulatedCall, id: string, withCard: DemoCard): Promise<void> {
  await house.keyCard(call, id, withCard)
  await paidOnce(await call.settled(id, soonMs), withCard)
}

describe('what the caller keys', () => {
  it('is taken back with a star, field by field', async () => {
    const call = await house.dial()
    const { id } = await call.startPayment(order('star-1'))
    await call.keyField(id, 'pan', '4000')
    await field(id, 'pan', ({ length }) => length === 4)
    await call.key('*')
    await field(id, 'pan', ({ length }) => length === 0)
    await pays(call, id, markedVisa())
  })

  it('ends the collection with two stars, and nothing is charged until the agent asks again', async () => {
    const call = await house.dial()
    const { id } = await call.startPayment(order('stars-1'))
    await call.keyField(id, 'pan', '4242**')
    const stopped = await status(id, 'created')
    expect(stopped.collection).toMatchObject({ state: 'ended', why: 'caller-cancelled' })
    await house.watch.untilPayment(id, 'an open line', ({ collection }) => collection?.secured === false)
    expect(await house.ledger('stars-1')).toEqual([])
    await house.api.act(id, 'arm')
    await pays(call, id, markedVisa())
  })

  it('is asked for again when a digit is wrong, and when the date has passed', async () => {
    const call = await house.dial()
    const { id } = await call.startPayment(order('wrong-1'))
    // A Visa can have 19 digits, so a wrong one of 16 ends with # (or with a pause).
    await call.keyField(id, 'pan', '4242424242424243#')
    await field(id, 'pan', ({ fault, length }) => fault === 'luhn' && length === 0)
    const good = markedVisa()
    await call.keyField(id, 'pan', good.pan)
    await call.keyField(id, 'expiry', expiryIn(-1, systemClock.now()))
    await field(id, 'expiry', ({ fault, length }) => fault === 'expired' && length === 0)
    await call.keyField(id, 'expiry', '1399')
    await field(id, 'expiry', ({ fault }) => fault === 'not-a-month')
    await call.keyField(id, 'expiry', good.expiry)
    await call.keyField(id, 'csc', good.csc)
    await paidOnce(await call.settled(id, soonMs), good)
  })

  it('has a code of four digits on an American Express', async () => {
    const call = await house.dial()
    const amex = markedAmex()
    const { id } = await call.startPayment(order('amex-1'))
    await call.keyField(id, 'pan', amex.pan)
    await call.keyField(id, 'expiry', amex.expiry)
    await call.keyField(id, 'csc', amex.csc.slice(0, 3))
    const three = await field(id, 'csc', ({ length }) => length === 3)
    expect(three).toMatchObject({ status: 'collecting', collection: { brand: 'amex' } })
    await call.key(amex.csc.slice(3))
    await paidOnce(await call.settled(id, soonMs), amex)
  })

  it.each(['audio', 'message', 'both'] as const)(
    'makes the same payment when the network tells of keys by %s',
    async (report) => {
      const call = await house.dial({ report })
      const { id } = await call.startPayment(order(`told-by-${report}`))
      await pays(call, id, markedVisa())
    },
  )

  it('is not part of the card before the line is armed, and not when a key is held across that moment', async () => {
    const call = await house.dial({ report: 'both' })
    const payment = await house.api.createPayment({ callId: call.call.id, ...order('early-1') })
    await call.key('999')
    const held = call.caller.press('9', { toneMs: 1_500, report: 'audio' })
    await sleep(300)
    await house.api.act(payment.id, 'arm')
    await field(payment.id, 'pan', ({ state }) => state === 'asked')
    await held
    await sleep(500)
    const asked = await house.api.payment(payment.id)
    expect(asked.collection?.fields[0]).toMatchObject({ state: 'asked', length: 0 })
    await pays(call, payment.id, markedVisa())
  })

  it('stays apart from what another caller keys at the same time', async () => {
    const calls = await Promise.all([house.dial(), house.dial({ report: 'audio' })])
    const cards = [markedVisa(), markedAmex()] as const
    await Promise.all(
      calls.map(async (call, which) => {
        const { id } = await call.startPayment(order(`at-once-${which}`))
        await pays(call, id, cards[which] ?? cards[0])
      }),
    )
  })
})

describe("tones on the agent's leg", () => {
  it('reach the caller and never count', async () => {
    const call = await house.dial()
    const { agent } = await house.answerAs(call.call.from)
    const { id } = await call.startPayment(order('agent-keys-1'))
    await field(id, 'pan', ({ state }) => state === 'asked')
    for (const key of '4242' as Iterable<'4' | '2'>)
      await agent.press(key, { toneMs: 120, gapMs: 120, report: 'both' })
    await expect.poll(() => keysHeard(call.caller.heard.toPcm()), { timeout: soonMs }).toMatch(/4+2+4+2+/)
    const asked = await house.api.payment(id)
    expect(asked.collection?.fields[0]).toMatchObject({ state: 'asked', length: 0 })
    agent.close()
    await pays(call, id, markedVisa())
  })
})

describe('a payment', () => {
  it('waits for its confirmation where that was asked for', async () => {
    const call = await house.dial()
    const visa = markedVisa()
    const { id } = await call.startPayment(order('confirm-1', { confirm: 'manual' }))
    await call.keyCard(id, visa)
    const ready = await status(id, 'ready')
    expect(ready).toMatchObject({ brand: 'visa', last4: visa.pan.slice(-4) })
    expect(await house.ledger('confirm-1')).toEqual([])
    await house.api.act(id, 'confirm')
    await paidOnce(await call.settled(id, soonMs), visa)
  })

  it('is reserved and not taken where capture is manual', async () => {
    const call = await house.dial()
    const { id } = await call.startPayment(order('capture-1', { capture: 'manual' }))
    await call.keyCard(id, markedVisa())
    expect(await call.settled(id, soonMs)).toMatchObject({ status: 'authorised' })
    expect(await house.ledger('capture-1')).toMatchObject([{ outcome: 'approved', captured: false }])
  })

  it('takes another card after a decline, and counts both attempts', async () => {
    const call = await house.dial()
    const { id } = await call.startPayment(order('decline-1'))
    await call.keyCard(id, card('insufficient-funds'))
    const declined = await status(id, 'declined')
    expect(declined.decline).toMatchObject({ reason: 'insufficient-funds', retry: 'other-card' })
    await house.api.act(id, 'another-card')
    await call.keyCard(id, card('mastercard'))
    const paid = await status(id, 'captured')
    expect(paid).toMatchObject({ brand: 'mastercard', attempts: 2, decline: null })
    const outcomes = (await house.ledger('decline-1')).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['declined', 'approved'])
  })

  it('is made once for one idempotency key, and the key serves no other', async () => {
    const call = await house.dial()
    const body = { callId: call.call.id, ...order('once-1') }
    const [first, second] = await Promise.allSettled([
      house.api.createPayment(body, 'key-of-the-test-1'),
      house.api.createPayment(body, 'key-of-the-test-1'),
    ])
    const made = [first, second].flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []))
    const again = await house.api.createPayment(body, 'key-of-the-test-1')
    expect(new Set([...made, again.id]).size).toBe(1)
    const other = house.api.createPayment({ ...body, amountMinor: 1 }, 'key-of-the-test-1')
    await expect(other).rejects.toMatchObject({ problem: { code: 'IDEMPOTENCY_KEY_REUSED' } })
  })

  it('is not there for the key of another merchant', async () => {
    const call = await house.dial()
    const { id } = await house.api.createPayment({ callId: call.call.id, ...order('mine-1') })
    const other = house.otherMerchant()
    expect(await other.calls()).toEqual([])
    await expect(other.payment(id)).rejects.toMatchObject({ problem: { code: 'PAYMENT_NOT_FOUND' } })
    for (const verb of ['arm', 'cancel', 'confirm', 'another-card', 'extend'])
      await expect(other.act(id, verb)).rejects.toMatchObject({ problem: { status: 404 } })
    const body = { callId: call.call.id, ...order('theirs-1') }
    await expect(other.createPayment(body)).rejects.toMatchObject({ problem: { code: 'CALL_NOT_FOUND' } })
    expect(await house.api.payment(id)).toMatchObject({ status: 'created' })
  })
})
