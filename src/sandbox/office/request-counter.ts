import type { OfficeAnswer } from './office-wire.ts'

export type CounterOptions = {
  /** In any ten seconds; without end unless told. */
  readonly perTenSeconds?: number
  readonly perMinute: number
  readonly perDay: number
  /** What an answer's headers say of what is left. */
  readonly headers?: (left: Left) => Record<string, string>
}

export type Left = { readonly tenSeconds: number; readonly minute: number; readonly day: number }

const spansMs = { tenSeconds: 10_000, minute: 60_000, day: 24 * 3_600_000 } as const
type Span = keyof typeof spansMs

/** Refuses what is more than allowed, as rate limits do: 429 with the seconds until there is room. */
export class RequestCounter {
  readonly #options: CounterOptions
  readonly #most: Readonly<Record<Span, number>>
  #times: number[] = []
  refused = 0

  constructor(options: CounterOptions) {
    this.#options = options
    const { perTenSeconds = Number.POSITIVE_INFINITY, perMinute, perDay } = options
    this.#most = { tenSeconds: perTenSeconds, minute: perMinute, day: perDay }
  }

  refuse(nowMs: number): OfficeAnswer | undefined {
    this.#times = this.#within('day', nowMs)
    const waitMs = Math.max(...(Object.keys(spansMs) as Span[]).map((span) => this.#waitMs(span, nowMs)))
    if (waitMs > 0) {
      this.refused++
      return { status: 429, headers: { 'retry-after': String(Math.ceil(waitMs / 1_000)) } }
    }
    this.#times.push(nowMs)
    return undefined
  }

  /** Other apps of the account have taken so many. */
  takenByOthers(count: number, nowMs: number): void {
    this.#times.push(...Array.from({ length: count }, () => nowMs))
  }

  headers(nowMs: number): Record<string, string> {
    const left = (span: Span) => this.#most[span] - this.#within(span, nowMs).length
    const all = { tenSeconds: left('tenSeconds'), minute: left('minute'), day: left('day') }
    return this.#options.headers?.(all) ?? {}
  }

  #within(span: Span, nowMs: number): number[] {
    return this.#times.filter((time) => time > nowMs - spansMs[span])
  }

  #waitMs(span: Span, nowMs: number): number {
    const times = this.#within(span, nowMs)
    const [first] = times
    return first !== undefined && times.length >= this.#most[span] ? first + spansMs[span] - nowMs : 0
  }
}
