import { describe, expect, it } from 'vitest'
import { Ticker } from '../../src/simulator/ticker.ts'
import { ManualClock } from '../support/manual-clock.ts'

/** A machine under load: every timer fires later than asked, by up to `mostMs`. */
class LateClock extends ManualClock {
  readonly #mostMs: number
  #state = 7

  constructor(mostMs: number) {
    super()
    this.#mostMs = mostMs
  }

  override after(delayMs: number, task: () => void) {
    this.#state = (this.#state * 48_271) % 2_147_483_647
    return super.after(delayMs + (this.#state / 2_147_483_647) * this.#mostMs, task)
  }
}

describe('the shared ticker', () => {
  it('calls every subscriber fifty times a second', async () => {
    const clock = new ManualClock()
    const ticker = new Ticker(clock)
    const counts = [0, 0, 0, 0, 0]
    for (const index of counts.keys()) ticker.add(() => counts[index]!++)
    await clock.turn(2_000)
    expect(counts).toEqual([100, 100, 100, 100, 100])
  })

  it('does not drift when every timer is late, over ten minutes', async () => {
    const clock = new LateClock(13)
    const ticker = new Ticker(clock)
    let ticks = 0
    ticker.add(() => ticks++)
    await clock.turn(600_000)
    expect(ticks).toBeGreaterThanOrEqual(29_999)
    expect(ticks).toBeLessThanOrEqual(30_000)
  })

  it('spreads its subscribers over the 20 ms', async () => {
    const clock = new ManualClock()
    const ticker = new Ticker(clock)
    const moments = new Set<number>()
    for (let i = 0; i < 8; i++) ticker.add(() => moments.add(clock.monotonicMs() % 20))
    await clock.turn(200)
    expect([...moments].sort((a, b) => a - b)).toEqual([0, 5, 10, 15])
  })

  it('lets a subscriber leave, even from within its own call, and rests when none is left', async () => {
    const clock = new ManualClock()
    const ticker = new Ticker(clock)
    let ticks = 0
    const leave = ticker.add(() => ++ticks === 3 && leave())
    await clock.turn(1_000)
    expect(ticks).toBe(3)
    ticker.add(() => ticks++)
    await clock.turn(1_000)
    expect(ticks).toBe(53)
  })

  it('goes on from now after the machine stood still for long', async () => {
    const clock = new ManualClock()
    const frozen = new Ticker({
      now: () => 0,
      monotonicMs: () => clock.monotonicMs() + (clock.monotonicMs() > 100 ? 3_600_000 : 0),
      after: (delayMs, task) => clock.after(delayMs > 10_000 ? 1 : delayMs, task),
    })
    let ticks = 0
    frozen.add(() => ticks++)
    await clock.turn(1_000)
    expect(ticks).toBeLessThan(60)
  })
})
