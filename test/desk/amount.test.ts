import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exponentOf, toDecimal } from '../../src/base/money.ts'
import { amountAdvice, parseAmount } from '../../src/desk/amount.ts'

describe('an amount typed by the agent', () => {
  it('becomes minor units by the exponent of its currency', () => {
    expect(parseAmount('10.50', 'GBP')).toEqual({ ok: true, amountMinor: 1050 })
    expect(parseAmount(' 10.5 ', 'GBP')).toEqual({ ok: true, amountMinor: 1050 })
    expect(parseAmount('10.', 'GBP')).toEqual({ ok: true, amountMinor: 1000 })
    expect(parseAmount('0.07', 'EUR')).toEqual({ ok: true, amountMinor: 7 })
    expect(parseAmount('1050', 'JPY')).toEqual({ ok: true, amountMinor: 1050 })
    expect(parseAmount('1.25', 'KWD')).toEqual({ ok: true, amountMinor: 1250 })
    // 1.005 × 100 is 100.49999999999999 as a float.
    expect(parseAmount('1.005', 'KWD')).toEqual({ ok: true, amountMinor: 1005 })
  })

  for (const [text, currency, fault] of [
    ['', 'GBP', 'empty'],
    ['  ', 'GBP', 'empty'],
    ['ten', 'GBP', 'not-a-number'],
    ['-5', 'GBP', 'not-a-number'],
    ['1e3', 'GBP', 'not-a-number'],
    ['.50', 'GBP', 'not-a-number'],
    ['£5', 'GBP', 'not-a-number'],
    ['1,050.00', 'GBP', 'comma'],
    ['10,50', 'EUR', 'comma'],
    ['10.505', 'GBP', 'too-precise'],
    ['10.5', 'JPY', 'too-precise'],
    ['1.2345', 'KWD', 'too-precise'],
    ['0', 'GBP', 'zero'],
    ['0.00', 'GBP', 'zero'],
    ['10000000.00', 'GBP', 'too-large'],
    ['9'.repeat(400), 'JPY', 'too-large'],
  ] as const) {
    it(`is refused as ${fault}, with advice: "${text.slice(0, 20)}" ${currency}`, () => {
      expect(parseAmount(text, currency)).toEqual({ ok: false, fault })
      expect(amountAdvice(fault, currency)).toMatch(/\.$/)
    })
  }

  for (const currency of ['JPY', 'GBP', 'KWD']) {
    it(`comes back as it went, for every amount of ${currency} (exponent ${exponentOf(currency)})`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 999_999_999 }), (amountMinor) => {
          expect(parseAmount(toDecimal({ amountMinor, currency }), currency)).toEqual({
            ok: true,
            amountMinor,
          })
        }),
      )
    })
  }
})
