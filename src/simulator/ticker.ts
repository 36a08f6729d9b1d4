import type { Clock, Timer } from '../base/clock.ts'
import { frameMs } from './handset-protocol.ts'

/** Streams are spread over this many moments of the 20 ms, as the calls of a real network are. */
const phases = 4
const slotMs = frameMs / phases
/** After a longer standstill (a suspended machine) time goes on from now instead of being made up for. */
const longestCatchUpMs = 5_000

/**
 * One timer for the pacing of any number of streams. Each subscriber is called once per 20 ms that have passed since
 * it joined, without drift: a late timer is made up for at once, so that a second always has 50 calls.
 */
export class Ticker {
  readonly #clock: Clock
  readonly #subscribers: Array<Set<() => void>> = Array.from({ length: phases }, () => new Set())
  #slot = 0
  #dueMs = 0
  #timer: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `onTick` every 20 ms until the returned function is called. */
  add(onTick: () => void): () => void {
    const emptiest = this.#subscribers.reduce((best, set) => (set.size < best.size ? set : best))
    emptiest.add(onTick)
    if (!this.#timer) {
      this.#dueMs = this.#clock.monotonicMs() + slotMs
      this.#schedule()
    }
    return () => void emptiest.delete(onTick)
  }

  #schedule(): void {
    const delayMs = Math.max(0, this.#dueMs - this.#clock.monotonicMs())
    this.#timer = this.#clock.after(delayMs, () => this.#run())
  }

  #run(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#dueMs > longestCatchUpMs) this.#dueMs = nowMs
    // A timer may fire a fraction of a millisecond early: rounding keeps it from waking twice for one slot.
    while (this.#dueMs <= nowMs + 0.5) {
      for (const onTick of this.#subscribers[this.#slot]!) onTick()
      this.#slot = (this.#slot + 1) % phases
      this.#dueMs += slotMs
    }
    if (this.#subscribers.every((set) => set.size === 0)) this.#timer = undefined
    else this.#schedule()
  }
}
