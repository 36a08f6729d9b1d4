import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DigitBuffer } from '../../../src/vault/card/digit-buffer.ts'
import { takeCard } from '../../../src/vault/card/posted-json.ts'
import { readPosted } from '../../../src/vault/card/posted-text.ts'
import { seeded } from '../support/digits.ts'

const pan = '4242424242424242'
const posted = {
  method: 'charge',
  transaction_id: 'IPe1643039ba4820bedc7aad0762a487',
  cardnumber: pan,
  expiry_month: '01',
  expiry_year: '39',
  cvv: '731',
  postal_code: '90210',
  amount: '10.50',
  currency_code: 'GBP',
  description: 'Ein Paar Schuhe, blau “42”',
  parameters: { reference: 'INV-7' },
}

function take(body: unknown, text = JSON.stringify(body)) {
  const bytes = Buffer.from(text, 'utf8')
  const digits = new DigitBuffer()
  const taken = takeCard(bytes, digits)
  const held = (['pan', 'expiry', 'csc', 'postcode'] as const).map((field) => digits.length(field))
  return { taken, held, digits, bytes, left: bytes.toString('utf8') }
}

describe('taking the card out of a posted request', () => {
  it('moves the digits to the buffer and leaves readable JSON without one of them', () => {
    const { taken, held, digits, bytes, left } = take(posted)
    expect(taken).toEqual({ ok: true, fields: ['pan', 'expiry', 'csc', 'postcode'] })
    expect(held).toEqual([16, 4, 3, 5])
    expect(digits.memory.toString('latin1')).toContain(pan)
    expect(digits.memory.toString('latin1', 32, 36)).toBe('0139')
    expect(JSON.parse(left)).toEqual({
      ...posted,
      ...{ cardnumber: '*'.repeat(16), cvv: '***', postal_code: '*****' },
      ...{ expiry_month: '**', expiry_year: '**' },
    })
    expect(readPosted(bytes, ['pan'])).toMatchObject({
      method: 'charge',
      amount: '10.50',
      currencyCode: 'GBP',
      reference: 'INV-7',
      description: posted.description,
    })
  })

  it.each([
    ['four digits of the year', { expiry_year: '2039' }, [16, 4, 3, 5]],
    ['one digit of the month', { expiry_month: '1' }, [16, 4, 3, 5]],
    [
      'bare numbers',
      { cardnumber: 4242424242424242, cvv: 731, expiry_month: 1, expiry_year: 2039 },
      [16, 4, 3, 5],
    ],
    ['groups', { cardnumber: '4242 4242-4242 4242' }, [16, 4, 3, 5]],
    ['a postcode with letters', { postal_code: 'SW1A 1AA' }, [16, 4, 3, 0]],
    ['no code', { cvv: undefined }, [16, 4, 0, 5]],
    ['null', { cvv: null, postal_code: null }, [16, 4, 0, 0]],
    ['a year of another century', { expiry_year: '1939' }, [16, 0, 3, 5]],
    ['letters in the number', { cardnumber: '4242a42424242424' }, [0, 4, 3, 5]],
    ['too many digits', { cardnumber: '4'.repeat(20) }, [0, 4, 3, 5]],
    ['an escaped digit', { cardnumber: '\u0000' }, [0, 4, 3, 5]],
  ])('takes or leaves out %s', (_what, changes, held) => {
    const result = take({ ...posted, ...changes })
    expect(result.held).toEqual(held)
    expect(() => JSON.parse(result.left)).not.toThrow()
    expect(result.left).not.toContain('4242424')
  })

  it.each([
    ['a list', '[1]'],
    ['nothing', ''],
    ['half an object', `{"cardnumber":"${pan}`],
    ['a name twice', `{"cardnumber":"${pan}","cardnumber":"4111111111111111"}`],
    ['a card in an object', `{"cardnumber":{"digits":"${pan}"}}`],
    ['something after the end', `{"cardnumber":"${pan}"}x`],
    ['no colon', `{"cardnumber" "${pan}"}`],
  ])('wipes the whole of %s', (_what, text) => {
    const { taken, bytes } = take(null, text)
    expect(taken).toEqual({ ok: false })
    expect(bytes.every((byte) => byte === 0)).toBe(true)
  })

  it('leaves no digit of the card behind in any object, wherever its members stand', () => {
    const other = fc.dictionary(
      fc.string({ unit: 'grapheme', maxLength: 12 }).filter((name) => !(name in posted)),
      fc.jsonValue({ maxDepth: 2, stringUnit: fc.constantFrom('a', '"', '\\', '{', '}', ',', ':', '😀') }),
      { maxKeys: 6 },
    )
    fc.assert(
      fc.property(other, fc.constantFrom('  ', '\n\t', ''), fc.boolean(), (more, space, first) => {
        const body = first ? { ...posted, ...more } : { ...more, ...posted }
        const { taken, left } = take(null, JSON.stringify(body, null, space))
        expect(taken.ok).toBe(true)
        expect(left).not.toContain(pan)
        expect(JSON.parse(left)).toMatchObject({ amount: '10.50', cardnumber: '*'.repeat(16), cvv: '***' })
      }),
      { ...seeded(), numRuns: 300 },
    )
  })
})

describe('what is left of it', () => {
  const left = (changes: object) => readPosted(Buffer.from(JSON.stringify({ ...posted, ...changes })), [])

  it('is no request of the standard when it is about a bank account, or names no transaction', () => {
    expect(left({ payment_method: 'ach-debit' })).toBeUndefined()
    expect(left({ transaction_id: undefined })).toBeUndefined()
    expect(left({ method: 'refund' })).toBeUndefined()
    expect(left({})).toBeDefined()
  })
})
