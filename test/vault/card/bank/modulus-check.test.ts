import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passesModulus } from '../../../../src/vault/card/bank/modulus-check.ts'
import {
  ModulusLineUnreadable,
  type ModulusTable,
  noModulusTable,
  readSubstitutes,
  readWeights,
} from '../../../../src/vault/card/bank/modulus-table.ts'
import { seeded } from '../../support/digits.ts'

/**
 * Rows for these tests, in the notation of Vocalink's file: the ranges of the examples that its description works
 * through, and under sort codes 00… rows of our own for what those do not show. Not the table: that is Vocalink's.
 */
const weights = `
070116 070116 MOD11  0 0 7 6 5 8 9 4 5 6 7 8 9 -1 12
070116 070116 MOD10  0 3 2 4 5 8 9 4 5 6 7 8 9 -1 13
074456 074456 MOD11  0 0 7 6 5 8 9 4 5 6 7 8 9 -1 12
074456 074456 MOD10  0 3 2 4 5 8 9 4 5 6 7 8 9 -1 13
089999 089999 MOD10  0 0 0 0 0 0 7 1 3 7 1 3 7 1
107999 107999 MOD11  0 0 0 0 0 0 8 7 6 5 4 3 2 1
118765 118765 DBLAL  0 0 2 1 2 1 2 1 2 1 2 1 2 1 1
134020 134020 MOD11  0 0 0 7 5 9 8 4 6 3 5 2 0 0 4
180002 180002 MOD11  0 0 0 0 0 0 8 7 6 5 4 3 2 1 14
200900 203099 MOD11  0 0 0 0 0 0 0 7 6 5 4 3 2 1 6
200900 203099 DBLAL  2 1 2 1 2 1 2 1 2 1 2 1 2 1 6
309070 309070 MOD11  0 0 0 0 0 0 8 7 6 5 4 3 2 1 2
309070 309070 MOD11  0 0 0 0 0 0 0 7 6 5 4 3 2 1 9
499273 499273 DBLAL  2 1 2 1 2 1 2 1 2 1 2 1 2 1
772798 772798 MOD11  0 0 1 2 5 3 6 4 8 7 10 9 3 1 7
820000 820000 MOD11  0 0 1 2 5 3 6 4 8 7 10 9 3 1
820000 820000 DBLAL  2 1 2 1 2 1 2 1 2 1 2 1 2 1 3
871427 871427 MOD11  0 0 1 2 5 3 6 4 8 7 10 9 3 1 10
871427 871427 DBLAL  2 1 2 1 2 1 2 1 2 1 2 1 2 1 11
938000 938696 MOD11  7 6 5 4 3 2 7 6 5 4 3 2 0 0 5
938000 938696 DBLAL  2 1 2 1 2 1 2 1 2 1 2 1 2 0 5
000001 000001 MOD11  8 7 6 5 4 3 2 1 8 7 6 5 4 1 8
000002 000002 MOD11  0 0 0 0 0 0 7 5 8 3 4 6 2 1
`

const substitutes = '938600 938611\n'
const table: ModulusTable = { rows: readWeights(weights), substitutes: readSubstitutes(substitutes) }
const passes = (sortCode: string, account: string, by = table) => {
  const digits = `${sortCode}${account}`
  return passesModulus((position) => Number(digits[position]), by)
}

describe('the modulus check takes the accounts of the published examples', () => {
  it.each([
    ['089999', '66374958', 'modulus 10'],
    ['107999', '88837491', 'modulus 11'],
    ['000002', '58177632', 'modulus 11, worked through'],
    ['499273', '12345678', 'double alternate, worked through'],
    ['202959', '63748472', 'both modulus 11 and double alternate'],
    ['118765', '64371389', 'exception 1: 27 is added'],
    ['309070', '12345677', 'exception 2: its weights where a is not 0'],
    ['309070', '99345694', 'exception 2: those where g is 9 too'],
    ['309070', '12345668', 'exceptions 2 and 9: the second check, at 309634'],
    ['820000', '73688637', 'exception 3: c is 6, so that one check is enough'],
    ['134020', '63849203', 'exception 4: the remainder is gh'],
    ['938611', '07806039', 'exception 5: g and h are the check digits'],
    ['938063', '55065200', 'exception 5: both of them 0'],
    ['200915', '41011166', 'exception 6: an account in foreign currency cannot be checked'],
    ['772798', '99345694', 'exception 7: u to b do not count'],
    ['871427', '46238510', 'exceptions 10 and 11: the first check is enough'],
    ['871427', '09123496', 'exception 10: ab is 09 and g is 9'],
    ['871427', '99123496', 'exception 10: ab is 99 and g is 9'],
    ['074456', '12345112', 'exceptions 12 and 13: modulus 11 alone'],
    ['070116', '34012583', 'exceptions 12 and 13: both'],
    ['074456', '11104102', 'exceptions 12 and 13: modulus 10 alone'],
    ['180002', '00000190', 'exception 14: with a 0 in front'],
  ])('%s %s (%s)', (sortCode, account) => expect(passes(sortCode, account)).toBe(true))
})

describe('and refuses', () => {
  it.each([
    ['089999', '66374959', 'a wrong modulus 10'],
    ['107999', '88837493', 'a wrong modulus 11'],
    ['203099', '66831036', 'a wrong double alternate after a right modulus 11'],
    ['203099', '58716970', 'a wrong modulus 11 before a right double alternate'],
    ['118765', '64371388', 'exception 1 with a wrong digit'],
    ['938063', '15764273', 'exception 5: the first check digit right, the second wrong'],
    ['938063', '15764264', 'exception 5: the first wrong, the second right'],
    ['938063', '15763217', 'exception 5: a remainder of 1'],
    ['134020', '63849204', 'exception 4: another remainder'],
    ['180002', '00000192', 'exception 14: an account that does not end in 0, 1 or 9'],
  ])('%s %s (%s)', (sortCode, account) => expect(passes(sortCode, account)).toBe(false))
})

describe('a sort code that stands for another one', () => {
  it('is looked at as that (exception 5, by the table of substitutions)', () => {
    expect(passes('938600', '42368003')).toBe(true)
    expect(passes('938600', '42368003', { ...table, substitutes: new Map() })).toBe(false)
  })

  it('counts as 090126 under exception 8', () => {
    const fitting = (rows: string, code: string) =>
      Array.from({ length: 11 }, (_, n) => `1234567${n}`.slice(0, 8)).filter((account) =>
        passes(code, account, { rows: readWeights(rows), substitutes: new Map() }),
      )
    const [row = ''] = weights.split('\n').filter((line) => line.startsWith('000001'))
    const asItself = row.replace(/^000001 000001/, '090126 090126').replace(/ 8$/, '')
    expect(fitting(row, '000001')).toEqual(fitting(asItself, '090126'))
  })
})

describe('the check as a whole', () => {
  it('takes any account of a sort code that the table does not have, and all without a table', () => {
    expect(passes('108800', '00012345')).toBe(true)
    expect(passes('089999', '66374959', noModulusTable)).toBe(true)
  })

  it('finds every single wrong digit of an account that is checked by modulus 11', () => {
    fc.assert(
      fc.property(fc.nat(7), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const good = '88837491'
        const wrong = `${good.slice(0, at)}${(Number(good[at]) + by) % 10}${good.slice(at + 1)}`
        return !passes('107999', wrong)
      }),
      seeded(),
    )
  })

  it('needs a file in order: a line that is no row is named by its number, and not quoted', () => {
    const broken = `${weights}\n12 34 MOD12 1 2 3`
    const line = broken.split('\n').length
    expect(() => readWeights(broken)).toThrow(new ModulusLineUnreadable(line))
    expect(() => readWeights('100000 090000 MOD10 0 0 0 0 0 0 7 1 3 7 1 3 7 1')).toThrow(/line 1 /)
    expect(() => readSubstitutes('938600')).toThrow(/line 1 /)
    expect(() => readWeights('\r\n089999 089999 MOD10 0 0 0 0 0 0 7 1 3 7 1 3 7 1\r\n')).not.toThrow()
  })
})
