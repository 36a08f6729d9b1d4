import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLog, type Facts } from '../../src/base/log.ts'
import { hideCardNumbers } from '../../src/base/luhn-tripwire.ts'
import { Secret } from '../../src/base/secret.ts'

const pan = '4242424242424242'

function lineOf(facts: Facts): Record<string, unknown> {
  const lines: string[] = []
  createLog({ process: 'test', write: (line) => lines.push(line) }).info(facts, 'something happened')
  return JSON.parse(lines[0] ?? '{}')
}

describe('a log line', () => {
  it('holds the message and the facts that are allowed', () => {
    expect(lineOf({ callId: 'call_1', length: 12 })).toMatchObject({
      process: 'test',
      message: 'something happened',
      callId: 'call_1',
      length: 12,
    })
  })

  it.each([
    ['a fact of another name', { card: pan }],
    ['an object in an allowed fact', { reason: { nested: pan } }],
    ['the message of an error', { error: new Error(pan) }],
    ['the cause of an error', { error: new Error('x', { cause: { body: pan } }) }],
    ['an extra property of an error', { error: Object.assign(new Error('x'), { request: pan }) }],
    ['an allowed fact', { reason: pan }],
    ['a URL', { url: `https://gateway.example/cards/${pan}?x=1` }],
    ['a fact with dashes', { reason: 'card 4242-4242-4242-4242 was refused' }],
    ['a number', { length: Number(pan) }],
  ])('never holds a card number that came in %s', (_, facts) => {
    const text = JSON.stringify(lineOf(facts as Facts))
    expect(text.replaceAll(/[^0-9]/g, '')).not.toContain('42424242')
  })
})

describe('the tripwire', () => {
  it('leaves times, ids and amounts alone', () => {
    const text = '{"time":"2026-01-15T12:00:00.000Z","callId":"call_01jd3f8p0m9x2v7k4q6r5s8t1w","length":12}'
    expect(hideCardNumbers(text)).toBe(text)
  })

  it('hides any card number of 12 to 19 digits between other text', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 11, maxLength: 18 })
    fc.assert(
      fc.property(digits, (head) => {
        const card = head.join('') + checkDigit(head)
        expect(hideCardNumbers(`"${card}" refused`)).toBe('"[digits]" refused')
      }),
    )
  })
})

describe('a secret', () => {
  it('is not printed by anything but reveal', () => {
    const secret = new Secret('hush')
    expect(`${secret} ${JSON.stringify({ secret })} ${secret.reveal()}`).toBe(
      '[secret] {"secret":"[secret]"} hush',
    )
  })
})

function checkDigit(head: readonly number[]): number {
  const sum = head.toReversed().reduce((total, digit, i) => {
    const value = i % 2 === 0 ? digit * 2 : digit
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return (10 - (sum % 10)) % 10
}
