import { describe, expect, it } from 'vitest'
import { type PlayoutAdvice, PlayoutTracker } from '../../src/bridge/playout-tracker.ts'

/** A player that holds what it has not played; `ppm` slow. What advice it leads to, and what it holds at the end. */
function play(minutes: number, ppm: number): { advice: PlayoutAdvice[]; heldMs: number } {
  const tracker = new PlayoutTracker()
  const advice: PlayoutAdvice[] = []
  let heldMs = 40
  let echo: { atMs: number; name: string } | undefined
  for (let nowMs = 0; nowMs < minutes * 60_000; nowMs += 20) {
    heldMs += (20 * ppm) / 1e6
    const name = tracker.due(nowMs)
    if (name) echo = { atMs: nowMs + heldMs + 50, name }
    if (!echo || echo.atMs > nowMs) continue
    const told = tracker.echoed(echo.name, nowMs)
    echo = undefined
    if (!told) continue
    advice.push(told)
    heldMs -= told.do === 'skip' ? told.frames * 20 : heldMs
  }
  return { advice, heldMs }
}

describe('what waits at the player', () => {
  it('is left alone while it does not grow', () => {
    expect(play(120, 0).advice).toEqual([])
    expect(play(120, -100).advice).toEqual([])
  })

  it('is kept short for two hours when the player is slow', () => {
    const { advice, heldMs } = play(120, 100)
    expect(advice.length).toBeGreaterThan(3)
    expect(heldMs).toBeLessThan(160)
  })

  it('is thrown away when it has grown beyond hope', () => {
    const tracker = new PlayoutTracker()
    const measure = (atMs: number, lagMs: number) => tracker.echoed(tracker.due(atMs)!, atMs + lagMs)
    expect(measure(0, 50)).toBeUndefined()
    expect([measure(5_000, 2_000), measure(10_000, 2_000)]).toEqual([undefined, undefined])
    expect(measure(15_000, 2_000)).toEqual({ do: 'clear' })
  })

  it('is not guessed from one late mark, a mark that is not ours, or a mark that never comes', () => {
    const tracker = new PlayoutTracker()
    expect(tracker.echoed(tracker.due(0)!, 50)).toBeUndefined()
    expect(tracker.echoed(tracker.due(5_000)!, 5_900)).toBeUndefined()
    expect(tracker.echoed('another', 6_000)).toBeUndefined()
    expect(tracker.due(10_000)).toBeDefined()
    expect(tracker.due(20_000)).toBeUndefined()
    expect(tracker.due(41_000)).toBeDefined()
  })
})
