import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { apiVersions, currentVersion, firstVersion } from '../../../src/contracts/api-version.ts'
import { answerAsOf } from '../../../src/control/http/version-changes.ts'
import { ask, type Harness, harness, liveCall } from './control-harness.ts'

let control: Harness
beforeEach(async () => {
  control = await harness()
})
afterEach(() => control.close())

const pinned = (version: string) =>
  control.store.db.updateTable('api_keys').set({ api_version: version }).execute()

async function madePayment(): Promise<string> {
  const body = { callId: await liveCall(control), amountMinor: 100, currency: 'GBP', reference: 'R' }
  return (await ask(control, { method: 'POST', url: '/v1/payments', body })).json().id
}

describe('an answer as of an older date', () => {
  const payment = {
    id: 'pay_1',
    status: 'partly-refunded',
    amountMinor: 5,
    capturedMinor: 5,
    refundedMinor: 2,
  }

  it('knows no refunds and no voids: what was taken is captured, what was released is cancelled', () => {
    const before = { id: 'pay_1', amountMinor: 5 }
    expect(answerAsOf(firstVersion, payment)).toEqual({ ...before, status: 'captured' })
    expect(answerAsOf(firstVersion, { ...payment, status: 'refunded' })).toMatchObject({ status: 'captured' })
    expect(answerAsOf(firstVersion, { ...payment, status: 'voided' })).toMatchObject({ status: 'cancelled' })
    expect(answerAsOf(firstVersion, { ...payment, status: 'declined' })).toMatchObject({ status: 'declined' })
  })

  it('is taken back wherever payments stand, and changes nothing else', () => {
    const page = { data: [payment], nextCursor: null }
    expect(answerAsOf(firstVersion, page)).toEqual({
      data: [{ id: 'pay_1', amountMinor: 5, status: 'captured' }],
      nextCursor: null,
    })
    const call = { id: 'call_1', status: 'live' }
    expect(answerAsOf(firstVersion, { type: 'call', call })).toEqual({ type: 'call', call })
  })

  it('is the very same for readers of today', () => {
    expect(answerAsOf(currentVersion, payment)).toBe(payment)
  })
})

describe('the date of the API', () => {
  it('is the one that the key is pinned to, and stands in every answer', async () => {
    const id = await madePayment()
    const today = await ask(control, { url: `/v1/payments/${id}` })
    expect(today.headers['tonewall-version']).toBe(currentVersion)
    expect(today.json()).toHaveProperty('capturedMinor')
    await pinned(firstVersion)
    const older = await ask(control, { url: `/v1/payments/${id}` })
    expect(older.headers['tonewall-version']).toBe(firstVersion)
    expect(older.json()).not.toHaveProperty('capturedMinor')
  })

  it('can be another for one request', async () => {
    const id = await madePayment()
    await pinned(firstVersion)
    const headers = { 'tonewall-version': currentVersion }
    expect((await ask(control, { url: `/v1/payments/${id}`, headers })).json()).toHaveProperty(
      'capturedMinor',
    )
  })

  it('is one that there is', async () => {
    const answer = await ask(control, { url: '/v1/payments', headers: { 'tonewall-version': '1999-12-31' } })
    expect(answer.json()).toMatchObject({ status: 400, code: 'API_VERSION_UNKNOWN' })
    for (const version of apiVersions) expect(answer.json().detail).toContain(version)
  })

  it('holds for kept answers too: the same key, asked with another date, answers in that', async () => {
    const callId = await liveCall(control)
    const body = { callId, amountMinor: 100, currency: 'GBP', reference: 'R' }
    const post = (version: string) =>
      ask(control, {
        ...{ method: 'POST', url: '/v1/payments', body, idempotencyKey: 'kept' },
        headers: { 'tonewall-version': version },
      })
    expect((await post(currentVersion)).json()).toHaveProperty('capturedMinor')
    const replayed = await post(firstVersion)
    expect(replayed.headers['idempotent-replayed']).toBe('true')
    expect(replayed.json()).not.toHaveProperty('capturedMinor')
  })
})
