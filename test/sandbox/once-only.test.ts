import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goodCard, type RunningGateway, runGateway, sale } from './running-gateway.ts'

let running: RunningGateway
beforeAll(async () => {
  running = await runGateway()
})
afterAll(() => running.end())

const authorise = (body: object, key: string) => running.client.post('/v1/authorisations', body, { key })
const charges = async (ourReference: string) =>
  (await running.client.ledger()).filter((line) => line.ourReference === ourReference).length

describe('an idempotency key', () => {
  it('gets the first answer again, and charges once', async () => {
    const body = sale()
    const first = await authorise(body, 'key-1')
    const second = await authorise(body, 'key-1')
    expect(second.body).toBe(first.body)
    expect(second.status).toBe(first.status)
    expect(first.headers['idempotent-replayed']).toBeUndefined()
    expect(second.headers['idempotent-replayed']).toBe('true')
    expect(await charges(body.ourReference)).toBe(1)
  })

  it('keeps a decline too', async () => {
    const body = sale({ card: { ...goodCard, number: '4000000000009995' } })
    const first = await authorise(body, 'key-2')
    expect((await authorise(body, 'key-2')).body).toBe(first.body)
    expect(await charges(body.ourReference)).toBe(1)
  })

  it.each([
    ['amount', { amount: 2000 }],
    ['card', { card: { ...goodCard, number: '5555555555554444' } }],
    ['card with the same last four', { card: { ...goodCard, number: '4000000000024242' } }],
    ['security code', { card: { ...goodCard, csc: '999' } }],
  ])('is refused for another %s', async (name, changes) => {
    const body = sale()
    await authorise(body, `key-other-${name.replaceAll(' ', '-')}`)
    const reply = await authorise({ ...body, ...changes }, `key-other-${name.replaceAll(' ', '-')}`)
    expect([reply.status, reply.json.error.code]).toEqual([422, 'idempotency_key_reused'])
    expect(await charges(body.ourReference)).toBe(1)
  })

  it('works for a refund as it does for an authorisation', async () => {
    const { json } = await authorise(sale(), 'key-3')
    const refund = { amount: 100, currency: 'GBP', ourReference: 'att_refund_once' }
    const target = `/v1/authorisations/${json.id}/refunds`
    const first = await running.client.post(target, refund, { key: 'key-4' })
    expect((await running.client.post(target, refund, { key: 'key-4' })).body).toBe(first.body)
    expect(await charges('att_refund_once')).toBe(1)
  })

  it('is forgotten after 24 hours', async () => {
    const body = sale()
    await authorise(body, 'key-5')
    await running.clock.turn(24 * 60 * 60 * 1_000 + 1)
    await authorise(body, 'key-5')
    expect(await charges(body.ourReference)).toBe(2)
  })

  it.each(['', 'with space', 'x'.repeat(256)])('is refused when it reads %j', async (key) => {
    expect((await authorise(sale(), key)).json.error.code).toBe('invalid_idempotency_key')
  })
})
