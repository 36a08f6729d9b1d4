import type { Clock } from '../base/clock.ts'

type Waiting = { readonly holds: () => boolean; settle(held: boolean): void }

/** Requests that wait for the audio to reach a state: asked again at every frame, for a bounded time. */
export class Until {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiting>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** True as soon as `holds` does; false when it does not within `withinMs`. */
  wait(holds: () => boolean, withinMs: number): Promise<boolean> {
    if (holds()) return Promise.resolve(true)
    return new Promise((resolve) => {
      const timer = this.#clock.after(withinMs, () => waiting.settle(holds()))
      const waiting: Waiting = {
        holds,
        settle: (held) => {
          timer.cancel()
          this.#waiting.delete(waiting)
          resolve(held)
        },
      }
      this.#waiting.add(waiting)
    })
  }

  check(): void {
    if (this.#waiting.size === 0) return
    for (const waiting of this.#waiting) if (waiting.holds()) waiting.settle(true)
  }
}
