import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brandOf } from '../../../src/vault/card/brand.ts'
import { judge } from '../../../src/vault/card/field-rules.ts'
import { passesLuhn } from '../../../src/vault/card/luhn.ts'
import { keyed, seeded } from '../support/digits.ts'

const now = Date.UTC(2026, 0, 15, 12)
const pan = (digits: string, acceptedBrands?: Parameters<typeof judge>[2]['acceptedBrands']) =>
  judge('pan', keyed({ pan: digits }), { now, acceptedBrands })
const expiry = (digits: string, at = now) => judge('expiry', keyed({ expiry: digits }), { now: at })

function withCheckDigit(body: string): string {
  for (let check = 0; check < 10; check++) {
    if (passesLuhn(keyed({ pan: `${body}${check}` }))) return `${body}${check}`
  }
  throw new Error('one of ten check digits always fits')
}

describe('the Luhn check', () => {
  it.each(['4242424242424242', '5555555555554444', '378282246310005', '30569309025904', '6759649826438453'])(
    'takes the published test number %s',
    (digits) => expect(passesLuhn(keyed({ pan: digits }))).toBe(true),
  )

  it('finds every single wrong digit, and takes exactly one check digit', () => {
    const body = fc.stringMatching(/^\d{11,18}$/)
    fc.assert(
      fc.property(body, fc.nat(), fc.integer({ min: 1, max: 9 }), (digits, where, by) => {
        const good = withCheckDigit(digits)
        const at = where % good.length
        const wrong = `${good.slice(0, at)}${(Number(good[at]) + by) % 10}${good.slice(at + 1)}`
        return passesLuhn(keyed({ pan: good })) && !passesLuhn(keyed({ pan: wrong }))
      }),
      seeded(),
    )
  })
})

describe('the brand of a number', () => {
  it.each([
    ['4', 'visa'],
    ['51', 'mastercard'],
    ['2221', 'mastercard'],
    ['2720', 'mastercard'],
    ['34', 'amex'],
    ['37', 'amex'],
    ['6011', 'discover'],
    ['644', 'discover'],
    ['65', 'discover'],
    ['36', 'diners'],
    ['305', 'diners'],
    ['3095', 'diners'],
    ['3528', 'jcb'],
    ['3589', 'jcb'],
    ['50', 'maestro'],
    ['6759', 'maestro'],
    ['62', 'unionpay'],
    ['222099', 'unknown'],
    ['272100', 'unknown'],
    ['9', 'unknown'],
  ] as const)('%s… is %s', (digits, brand) => expect(brandOf(keyed({ pan: digits }))).toBe(brand))

  it.each(['', '2', '22', '3', '35', '352', '6', '60', '63'])('%s… is not known yet', (digits) =>
    expect(brandOf(keyed({ pan: digits }))).toBeUndefined(),
  )

  it('never changes once it is known', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{19}$/), (digits) => {
        let known: string | undefined
        for (let length = 1; length <= 19; length++) {
          const brand = brandOf(keyed({ pan: digits.slice(0, length) }))
          if (known !== undefined && brand !== known) return false
          known = brand ?? known
        }
        return known !== undefined
      }),
      seeded(),
    )
  })
})

describe('a card number', () => {
  it('is complete at the usual length of its brand when the Luhn check holds', () => {
    expect(pan('4242424242424242')).toEqual({ ends: true, result: 'valid', endsBySilence: true })
    expect(pan('378282246310005')).toMatchObject({ ends: true, result: 'valid' })
    expect(pan('30569309025904')).toMatchObject({ ends: true, result: 'valid' })
  })

  it('waits for more where the brand has longer cards and the check fails', () => {
    expect(pan('4242424242424241')).toEqual({ ends: false, result: 'luhn', endsBySilence: true })
    expect(pan(withCheckDigit('424242424242424299'))).toMatchObject({ ends: true, result: 'valid' })
  })

  it('is refused at once where no further digit could make it valid', () => {
    expect(pan('5555555555554445')).toMatchObject({ ends: true, result: 'luhn' })
    expect(pan('378282246310006')).toMatchObject({ ends: true, result: 'luhn' })
    expect(pan('4242424242424242421')).toMatchObject({ ends: true, result: 'luhn' })
  })

  it('of thirteen digits is taken only when the caller says that it is complete', () => {
    expect(pan(withCheckDigit('424242424242'))).toEqual({ ends: false, result: 'valid', endsBySilence: true })
  })

  it('tells why it is not taken', () => {
    expect(pan('42424242')).toMatchObject({ ends: false, result: 'too-short', endsBySilence: false })
    expect(pan('42424242424242')).toMatchObject({ ends: false, result: 'brand-length', endsBySilence: false })
    expect(pan('5555555555554444', ['visa'])).toMatchObject({ ends: true, result: 'brand-not-accepted' })
  })

  it('of a variable length or an unknown brand needs the caller’s word, and ends at nineteen', () => {
    expect(pan('6759649826438453')).toEqual({ ends: false, result: 'valid', endsBySilence: true })
    expect(pan(withCheckDigit('999999999999999999'))).toMatchObject({ ends: true, result: 'valid' })
  })
})

describe('an expiry', () => {
  it('is complete with four digits, not before', () => {
    expect(expiry('013')).toMatchObject({ ends: false, result: 'too-short' })
    expect(expiry('0130')).toMatchObject({ ends: true, result: 'valid' })
  })

  it('is good to the end of its month, everywhere on Earth', () => {
    expect(expiry('0126', Date.UTC(2026, 0, 31, 23, 59))).toMatchObject({ result: 'valid' })
    expect(expiry('0126', Date.UTC(2026, 1, 1, 11, 59))).toMatchObject({ result: 'valid' })
    expect(expiry('0126', Date.UTC(2026, 1, 1, 12))).toMatchObject({ result: 'expired' })
  })

  it('is at most twenty years ahead', () => {
    expect(expiry('0146')).toMatchObject({ result: 'valid' })
    expect(expiry('0246')).toMatchObject({ result: 'too-far' })
  })

  it.each(['0030', '1330', '9930'])('of month %s is none', (digits) =>
    expect(expiry(digits)).toMatchObject({ ends: true, result: 'not-a-month' }),
  )
})

describe('a security code', () => {
  const csc = (number: string, code: string) => judge('csc', keyed({ pan: number, csc: code }), { now })

  it('has three digits, and four on an American Express card', () => {
    expect(csc('4242424242424242', '12')).toMatchObject({ ends: false, result: 'wrong-length' })
    expect(csc('4242424242424242', '123')).toMatchObject({ ends: true, result: 'valid' })
    expect(csc('378282246310005', '123')).toMatchObject({ ends: false, result: 'wrong-length' })
    expect(csc('378282246310005', '1234')).toMatchObject({ ends: true, result: 'valid' })
  })
})

describe('a postcode', () => {
  it('ends with the caller’s word, by silence, or at nine digits', () => {
    expect(judge('postcode', keyed({ postcode: '9021' }), { now })).toEqual({
      ends: false,
      result: 'valid',
      endsBySilence: true,
    })
    expect(judge('postcode', keyed({ postcode: '902101234' }), { now })).toMatchObject({ ends: true })
  })
})
