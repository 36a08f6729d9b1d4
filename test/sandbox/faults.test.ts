import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultAmounts } from '../../src/sandbox/faults.ts'
import type { Reply } from './gateway-client.ts'
import { type RunningGateway, runGateway, sale } from './running-gateway.ts'

let running: RunningGateway
beforeAll(async () => {
  running = await runGateway()
})
afterAll(() => running.end())

let keys = 0
const newKey = () => `fault-key-${++keys}`

const authorise = (body: object, key: string, signal = new AbortController().signal) =>
  running.client.post('/v1/authorisations', body, { key, signal })
const charges = async (ourReference: string) =>
  (await running.client.ledger()).filter((line) => line.ourReference === ourReference).length
const inquire = async (ourReference: string) =>
  (await running.client.get(`/v1/authorisations?ourReference=${ourReference}`)).json.authorisations

/** Turns the gateway's clock while a request is out, until it has been answered. */
async function turningUntil(reply: Promise<Reply>, stepMs: number): Promise<Reply> {
  let answered = false
  void reply.finally(() => {
    answered = true
  })
  while (!answered) await running.clock.turn(stepMs)
  return reply
}

/** Asks until the authorisation is known to be under way. */
async function untilPending(ourReference: string): Promise<void> {
  while ((await inquire(ourReference)).length === 0);
}

describe('a fault', () => {
  it.each([
    ['hang', 1],
    ['hang-before-commit', 0],
    ['reset-before-commit', 0],
    ['reset-after-commit', 1],
    ['truncated', 1],
  ])('%s gives no answer, commits %i, and the resend is carried out once', async (fault, committed) => {
    await running.client.fault({ fault })
    const [body, key] = [sale(), newKey()]
    const patience = new AbortController()
    const lost = authorise(body, key, patience.signal).then(
      () => 'answered',
      () => 'lost',
    )
    await running.client.faultTaken()
    if (fault.startsWith('hang')) patience.abort()
    expect(await lost).toBe('lost')
    await running.client.nothingPending(body.ourReference)
    expect(await charges(body.ourReference)).toBe(committed)
    const resent = await authorise(body, key)
    expect(resent.json.outcome).toBe('approved')
    expect(resent.headers['idempotent-replayed']).toBe(committed ? 'true' : undefined)
    expect(await charges(body.ourReference)).toBe(1)
  })

  it.each([
    ['error-500-before', 0],
    ['error-500-after', 1],
  ])('%s answers 500 and commits %i', async (fault, committed) => {
    await running.client.fault({ fault })
    const [body, key] = [sale(), newKey()]
    const reply = await authorise(body, key)
    expect([reply.status, reply.json.error.code]).toEqual([500, 'internal_error'])
    expect(await charges(body.ourReference)).toBe(committed)
    expect((await authorise(body, key)).json.outcome).toBe('approved')
    expect(await charges(body.ourReference)).toBe(1)
  })

  it('unreadable answers with a page', async () => {
    await running.client.fault({ fault: 'unreadable' })
    const body = sale()
    const reply = await authorise(body, newKey())
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'text/html'])
    expect(await charges(body.ourReference)).toBe(1)
  })

  it('wrong-echo answers with another amount than the one that it charged', async () => {
    await running.client.fault({ fault: 'wrong-echo' })
    const [body, key] = [sale(), newKey()]
    expect((await authorise(body, key)).json.amount).toBe(1051)
    expect((await authorise(body, key)).json.amount).toBe(1050)
    expect(await inquire(body.ourReference)).toMatchObject([{ amount: 1050 }])
  })

  it('slow is pending to who asks, and refuses the same key, until it is committed', async () => {
    await running.client.fault({ fault: 'slow', slowMs: 60_000 })
    const [body, key] = [sale(), newKey()]
    const slow = authorise(body, key)
    await untilPending(body.ourReference)
    expect(await inquire(body.ourReference)).toMatchObject([{ id: null, outcome: 'pending' }])
    const again = await authorise(body, key)
    expect([again.status, again.json.error.code]).toEqual([409, 'idempotency_key_in_use'])
    expect(await charges(body.ourReference)).toBe(0)
    expect((await turningUntil(slow, 60_000)).json.outcome).toBe('approved')
    expect(await inquire(body.ourReference)).toMatchObject([{ outcome: 'approved' }])
    expect(await charges(body.ourReference)).toBe(1)
  })

  it('lasts for as many authorisations as it was planned for, and `none` ends it', async () => {
    await running.client.fault({ fault: 'error-500-before', count: 2 })
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await authorise(sale(), newKey())).status)
    expect(statuses).toEqual([500, 500, 201])
    await running.client.fault({ fault: 'error-500-before', count: 5 })
    expect((await running.client.get('/v1/faults')).json).toMatchObject({
      fault: 'error-500-before',
      left: 5,
    })
    await running.client.fault({ fault: 'none' })
    expect((await authorise(sale(), newKey())).status).toBe(201)
  })

  it('can be had by amount, once for each key', async () => {
    expect(faultAmounts[911_106]).toBe('error-500-after')
    const [body, key] = [sale({ amount: 911_106 }), newKey()]
    expect((await authorise(body, key)).status).toBe(500)
    expect((await authorise(body, key)).status).toBe(201)
    const another = sale({ amount: 911_105 })
    const anotherKey = newKey()
    expect((await authorise(another, anotherKey)).status).toBe(500)
    expect((await authorise(another, anotherKey)).json.outcome).toBe('approved')
    expect(await charges(another.ourReference)).toBe(1)
  })

  it('that nobody knows is refused', async () => {
    expect((await running.client.fault({ fault: 'explode' })).status).toBe(400)
  })
})

describe('a gateway that stops', () => {
  it('ends requests that hang or wait, and commits none of those that wait', async () => {
    const other = await runGateway()
    await other.client.fault({ fault: 'slow', slowMs: 60_000 })
    const slow = other.client.post('/v1/authorisations', sale())
    await other.client.faultTaken()
    await other.client.fault({ fault: 'hang' })
    const hung = other.client.post('/v1/authorisations', sale()).catch(() => 'cut')
    await other.client.faultTaken()
    await other.end()
    expect(await hung).toBe('cut')
    expect(
      await slow.then(
        ({ status }) => status,
        () => 'cut',
      ),
    ).not.toBe(201)
  })
})
