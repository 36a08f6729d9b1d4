import { describe, expect, it } from 'vitest'
import { backoffMs } from '../../src/base/backoff.ts'
import { firstIdAt, newId } from '../../src/base/ids.ts'

describe('an id', () => {
  it('names its kind and is never given twice', () => {
    const ids = Array.from({ length: 1_000 }, () => newId('payment', 1_700_000_000_000))
    expect(new Set(ids).size).toBe(1_000)
    for (const id of ids) expect(id).toMatch(/^pay_[0-9a-hjkmnp-tv-z]{26}$/)
  })

  it('sorts by age', () => {
    expect(newId('call', 1) < newId('call', 2) && newId('call', 2 ** 40) < newId('call', 2 ** 41)).toBe(true)
  })
})

describe('the backoff', () => {
  it('doubles up to its cap, with jitter over the upper half', () => {
    const at = (attempt: number, random: number) =>
      backoffMs(attempt, { firstMs: 100, capMs: 1_000, random: () => random })
    expect([0, 1, 2, 3, 4, 50].map((attempt) => at(attempt, 0.999999))).toEqual([
      100, 200, 400, 800, 1_000, 1_000,
    ])
    expect([0, 1, 50].map((attempt) => at(attempt, 0))).toEqual([50, 100, 500])
  })

  it('of a time and later begin with the first one of that time', () => {
    const at = Date.UTC(2026, 0, 15)
    const id = newId('payment', at)
    expect(firstIdAt('payment', at) <= id).toBe(true)
    expect(id < firstIdAt('payment', at + 1)).toBe(true)
    expect(firstIdAt('payment', -5)).toBe(firstIdAt('payment', 0))
  })
})
