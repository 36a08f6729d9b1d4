import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MerchantEvent } from '../../../src/contracts/payment-events.ts'
import { change, claim } from '../../../src/control/outbox/store.ts'
import { agent, merchantId, otherAgent, Rig } from '../payments/rig.ts'
import { until } from '../payments/until.ts'
import { Receiver } from './receiver.ts'

let receiver: Receiver
let rig: Rig
beforeEach(async () => {
  receiver = await new Receiver().start()
  rig = await Rig.start({ webhookEndpoints: [receiver.config] })
})
afterEach(async () => {
  await rig.close()
  await receiver.stop()
})

const deliveries = () => rig.core.deliveries
const list = async (page: object = {}) => (await deliveries().list(agent, { limit: 50, ...page })).data
const over = (count: number) =>
  until('all is delivered', async () => {
    const rows = await list()
    return rows.length === count && rows.every(({ state }) => state !== 'waiting')
  })

describe('the delivery log', () => {
  it('has each event and each target, newest first, with status, time and count, and no body', async () => {
    const { id } = await rig.created()
    await rig.clock.turn(10)
    await rig.core.payments.cancel(agent, id)
    await over(2)
    const rows = await list()
    expect(rows.map(({ type, state, attempts }) => [type, state, attempts])).toEqual([
      ['payment.cancelled', 'delivered', 1],
      ['payment.created', 'delivered', 1],
    ])
    const tries = await deliveries().attempts(agent, rows[0]!.id)
    expect(tries).toMatchObject([{ attempt: 1, status: 204, outcome: 'accepted' }])
    expect(JSON.stringify([rows, tries])).not.toContain('amountMinor')
  })

  it('comes in pages, and by target, payment and state', async () => {
    const first = await rig.created()
    await rig.clock.turn(10)
    await rig.created()
    await over(2)
    const page = await deliveries().list(agent, { limit: 1 })
    expect(page.data).toHaveLength(1)
    const rest = await deliveries().list(agent, { limit: 1, cursor: page.nextCursor ?? '' })
    expect(rest.data[0]?.paymentId).toBe(first.id)
    expect(rest.nextCursor).toBeNull()
    expect(await list({ paymentId: first.id })).toHaveLength(1)
    expect(await list({ state: 'dead' })).toEqual([])
    expect(await list({ target: 'whe_other' })).toEqual([])
  })

  it('is nobody else’s', async () => {
    await rig.created()
    await over(1)
    const [mine] = await list()
    expect((await deliveries().list(otherAgent, { limit: 50 })).data).toEqual([])
    for (const looking of [
      deliveries().attempts(otherAgent, mine!.id),
      deliveries().replay(otherAgent, mine!.id),
    ])
      await expect(looking).rejects.toMatchObject({ code: 'DELIVERY_NOT_FOUND' })
    expect(await deliveries().replayDead(otherAgent, mine!.target)).toBe(0)
  })
})

describe('a replay', () => {
  const givenUp = async () => {
    receiver.answer = (response) => response.writeHead(500).end()
    const payment = await rig.created()
    await until('tried', async () => (await list())[0]?.attempts === 1)
    // As if the schedule had run to its last try.
    await rig.store.db.updateTable('outbox').set({ attempts: 9 }).where('state', '=', 'waiting').execute()
    await rig.clock.turn(((await list())[0]?.nextAttemptAt ?? 0) - rig.clock.now())
    await until('given up', async () => (await list())[0]?.state === 'dead')
    return payment
  }

  it('delivers what was given up with the same id, and the log goes on', async () => {
    await givenUp()
    receiver.answer = (response) => response.writeHead(204).end()
    const [dead] = await list({ state: 'dead' })
    await deliveries().replay(agent, dead!.id)
    await until('delivered', async () => (await list())[0]?.state === 'delivered')
    expect(receiver.received.at(-1)?.id).toBe(dead?.eventId)
    const tries = await deliveries().attempts(agent, dead!.id)
    expect(tries.map(({ attempt, status }) => [attempt, status]).slice(-2)).toEqual([
      [10, 500],
      [11, 204],
    ])
  })

  it('that fails begins the waits anew instead of giving up at once', async () => {
    await givenUp()
    const [dead] = await list()
    await deliveries().replay(agent, dead!.id)
    await until('tried', async () => (await list())[0]?.attempts === 11)
    const [row] = await list()
    expect([row?.state, (row?.nextAttemptAt ?? 0) - rig.clock.now()]).toEqual(['waiting', 5_250])
  })

  it('of everything that a target missed is one order', async () => {
    receiver.answer = (response) => response.writeHead(410).end()
    await rig.created()
    await until('gone', async () => (await list())[0]?.state === 'dead')
    receiver.answer = (response) => response.writeHead(204).end()
    const [{ id } = { id: '' }] = await rig.core.endpoints.list(agent)
    expect(await deliveries().replayDead(agent, id)).toBe(1)
    await rig.core.endpoints.enable(agent, id)
    await until('delivered', async () => (await list())[0]?.state === 'delivered')
  })

  it('is refused for what is on its way by itself', async () => {
    receiver.answer = () => {}
    await rig.created()
    await until('sent', () => receiver.received.length === 1)
    const [row] = await list()
    await expect(deliveries().replay(agent, row!.id)).rejects.toMatchObject({ code: 'DELIVERY_UNDER_WAY' })
  })
})

describe('a relay whose lease has run out', () => {
  it('does not undo what the next one delivered', async () => {
    receiver.answer = () => {}
    await rig.created()
    await until('sent', () => receiver.received.length === 1)
    const [row] = await list()
    const want = { merchantId, target: row!.target, limit: 8, leaseMs: 60_000 }
    // The first relay stands still for longer than its lease; a second one takes the row and delivers it.
    const laterMs = rig.clock.now() + 61_000
    const [taken] = await rig.store.transaction((trx) => claim(trx, want, laterMs))
    const first = { ...taken!, leased_until: taken!.leased_until - 61_000 }
    expect(await change(rig.store.db, taken!, { state: 'delivered', leased_until: 0 }, laterMs)).toBe(true)
    expect(await change(rig.store.db, first, { state: 'waiting', next_at: laterMs }, laterMs)).toBe(false)
    expect((await list())[0]?.state).toBe('delivered')
  })
})

describe('an endpoint', () => {
  const endpoint = async () => (await rig.core.endpoints.list(agent)).find(({ source }) => source === 'api')!

  it('is signed for by both secrets for a day after one was replaced, and then by the new one alone', async () => {
    const made = await rig.core.endpoints.create(agent, { url: `${receiver.url}/rotated` })
    const signatures = () => String(receiver.received.at(-1)?.headers['webhook-signature']).split(' ')
    const told = async () => {
      const before = receiver.received.length
      await rig.core.endpoints.test(agent, made.id)
      await until('told', () => receiver.received.length === before + 1)
      await over((await list()).length)
    }
    receiver.verify = () => {}
    await told()
    expect(signatures()).toHaveLength(1)
    const rotated = await rig.core.endpoints.rotateSecret(agent, made.id)
    expect(rotated.secret).not.toBe(made.secret)
    expect(rotated.previousSecretUntil).toBe(rig.clock.now() + 24 * 3_600_000)
    await told()
    expect(new Set(signatures()).size).toBe(2)
    await rig.clock.turn(24 * 3_600_000)
    await told()
    expect(signatures()).toHaveLength(1)
  })

  it('hears a test event, which is an event like any other', async () => {
    await rig.core.endpoints.create(agent, { url: `${receiver.url}/test` })
    receiver.verify = (body) => void MerchantEvent.parse(JSON.parse(body))
    const { eventId } = await rig.core.endpoints.test(agent, (await endpoint()).id)
    await until('heard', () => receiver.received.some(({ id }) => id === eventId))
    await over(1)
    expect(await list({ eventId })).toMatchObject([{ type: 'webhook.test', state: 'delivered' }])
  })

  it('that is disabled hears nothing, and what waited when it is enabled', async () => {
    const made = await rig.core.endpoints.create(agent, { url: `${receiver.url}/paused` })
    receiver.verify = () => {}
    receiver.answer = (response) => response.writeHead(503).end()
    await rig.core.endpoints.test(agent, made.id)
    await until('tried', async () => (await list({ target: made.id }))[0]?.attempts === 1)
    await rig.core.endpoints.disable(agent, made.id)
    await expect(rig.core.endpoints.test(agent, made.id)).rejects.toMatchObject({ code: 'ENDPOINT_DISABLED' })
    await rig.clock.turn(60_000)
    expect((await list({ target: made.id }))[0]?.attempts).toBe(1)
    receiver.answer = (response) => response.writeHead(204).end()
    await rig.core.endpoints.enable(agent, made.id)
    await until('delivered', async () => (await list({ target: made.id }))[0]?.state === 'delivered')
  })
})
