import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scrub } from '../../../src/vault/card/scrub.ts'
import { keyed, seeded } from '../support/digits.ts'

const card = keyed({ pan: '4242424242424242', csc: '731' })

function scrubbed(text: string, digits = card): string {
  const bytes = Buffer.from(text, 'utf8')
  scrub(bytes, digits)
  return bytes.toString('utf8')
}

const stars = (length: number) => '*'.repeat(length)

describe('the scrubbed reply', () => {
  it.each([
    ['4242424242424242', 16],
    ['4242 4242 4242 4242', 19],
    ['4242-4242-4242-4242', 19],
    ['4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2', 31],
    ['4242%204242%204242%204242', 25],
    ['424242424242\\u0034\\u0032\\u0034\\u0032', 36],
    ['%34%32%34%32424242424242', 24],
  ])('has no collected number written as %s', (written, length) => {
    expect(scrubbed(`{"echo":"${written}"}`)).toBe(`{"echo":"${stars(length)}"}`)
  })

  it('has no other number that could be a card', () => {
    expect(scrubbed('{"other":"5555 5555 5555 4444"}')).toBe(`{"other":"${stars(19)}"}`)
    expect(scrubbed('{"other":"378282246310005"}')).toBe(`{"other":"${stars(15)}"}`)
  })

  it('stays JSON where a number stood without quotes', () => {
    const text = scrubbed('{"pan":4242424242424242,"list":[5555555555554444],"amount":1050}')
    expect(JSON.parse(text)).toEqual({ pan: 0, list: [0], amount: 1050 })
  })

  it.each([
    '"csc":"731"',
    '"cvc2": 731',
    'cvv=7313&',
    '<SecurityCode>731</SecurityCode>',
    '"security_code":"731"',
  ])('has no security code in %s', (text) => expect(scrubbed(text)).not.toContain('731'))

  it.each([
    '{"id":"auth_1","amount":1050,"created":"2026-01-15T12:00:00Z"}',
    '{"ref":"pi_378282246310005","reference":"424242424242424212345678"}',
    '{"declined":"cvc_check failed","code":"05","time":1768478400124}',
  ])('leaves the rest as it is: %s', (text) => expect(scrubbed(text, keyed({}))).toBe(text))

  it('has no run of the number’s digits left, wherever it stood', () => {
    const separator = fc.constantFrom('', ' ', '-', '.', '/', '  ', '%20', ', ')
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.array(separator, { minLength: 15, maxLength: 15 }),
        (before, after, between) => {
          const pan = '4242424242424242'
          const written = [...pan].map((digit, i) => digit + (between[i] ?? '')).join('')
          const wiped = scrubbed(`${before}${written}${after}`)
          return !wiped.replace(/%20|[^0-9]/g, '').includes(pan)
        },
      ),
      seeded(),
    )
  })
})
