import { describe, expect, it } from 'vitest'
import { Limiter } from '../../../src/control/connections/limiter.ts'

const minute = { name: 'minute', spanMs: 60_000, most: 60 }
const day = { name: 'day', spanMs: 86_400_000, most: 5_000 }
const ask = (account = 'org') => ({ account, windows: [minute, day], atOnce: 5 })

/** Takes and gives back at once; true when there was room. */
const go = (limiter: Limiter, nowMs: number, account = 'org') => {
  const { ok } = limiter.take(ask(account), nowMs)
  if (ok) limiter.give(account)
  return ok
}

describe('the limits of an account', () => {
  it('let sixty go in any minute, and say when the next may', () => {
    const limiter = new Limiter()
    expect(Array.from({ length: 61 }, (_, i) => go(limiter, i * 100))).toEqual([
      ...Array(60).fill(true),
      false,
    ])
    // The first has left the window, with a second for its way.
    expect(limiter.take(ask(), 10_000)).toEqual({ ok: false, untilMs: 61_000 })
    expect(go(limiter, 61_000)).toBe(true)
    expect(go(limiter, 61_050)).toBe(false)
  })

  it('let five thousand go in any day', () => {
    const limiter = new Limiter()
    let gone = 0
    for (let nowMs = 0; nowMs < day.spanMs; nowMs += 1_100) if (go(limiter, nowMs)) gone++
    expect(gone).toBe(5_000)
  })

  it('are another account’s own', () => {
    const limiter = new Limiter()
    for (let i = 0; i < 60; i++) go(limiter, 0)
    expect([go(limiter, 0), go(limiter, 0, 'other')]).toEqual([false, true])
  })

  it('allow five at once', () => {
    const limiter = new Limiter()
    for (let i = 0; i < 5; i++) expect(limiter.take(ask(), 0).ok).toBe(true)
    expect(limiter.take(ask(), 0).ok).toBe(false)
    limiter.give('org')
    expect(limiter.take(ask(), 0).ok).toBe(true)
  })

  it('learn what others used up, in the one window that the answer speaks of', () => {
    const limiter = new Limiter()
    go(limiter, 0)
    limiter.learn('org', day, 1_000, 0)
    expect(go(limiter, 1)).toBe(true)
    limiter.learn('org', minute, 0, 2)
    expect(limiter.take(ask(), 3)).toEqual({ ok: false, untilMs: 61_000 })
    expect(go(limiter, 61_001)).toBe(true)
  })

  it('stay closed after a refusal for as long as it said', () => {
    const limiter = new Limiter()
    limiter.close('org', 30_000)
    expect(limiter.take(ask(), 1)).toEqual({ ok: false, untilMs: 30_000 })
    expect(go(limiter, 30_000)).toBe(true)
  })
})
