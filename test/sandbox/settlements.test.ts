import { describe, expect, it } from 'vitest'
import type { LedgerLine } from '../../src/sandbox/ledger.ts'
import { settledOn, settlementsOf } from '../../src/sandbox/settlements.ts'

const sale: LedgerLine = {
  id: 'auth_1',
  authorisationId: 'auth_1',
  kind: 'authorisation',
  ourReference: 'att_1',
  merchantReference: 'order-7',
  amount: 1000,
  currency: 'GBP',
  outcome: 'approved',
  declineCode: null,
  captured: true,
  authCode: '204815',
  brand: 'visa',
  last4: '4242',
  at: '2026-01-15T12:00:00.000Z',
}
const line = (id: string, changes: Partial<LedgerLine>): LedgerLine => ({
  ...sale,
  id,
  authorisationId: id,
  ...changes,
})
const midday = (day: number) => Date.UTC(2026, 0, day, 12)

describe('settlements', () => {
  it('pay out the captures of a day less its refunds, in each currency, once the day has ended', () => {
    const lines = [
      sale,
      line('auth_2', { amount: 500 }),
      line('ref_1', { kind: 'refund', captured: false, amount: 300 }),
      line('auth_3', { currency: 'EUR', amount: 70 }),
      line('auth_4', { at: '2026-01-16T00:00:00.000Z' }),
    ]
    expect(settlementsOf(lines, midday(15))).toEqual([])
    expect(settlementsOf(lines, midday(16))).toMatchObject([
      { id: 'set_2026-01-15_EUR', netMinor: 70 },
      { id: 'set_2026-01-15_GBP', grossMinor: 1500, refundedMinor: 300, netMinor: 1200 },
    ])
    expect(settlementsOf(lines, midday(17), '2026-01-16')).toMatchObject([
      { id: 'set_2026-01-16_GBP', netMinor: 1000 },
    ])
  })

  it('leave out what was declined, only reserved, or cancelled', () => {
    const lines = [
      line('auth_1', { outcome: 'declined', declineCode: 'insufficient_funds', captured: false }),
      line('auth_2', { captured: false }),
      line('auth_3', {}),
      line('void_1', { kind: 'void', authorisationId: 'auth_3', captured: false }),
    ]
    expect(settlementsOf(lines, midday(17))).toEqual([])
  })

  it('happen at midnight UTC', () => {
    expect(settledOn(sale, Date.UTC(2026, 0, 15, 23, 59, 59, 999))).toBe(false)
    expect(settledOn(sale, Date.UTC(2026, 0, 16))).toBe(true)
  })
})
