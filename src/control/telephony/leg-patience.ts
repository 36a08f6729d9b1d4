import type { Clock } from '../../base/clock.ts'

/** How long a party waits for the bridge, in ms. */
const longestWaitMs = 60_000
/** A leg whose stream ends again and again is given up: so many times in so long. */
const mostResumes = 12
const resumeWindowMs = 60_000
/** A leg that has not asked for so long has no history worth keeping. */
const forgetMs = 10 * 60_000

type Leg = { waitingSinceMs: number | undefined; resumedAtMs: number[]; lastMs: number }

/** Bounds what a leg may ask for, so that no provider is sent in circles for ever. */
export class LegPatience {
  readonly #clock: Clock
  readonly #legs = new Map<string, Leg>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The bridge is away: `first` time, wait `more`, or it was long `enough`. */
  wait(leg: string): 'first' | 'more' | 'enough' {
    const state = this.#leg(leg)
    const nowMs = this.#clock.now()
    if (state.waitingSinceMs === undefined) {
      state.waitingSinceMs = nowMs
      return 'first'
    }
    return nowMs - state.waitingSinceMs < longestWaitMs ? 'more' : 'enough'
  }

  connected(leg: string): void {
    this.#leg(leg).waitingSinceMs = undefined
  }

  /** Counts a stream that ended without its call. False when that happens too often. */
  mayResume(leg: string): boolean {
    const state = this.#leg(leg)
    const nowMs = this.#clock.now()
    // Asking again while waiting is not another lost stream.
    if (state.waitingSinceMs !== undefined) return true
    state.resumedAtMs = state.resumedAtMs.filter((at) => nowMs - at < resumeWindowMs)
    state.resumedAtMs.push(nowMs)
    return state.resumedAtMs.length <= mostResumes
  }

  #leg(name: string): Leg {
    const nowMs = this.#clock.now()
    const leg = this.#legs.get(name) ?? { waitingSinceMs: undefined, resumedAtMs: [], lastMs: nowMs }
    leg.lastMs = nowMs
    // Written again at the end, so that the map begins with the leg that was quiet longest.
    this.#legs.delete(name)
    this.#legs.set(name, leg)
    for (const [other, { lastMs }] of this.#legs) {
      if (nowMs - lastMs < forgetMs) break
      this.#legs.delete(other)
    }
    return leg
  }
}
