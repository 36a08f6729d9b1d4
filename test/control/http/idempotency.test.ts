import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PlatformNotReady } from '../../../src/control/payments/payment-errors.ts'
import { ask, type Harness, harness, liveCall, ours, theirs } from './control-harness.ts'

let control: Harness
let payment: Record<string, unknown>

beforeEach(async () => {
  control = await harness()
  payment = { callId: await liveCall(control), amountMinor: 1050, currency: 'GBP', reference: 'INV-1' }
})
afterEach(() => control.close())

const post = (idempotencyKey: string | null, body: unknown = payment, key = ours.key) =>
  ask(control, { method: 'POST', url: '/v1/payments', idempotencyKey, body, key })

describe('an Idempotency-Key', () => {
  it('is required on every POST, and the refusal names it', async () => {
    const answer = await post(null)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'IDEMPOTENCY_KEY_MISSING', remedy: 'fix-request' })
    expect(answer.json().detail).toContain('Idempotency-Key')
    expect(control.payments.made).toHaveLength(0)
  })

  it('makes a repeated request get the first answer, without doing anything again', async () => {
    const first = await post('one')
    const again = await post('one')
    expect(first.statusCode).toBe(201)
    expect(again.statusCode).toBe(201)
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(first.headers['idempotent-replayed']).toBeUndefined()
    expect(again.headers['content-type']).toBe(first.headers['content-type'])
    expect(again.body).toBe(first.body)
    expect(control.payments.made).toHaveLength(1)
  })

  it('gets the secret of a new webhook endpoint again, which is kept sealed', async () => {
    const body = { url: 'https://crm.example/hooks' }
    const make = () =>
      ask(control, { method: 'POST', url: '/v1/webhook-endpoints', idempotencyKey: 'hooks', body })
    const first = (await make()).json()
    expect(first.secret).toMatch(/^whsec_/)
    expect((await make()).json()).toEqual(first)
    const kept = await control.store.db.selectFrom('idempotency_keys').select('body').execute()
    expect(kept.map(({ body }) => body)).toEqual([expect.stringMatching(/^sealed:1:/)])
  })

  it('does not mind in which order the fields of the same body are written', async () => {
    await post('order')
    const again = await post('order', Object.fromEntries(Object.entries(payment).reverse()))
    expect(again.headers['idempotent-replayed']).toBe('true')
  })

  it('is refused for another body, and for another path', async () => {
    await post('two')
    const other = await post('two', { ...payment, amountMinor: 1051 })
    expect(other.statusCode).toBe(422)
    expect(other.json().code).toBe('IDEMPOTENCY_KEY_REUSED')
    const elsewhere = await ask(control, {
      method: 'POST',
      url: `/v1/payments/${control.payments.made[0]?.id}/arm`,
      idempotencyKey: 'two',
    })
    expect(elsewhere.statusCode).toBe(422)
  })

  it('of two hundred at once lets one through', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => post('many')))
    expect(control.payments.made).toHaveLength(1)
    const statuses = new Set(answers.map(({ statusCode }) => statusCode))
    expect([...statuses].every((status) => status === 201 || status === 409)).toBe(true)
    const made = answers.filter((answer) => answer.statusCode === 201)
    expect(new Set(made.map(({ body }) => body)).size).toBe(1)
  })

  it('of a request still under way asks for patience', async () => {
    const held = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    control.payments.beforeCreate = () => {
      reached.resolve()
      return held.promise
    }
    const first = post('slow')
    await reached.promise
    const second = await post('slow')
    expect(second.statusCode).toBe(409)
    expect(second.json()).toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT', remedy: 'retry' })
    expect(second.headers['retry-after']).toBe('1')
    held.resolve()
    expect((await first).statusCode).toBe(201)
    expect((await post('slow')).headers['idempotent-replayed']).toBe('true')
  })

  it('belongs to the one who chose it: the same key of another merchant is another key', async () => {
    await post('shared')
    const other = await post('shared', { ...payment, reference: 'THEIRS' }, theirs.key)
    expect(other.statusCode).toBe(201)
    expect(other.headers['idempotent-replayed']).toBeUndefined()
  })

  it('keeps a refusal too, but gives the key back when nothing was done', async () => {
    const url = '/v1/payments/pay_none/arm'
    const refused = await ask(control, { method: 'POST', url, idempotencyKey: 'kept' })
    expect(refused.statusCode).toBe(404)
    const again = await ask(control, { method: 'POST', url, idempotencyKey: 'kept' })
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.headers['content-type']).toContain('application/problem+json')

    control.payments.beforeCreate = async () => {
      throw new PlatformNotReady()
    }
    expect((await post('given back')).statusCode).toBe(400)
    expect((await post('given-back')).statusCode).toBe(503)
    control.payments.beforeCreate = async () => {}
    const done = await post('given-back')
    expect(done.statusCode).toBe(201)
    expect(done.headers['idempotent-replayed']).toBeUndefined()
  })

  it('keeps its answer over a restart, for a day', async () => {
    const first = await post('lasting')
    control = await control.restart()
    const again = await post('lasting')
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.body).toBe(first.body)
    await control.clock.turn(24 * 60 * 60_000 + 1)
    await liveCall(control, { sid: 'CAnext' })
    expect((await post('lasting')).headers['idempotent-replayed']).toBeUndefined()
  })

  it('whose answer could not be kept is not "under way" for ever: look, then use a new key', async () => {
    const { db } = control.store
    const refuse = "begin select raise(abort, 'the disk of the test'); end"
    await sql.raw(`create trigger full before update on idempotency_keys ${refuse}`).execute(db)
    expect((await post('not-kept')).statusCode).toBe(201)
    await sql.raw('drop trigger full').execute(db)
    const again = await post('not-kept')
    expect(again.statusCode).toBe(409)
    expect(again.json()).toMatchObject({ code: 'IDEMPOTENCY_OUTCOME_UNKNOWN', remedy: 'inquire' })
    expect(control.payments.made).toHaveLength(1)
  })

  it('of a request that a crash cut short is never guessed: look, then use a new key', async () => {
    await post('crashed')
    await control.store.db
      .updateTable('idempotency_keys')
      .set({ state: 'in-flight', status: null, body: null, boot_id: 'another life' })
      .execute()
    control = await control.restart()
    const answer = await post('crashed')
    expect(answer.statusCode).toBe(409)
    expect(answer.json()).toMatchObject({ code: 'IDEMPOTENCY_OUTCOME_UNKNOWN', remedy: 'inquire' })
    expect(control.payments.made).toHaveLength(0)
  })
})
