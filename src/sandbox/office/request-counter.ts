import type { OfficeAnswer } from './office-wire.ts'

export type CounterOptions = {
  readonly perMinute: number
  readonly perDay: number
  /** What an answer's headers say of what is left. */
  readonly headers?: (left: { readonly minute: number; readonly day: number }) => Record<string, string>
}

const minuteMs = 60_000
const dayMs = 24 * 3_600_000

/** Refuses what is more than allowed, as rate limits do: 429 with the seconds until there is room. */
export class RequestCounter {
  readonly #options: CounterOptions
  #times: number[] = []
  refused = 0

  constructor(options: CounterOptions) {
    this.#options = options
  }

  refuse(nowMs: number): OfficeAnswer | undefined {
    this.#times = this.#times.filter((time) => time > nowMs - dayMs)
    const { perMinute, perDay } = this.#options
    const inMinute = this.#times.filter((time) => time > nowMs - minuteMs)
    const first = inMinute.length >= perMinute ? inMinute[0] : undefined
    const waitMs =
      first !== undefined
        ? first + minuteMs - nowMs
        : this.#times.length >= perDay
          ? (this.#times[0] ?? nowMs) + dayMs - nowMs
          : 0
    if (waitMs > 0) {
      this.refused++
      return { status: 429, headers: { 'retry-after': String(Math.ceil(waitMs / 1_000)) } }
    }
    this.#times.push(nowMs)
    return undefined
  }

  headers(nowMs: number): Record<string, string> {
    const { perMinute, perDay, headers } = this.#options
    const minute = perMinute - this.#times.filter((time) => time > nowMs - minuteMs).length
    return headers?.({ minute, day: perDay - this.#times.length }) ?? {}
  }
}
