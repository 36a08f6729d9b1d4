import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BencodeInvalid,
  type BencodeValue,
  decodeBencode,
  encodeBencode,
} from '../../../src/bridge/sip/bencode.ts'

const seed = Number(process.env.SEED ?? Date.now())

const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) })
const { value } = fc.letrec<{ value: BencodeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    bytes,
    fc.integer(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(bytes, tie('value'), { maxKeys: 5, noNullPrototype: false }),
  ),
}))

describe('bencode', () => {
  it.each([
    ['4:spam', 'spam'],
    ['i-42e', -42],
    ['l4:spami7ee', ['spam', 7]],
    ['d7:command4:pinge', { command: 'ping' }],
    ['d1:bi1e1:ai2ee', { a: 2, b: 1 }],
  ])('reads %s', (text, expected) => {
    const read = decodeBencode(Buffer.from(text))
    expect(JSON.parse(JSON.stringify(read))).toEqual(expected)
  })

  it.each([
    '',
    'i',
    'ie',
    'i1',
    '5:spam',
    '-1:',
    'd',
    'd4:spame',
    'l',
    'x',
    '4:spamX',
    `${'l'.repeat(40)}${'e'.repeat(40)}`,
  ])('refuses %j', (text) => {
    expect(() => decodeBencode(Buffer.from(text, 'latin1'))).toThrow(BencodeInvalid)
  })

  it('takes a key like __proto__ for a key like any other', () => {
    const read = decodeBencode(Buffer.from('d9:__proto__d1:a1:bee')) as Record<string, unknown>
    expect(Object.keys(read)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>).a).toBeUndefined()
  })

  it(`reads what it wrote (seed ${seed})`, () => {
    const property = fc.property(value, (whole) => {
      expect(JSON.stringify(sorted(decodeBencode(encodeBencode(whole))))).toBe(JSON.stringify(sorted(whole)))
    })
    fc.assert(property, { seed, numRuns: 500 })
  })

  it(`survives any bytes (seed ${seed})`, () => {
    const property = fc.property(fc.uint8Array({ maxLength: 60 }), (any) => {
      try {
        decodeBencode(any)
      } catch (error) {
        expect(error).toBeInstanceOf(BencodeInvalid)
      }
    })
    fc.assert(property, { seed, numRuns: 3_000 })
  })
})

function sorted(whole: BencodeValue): unknown {
  if (Array.isArray(whole)) return whole.map(sorted)
  if (typeof whole !== 'object') return whole === 0 ? 0 : whole
  return Object.entries(whole)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, child]) => [key, sorted(child)])
}
