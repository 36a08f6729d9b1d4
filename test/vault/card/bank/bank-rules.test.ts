import { describe, expect, it } from 'vitest'
import { bankFields } from '../../../../src/contracts/bank-account.ts'
import { accountSummaryOf } from '../../../../src/vault/card/bank/bank-rules.ts'
import { readWeights } from '../../../../src/vault/card/bank/modulus-table.ts'
import { judge } from '../../../../src/vault/card/field-rules.ts'
import { scrub } from '../../../../src/vault/card/scrub.ts'
import { allows } from '../../../../src/vault/policy.ts'
import { keyed } from '../../support/digits.ts'

const now = Date.UTC(2026, 0, 15, 12)
const rows = readWeights('107999 107999 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1')
const modulus = { rows, substitutes: new Map() }
const sortCode = (digits: string) => judge('sort-code', keyed({ 'sort-code': digits }), { now })
const ukAccount = (digits: string, code = '107999') =>
  judge('account-number', keyed({ 'sort-code': code, 'account-number': digits }), { now, modulus })
const routing = (digits: string) => judge('routing-number', keyed({ 'routing-number': digits }), { now })
const usAccount = (digits: string) =>
  judge('account-number', keyed({ 'routing-number': '110000000', 'account-number': digits }), { now })

describe('a UK account', () => {
  it('has six digits of a sort code, which end by themselves', () => {
    expect(sortCode('10799')).toEqual({ ends: false, result: 'too-short', endsBySilence: false })
    expect(sortCode('107999')).toMatchObject({ ends: true, result: 'valid' })
  })

  it('has eight digits of an account number, which have to fit the sort code', () => {
    expect(ukAccount('8883749')).toMatchObject({ ends: false, result: 'too-short' })
    expect(ukAccount('88837491')).toMatchObject({ ends: true, result: 'valid' })
    expect(ukAccount('88837493')).toMatchObject({ ends: true, result: 'modulus' })
    expect(ukAccount('88837493', '108800')).toMatchObject({ ends: true, result: 'valid' })
  })

  it('is told by its last four digits and nothing else', () => {
    const digits = keyed({ 'sort-code': '107999', 'account-number': '88837491' })
    expect(accountSummaryOf(digits)).toEqual({ brand: 'bank-account', scheme: 'uk', last4: '7491' })
  })
})

describe('a US account', () => {
  it.each(['110000000', '021000021', '011401533', '091000019'])('takes the routing number %s', (digits) =>
    expect(routing(digits)).toMatchObject({ ends: true, result: 'valid' }),
  )

  it.each([
    ['110000001', 'a wrong check digit'],
    ['012000021', 'two digits in each other’s place'],
    ['000000000', 'nothing but zeros'],
    ['500000005', 'a beginning that the Federal Reserve gives to nobody'],
  ])('refuses %s: %s', (digits) => expect(routing(digits)).toMatchObject({ ends: true, result: 'checksum' }))

  it('finds every single wrong digit of a routing number', () => {
    const good = '021000021'
    for (let at = 0; at < 9; at++)
      for (let by = 1; by < 10; by++) {
        const wrong = `${good.slice(0, at)}${(Number(good[at]) + by) % 10}${good.slice(at + 1)}`
        expect(routing(wrong).result, wrong).toBe('checksum')
      }
  })

  it('has four to seventeen digits of an account number: # or silence ends it, or the seventeenth', () => {
    expect(usAccount('123')).toEqual({ ends: false, result: 'too-short', endsBySilence: false })
    expect(usAccount('000123456789')).toEqual({ ends: false, result: 'valid', endsBySilence: true })
    expect(usAccount('0'.repeat(17))).toMatchObject({ ends: true, result: 'valid' })
  })

  it('is told by four digits, and by two where there are not eight', () => {
    const told = (digits: string) =>
      accountSummaryOf(keyed({ 'routing-number': '110000000', 'account-number': digits }))
    expect(told('000123456789')).toEqual({ brand: 'bank-account', scheme: 'us', last4: '6789' })
    expect(told('1234567')).toMatchObject({ last4: '67' })
  })
})

describe('the account in the card process', () => {
  const digits = keyed({ 'sort-code': '107999', 'account-number': '88837491' })

  it('lies in one buffer, fills its slots, and is zeroed with everything else', () => {
    const target = Buffer.alloc(14)
    expect(digits.copyTo('sortCode', target, 0)).toBe(6)
    expect(digits.copyTo('accountNumber', target, 6)).toBe(14)
    expect(target.toString('latin1')).toBe('10799988837491')
    expect(digits.slotBytes('routingNumber')).toBe(0)
    const copy = keyed({ 'routing-number': '110000000', 'account-number': '12345678901234567' })
    copy.zeroAll()
    expect(copy.memory.every((byte) => byte === 0)).toBe(true)
  })

  it('has its number wiped from replies; a short one only where it can be nothing else', () => {
    const scrubbed = (text: string, of = digits) => {
      const bytes = Buffer.from(text)
      scrub(bytes, of)
      return bytes.toString()
    }
    expect(scrubbed('{"account":"8883 7491","last4":"7491"}')).toBe('{"account":"*********","last4":"7491"}')
    const short = keyed({ 'routing-number': '110000000', 'account-number': '1050' })
    expect(scrubbed('{"account":"1050","amount":1050}', short)).toBe('{"account":"****","amount":1050}')
  })

  it('goes to no place of a request but the one that the policy names', () => {
    const destination = { connector: 'stripe', origin: 'https://api.stripe.com' }
    const call = (path: string[]) => ({
      ...destination,
      operation: 'create-uk-account',
      method: 'POST' as const,
      path: '/v1/payment_methods',
      headers: [],
      body: { encoding: 'form' as const, fields: [{ path, value: { slot: 'accountNumber' as const } }] },
      timeoutMs: 20_000,
    })
    expect(allows(destination, call(['bacs_debit', 'account_number']))).toBe(true)
    expect(allows(destination, call(['metadata', 'account_number']))).toBe(false)
    expect(allows(destination, call(['card', 'number']))).toBe(false)
  })

  it('is asked for in one order: what decides how it is checked comes first', () => {
    expect(bankFields).toEqual({
      uk: ['sort-code', 'account-number'],
      us: ['routing-number', 'account-number'],
    })
  })
})
