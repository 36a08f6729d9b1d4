import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ask, type Harness, harness, liveCall } from './control-harness.ts'
import { RecordedOperations } from './scripted-parts.ts'

let control: Harness
beforeEach(async () => {
  control = await harness()
})
afterEach(() => control.close())

describe('a list of payments', () => {
  it('is filtered by call, reference, customer, status and age', async () => {
    const query =
      'callId=call_1&reference=INV-7&customer=C-1&status=captured,refunded&createdFrom=5&createdUntil=9&limit=3'
    expect((await ask(control, { url: `/v1/payments?${query}` })).statusCode).toBe(200)
    expect(control.payments.pages.at(-1)).toEqual({
      ...{ callId: 'call_1', reference: 'INV-7', customer: 'C-1', statuses: ['captured', 'refunded'] },
      ...{ createdFrom: 5, createdUntil: 9, limit: 3 },
    })
  })

  it.each(['status=paid', 'createdFrom=yesterday', 'expand=everything', 'sort=asc'])(
    'refuses %s',
    async (query) => {
      const answer = await ask(control, { url: `/v1/payments?${query}` })
      expect(answer.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
    },
  )
})

describe('what is expanded', () => {
  it('comes with the payment: its call, and its captures, voids and refunds', async () => {
    const callId = await liveCall(control)
    const body = { callId, amountMinor: 100, currency: 'GBP', reference: 'R' }
    const { id } = (await ask(control, { method: 'POST', url: '/v1/payments', body })).json()
    await ask(control, { method: 'POST', url: `/v1/payments/${id}/refunds`, body: { amountMinor: 40 } })
    const plain = (await ask(control, { url: `/v1/payments/${id}` })).json()
    expect(plain).not.toHaveProperty('operations')
    const one = (await ask(control, { url: `/v1/payments/${id}?expand=operations,call` })).json()
    expect(one).toMatchObject({ call: { id: callId }, operations: [{ kind: 'refund', amountMinor: 40 }] })
    const list = (await ask(control, { url: '/v1/payments?expand=operations' })).json()
    expect(list.data[0]).toMatchObject({ operations: [{ kind: 'refund' }] })
  })
})

describe('a payment that changes while it is expanded', () => {
  afterEach(() => vi.restoreAllMocks())

  it('is read again: what is done stands with the state that it brought', async () => {
    const callId = await liveCall(control)
    const body = { callId, amountMinor: 100, currency: 'GBP', reference: 'R' }
    const { id } = (await ask(control, { method: 'POST', url: '/v1/payments', body })).json()
    const { made } = control.payments
    const ofPayments = RecordedOperations.prototype.ofPayments
    let reads = 0
    vi.spyOn(RecordedOperations.prototype, 'ofPayments').mockImplementation(function (
      this: RecordedOperations,
      ...asked
    ) {
      if (reads++ === 0) made.splice(0, 1, { ...made[0]!, status: 'voided', updatedAt: 7 })
      return ofPayments.apply(this, asked)
    })
    const shown = (await ask(control, { url: `/v1/payments/${id}?expand=operations` })).json()
    expect(shown).toMatchObject({ status: 'voided', updatedAt: 7 })
    expect(reads).toBe(2)
  })
})

describe('every answer', () => {
  it('says how many requests are left, by the headers of the IETF draft', async () => {
    const { headers } = await ask(control, { url: '/v1/payments' })
    expect(headers).toMatchObject({ 'ratelimit-limit': '6000', 'ratelimit-reset': expect.any(String) })
    expect(Number(headers['ratelimit-remaining'])).toBeLessThan(6_000)
  })
})
