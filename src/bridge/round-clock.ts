import type { Clock, Timer } from '../base/clock.ts'

/** Who does many small things at once says when they begin and end, and they all happen at one time. */
export type Rounds = { begin(): void; end(): void; monotonicMs(): number }

/**
 * A clock that stands still during a round. Packets that are taken from the kernel at once are handled within a
 * millisecond, and each asks for the time at four places: to ask the system so often costs more than to sort the packet.
 */
export class RoundClock implements Clock, Rounds {
  readonly #clock: Clock
  #standing = false
  readonly #atMs = new Float64Array(1)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  begin(): void {
    this.#atMs[0] = this.#clock.monotonicMs()
    this.#standing = true
  }

  end(): void {
    this.#standing = false
  }

  now(): number {
    return this.#clock.now()
  }

  monotonicMs(): number {
    return this.#standing ? this.#atMs[0]! : this.#clock.monotonicMs()
  }

  after(delayMs: number, task: () => void): Timer {
    return this.#clock.after(delayMs, task)
  }
}
