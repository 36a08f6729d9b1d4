/** Between two measurements, in ms. */
const everyMs = 2_000
/** A mark that has not come back after this was lost, in ms. */
const givenUpAfterMs = 30_000
/** Audio waiting at the far end, above the least ever seen, that is worth a correction, in ms. */
const worthMs = 60
/** Above this, the far end is told to drop what it holds, in ms. */
const hopelessMs = 1_000
const frameMs = 20
const measurementsToBelieve = 3

export type PlayoutAdvice = { readonly do: 'skip'; readonly frames: number } | { readonly do: 'clear' }

/**
 * Watches how much audio waits at the provider before it is played, by the time that marks take to come back: a
 * player whose clock runs slow by 100 ppm would else gather 0.7 s of delay in two hours. Pure; times are monotonic ms.
 */
export class PlayoutTracker {
  #count = 0
  #name: string | undefined
  #sentAtMs = Number.NEGATIVE_INFINITY
  #leastMs = Number.POSITIVE_INFINITY
  #smallestExcessMs = Number.POSITIVE_INFINITY
  #late = 0

  /** The name of the mark to send now, behind the frame just sent, if one is due. */
  due(nowMs: number): string | undefined {
    const waitedMs = nowMs - this.#sentAtMs
    if (waitedMs < (this.#name === undefined ? everyMs : givenUpAfterMs)) return undefined
    this.#sentAtMs = nowMs
    this.#name = `playout-${this.#count++}`
    return this.#name
  }

  /** A mark has come back: what should be done about it, if anything. */
  echoed(name: string, nowMs: number): PlayoutAdvice | undefined {
    if (name !== this.#name) return undefined
    this.#name = undefined
    const lagMs = nowMs - this.#sentAtMs
    this.#leastMs = Math.min(this.#leastMs, lagMs)
    const excessMs = lagMs - this.#leastMs
    if (excessMs < worthMs) return this.#settle(undefined)
    this.#smallestExcessMs = Math.min(this.#smallestExcessMs, excessMs)
    if (++this.#late < measurementsToBelieve) return undefined
    if (this.#smallestExcessMs >= hopelessMs) return this.#settle({ do: 'clear' })
    return this.#settle({ do: 'skip', frames: Math.floor(this.#smallestExcessMs / frameMs) })
  }

  #settle(advice: PlayoutAdvice | undefined): PlayoutAdvice | undefined {
    this.#late = 0
    this.#smallestExcessMs = Number.POSITIVE_INFINITY
    return advice
  }
}
