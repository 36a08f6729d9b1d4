import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  admits,
  type BreakerEvent,
  type BreakerState,
  breakerRules,
  closedBreaker,
  step,
} from '../../../src/control/watch/breaker.ts'

const seed = Number(process.env.SEED ?? Date.now())
const { failuresInARow, openMs, longestOpenMs, probeEveryMs, leastCalls } = breakerRules
const failed: BreakerEvent = { type: 'failed' }
const answered: BreakerEvent = { type: 'answered' }

function play(events: readonly BreakerEvent[], from = closedBreaker, atMs = 0): BreakerState {
  return events.reduce((state, event) => step(state, event, atMs), from)
}
const opened = play(Array.from({ length: failuresInARow }, () => failed))

describe('a circuit breaker', () => {
  it('opens at the fifth failure in a row, and not at the fourth', () => {
    expect(play(Array.from({ length: failuresInARow - 1 }, () => failed)).at).toBe('closed')
    expect(opened.at).toBe('open')
  })

  it('opens when half of many calls fail, in whatever order', () => {
    const mixed = Array.from({ length: leastCalls }, (_, i) => (i % 2 === 0 ? answered : failed))
    expect(play(mixed.slice(0, -1)).at).toBe('closed')
    expect(play(mixed).at).toBe('open')
  })

  it('admits nobody while it is open, and says for how long', () => {
    expect(admits(opened, 1)).toEqual({ retryAfterMs: openMs - 1 })
  })

  it('lets one through when its time is over, and the next only a minute later', () => {
    expect(admits(opened, openMs)).toBe(true)
    const probing = step(opened, { type: 'probing' }, openMs)
    expect(probing.at).toBe('half-open')
    expect(admits(probing, openMs)).toEqual({ retryAfterMs: probeEveryMs })
    expect(admits(probing, openMs + probeEveryMs)).toBe(true)
  })

  it('closes at the first answer, also to an inquiry while it is open', () => {
    expect(step(opened, answered, 1)).toEqual(closedBreaker)
    expect(step(opened, answered, openMs)).toEqual(closedBreaker)
  })

  it('stays open twice as long each time that the probe fails, up to four minutes', () => {
    let state = opened
    let nowMs = 0
    const waits: number[] = []
    for (let i = 0; i < 7; i++) {
      if (state.at !== 'open') throw new Error('not open')
      waits.push(state.untilMs - nowMs)
      nowMs = state.untilMs
      state = step(state, failed, nowMs)
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 240, 240].map((s) => s * 1_000))
    expect(Math.max(...waits)).toBe(longestOpenMs)
  })

  it('is never open without a time at which somebody may try again, whatever happens', () => {
    const anyEvent = fc.constantFrom<BreakerEvent['type']>('answered', 'failed', 'tick', 'probing')
    fc.assert(
      fc.property(fc.array(fc.tuple(anyEvent, fc.nat(120_000)), { maxLength: 80 }), (events) => {
        let state = closedBreaker
        let nowMs = 0
        for (const [type, waitMs] of events) {
          nowMs += waitMs
          state = step(state, { type }, nowMs)
        }
        const admitted = admits(state, nowMs)
        const waitMs = admitted === true ? 0 : admitted.retryAfterMs
        expect(waitMs).toBeLessThanOrEqual(longestOpenMs)
        expect(admits(state, nowMs + waitMs)).toBe(true)
      }),
      { seed },
    )
  })
})
