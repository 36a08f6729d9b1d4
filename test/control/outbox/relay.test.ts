import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { Secret } from '../../../src/base/secret.ts'
import { createPostWebhook } from '../../../src/control/outbox/post-webhook.ts'
import { eventOf } from '../../../src/control/payments/facts.ts'
import { findPayment } from '../../../src/control/payments/store.ts'
import { agent, merchantId, Rig } from '../payments/rig.ts'
import { until } from '../payments/until.ts'
import { Receiver } from './receiver.ts'

let receiver: Receiver
let other: Receiver
let rig: Rig
beforeEach(async () => {
  receiver = await new Receiver().start()
  other = await new Receiver().start()
  rig = await Rig.start({ webhookEndpoints: [receiver.config, other.config] })
})
afterEach(async () => {
  await rig.close()
  await receiver.stop()
  await other.stop()
})

const outbox = (state: 'waiting' | 'delivered' | 'dead') =>
  rig.store.db
    .selectFrom('outbox')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('state', '=', state)
    .execute()

/** Turns the clock to the very moment at which the failed row is due: past it, its own time limit would run too. */
const turnToNextTry = async (failures: number) => {
  const failed = async () => (await outbox('waiting')).find((row) => row.attempts === failures)
  await until(`try ${failures} has failed`, async () => (await failed()) !== undefined)
  const dueAt = Number((await failed())?.next_at)
  const waitMs = dueAt - rig.clock.now()
  await rig.clock.turn(waitMs)
  return waitMs
}

const paid = async () => {
  const { id } = await rig.collecting()
  rig.vault.keyCard()
  await rig.reaches(id, 'captured')
  return id
}

const paidRow = async () => {
  const id = await paid()
  await until('both have heard', () => receiver.received.length === 2 && other.received.length === 2)
  return findPayment(rig.store.db, { merchantId, paymentId: id })
}

describe('a merchant’s endpoints', () => {
  it('hear of a payment at once, in order, signed, with the same id everywhere', async () => {
    const id = await paid()
    await until('both have heard', () => receiver.received.length === 2 && other.received.length === 2)
    expect(receiver.types(id)).toEqual(['payment.created', 'payment.captured'])
    expect(receiver.received.map((one) => one.id)).toEqual(other.received.map((one) => one.id))
    expect(receiver.unverified).toBe(0)
    expect(receiver.received[1]?.event.data).toMatchObject({
      merchantId,
      amountMinor: 1_050,
      status: 'captured',
      last4: '4242',
    })
    await until('nothing waits', async () => (await outbox('waiting')).length === 0)
  })

  it('can verify with the standardwebhooks package itself, by the machine’s clock', async () => {
    const webhooks = createPostWebhook({
      clock: systemClock,
      egress: { ports: null, allow: ['127.0.0.0/8'] },
    })
    const body = JSON.stringify(eventOf(await paidRow(), 'payment.captured'))
    receiver.verify = (text, headers) => new Webhook(receiver.secret).verify(text, headers)
    const posting = { url: receiver.url, secrets: [new Secret(receiver.secret)], eventId: 'evt_1', body }
    expect(await webhooks.post(posting)).toMatchObject({ status: 204, outcome: 'accepted' })
    const another = new Secret(`whsec_${Buffer.alloc(32, 8).toString('base64')}`)
    await webhooks.post({ ...posting, secrets: [another] })
    expect(receiver.unverified).toBe(1)
    await webhooks.close()
  })

  it('do not wait for one another', async () => {
    receiver.answer = () => {} // Never answers.
    const id = await paid()
    await until('the other has heard all', () => other.types(id).length === 2)
    expect(receiver.types(id)).toEqual(['payment.created'])
  })
})

describe('an endpoint that fails', () => {
  it('is tried again after 5 s and 5 min, with the same id; later events wait their turn', async () => {
    let failures = 2
    receiver.answer = (response) => response.writeHead(failures-- > 0 ? 503 : 204).end()
    const id = await paid()
    expect(await turnToNextTry(1)).toBe(5_250)
    expect(receiver.types(id)).not.toContain('payment.captured')
    expect(await turnToNextTry(2)).toBe(315_000)
    await until('all is delivered', async () => (await outbox('waiting')).length === 0)
    expect(receiver.types(id)).toEqual([
      'payment.created',
      'payment.created',
      'payment.created',
      'payment.captured',
    ])
    expect(new Set(receiver.received.slice(0, 3).map((one) => one.id)).size).toBe(1)
  })

  it('hears of other payments while it hangs on one', async () => {
    receiver.answer = () => {}
    await rig.created()
    await until('the first hangs', () => receiver.received.length === 1)
    receiver.answer = (response) => response.writeHead(204).end()
    for (let n = 0; n < 20; n++) await rig.created()
    await until('all others are told', () => {
      return new Set(receiver.received.map(({ event }) => event.data.id)).size === 21
    })
  })

  it('does not hold up the events of another payment', async () => {
    const first = await rig.created()
    await until('heard', () => receiver.received.length === 1)
    receiver.answer = (response, event) => response.writeHead(event.data.id === first.id ? 500 : 204).end()
    await rig.core.payments.cancel(agent, first.id)
    const second = await rig.created()
    await until('the second is told', () => receiver.types(second.id).length === 1)
    await until('the first was tried', () => receiver.types(first.id).includes('payment.cancelled'))
  })

  it('may ask for more time with Retry-After', async () => {
    receiver.answer = (response) => response.writeHead(429, { 'retry-after': '3600' }).end()
    await rig.created()
    // The other endpoint's row may still be waiting for its first try.
    const tried = async () => (await outbox('waiting')).find((row) => row.attempts === 1)
    await until('it was tried', async () => (await tried()) !== undefined)
    expect(Number((await tried())?.next_at) - rig.clock.now()).toBe(3_600_000)
  })

  it('is not followed to another address', async () => {
    receiver.answer = (response) => response.writeHead(307, { location: other.url }).end()
    await rig.created()
    await until('it was tried', async () => (await outbox('waiting')).some((row) => row.attempts === 1))
    await until('the other has heard of its own', async () => (await outbox('waiting')).length === 1)
    expect(other.received).toHaveLength(1)
  })

  it('that is gone (410) hears nothing more', async () => {
    receiver.answer = (response) => response.writeHead(410).end()
    await rig.created()
    await until('it is disabled', async () => {
      const list = await rig.core.endpoints.list(agent)
      return list.some((one) => one.url === receiver.url && one.state === 'disabled')
    })
    expect(await outbox('dead')).toHaveLength(1)
    await rig.created()
    await until('the other heard', () => other.received.length === 2)
    expect(receiver.received).toHaveLength(1)
  })

  it('that never answers well is given up after ten tries', async () => {
    receiver.answer = (response) => response.writeHead(500).end()
    await rig.created()
    for (let failures = 1; failures < 10; failures++) await turnToNextTry(failures)
    await until('it is dead', async () => (await outbox('dead')).length === 1)
    expect(receiver.received).toHaveLength(10)
    const log = await rig.store.db
      .selectFrom('webhook_deliveries')
      .select(['attempt', 'status', 'outcome'])
      .where('merchant_id', '=', merchantId)
      .where('status', '=', 500)
      .execute()
    expect(log.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe('control dies while it delivers', () => {
  it('and the next process delivers again once the lease has run out', async () => {
    receiver.answer = () => {}
    await rig.created()
    await until('it was sent', () => receiver.received.length === 1)
    await rig.crash()
    receiver.answer = (response) => response.writeHead(204).end()
    await rig.startCore()
    await rig.clock.turn(61_000)
    await until('all is delivered', async () => (await outbox('waiting')).length === 0)
    expect(receiver.received).toHaveLength(2)
    expect(receiver.received[0]?.id).toBe(receiver.received[1]?.id)
  })
})
