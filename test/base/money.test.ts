import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Currency, exponentOf, formatMoney, Money, toDecimal } from '../../src/base/money.ts'

describe('money', () => {
  it.each([
    [{ amountMinor: 1050, currency: 'GBP' }, '10.50', '£10.50'],
    [{ amountMinor: 5, currency: 'GBP' }, '0.05', '£0.05'],
    [{ amountMinor: 500, currency: 'JPY' }, '500', 'JP¥500'],
    [{ amountMinor: 1234, currency: 'KWD' }, '1.234', 'KWD\u00a01.234'],
  ])('writes %j as %s and shows %s', (money, decimal, shown) => {
    expect(toDecimal(money)).toBe(decimal)
    expect(formatMoney(money)).toBe(shown)
  })

  it('keeps every minor unit in the decimal form', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999 }),
        fc.constantFrom('GBP', 'JPY', 'KWD'),
        (amountMinor, currency) => {
          const [whole = '', fraction = ''] = toDecimal({ amountMinor, currency }).split('.')
          expect(fraction.length).toBe(exponentOf(currency))
          expect(Number(whole + fraction)).toBe(amountMinor)
        },
      ),
    )
  })

  it('refuses what is no amount and no currency', () => {
    for (const amountMinor of [0, -1, 1.5, 1_000_000_000])
      expect(Money.safeParse({ amountMinor, currency: 'GBP' }).success).toBe(false)
    for (const currency of ['gbp', 'XQZ', 'POUND']) expect(Currency.safeParse(currency).success).toBe(false)
  })
})
