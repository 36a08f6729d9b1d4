/** What a person looks at: the last quarter of an hour. Durations in ms; null while there was no call. */
export type RecentNumbers = {
  readonly calls: number
  readonly failures: number
  readonly repeats: number
  readonly medianMs: number | null
  readonly p95Ms: number | null
}

type Call = { readonly atMs: number; readonly durationMs: number; readonly failed: boolean }

const windowMs = 15 * 60_000
/** Beyond so many, the oldest are forgotten: a busy gateway's last minutes say as much as its last quarter. */
const mostKept = 2_000

/** The calls of one gateway within the last quarter of an hour. Times are monotonic, in ms. */
export class RecentCalls {
  #calls: Call[] = []
  #repeats: number[] = []

  add(call: Call): void {
    this.#calls.push(call)
    if (this.#calls.length > mostKept) this.#calls.shift()
  }

  repeated(atMs: number): void {
    this.#repeats.push(atMs)
    if (this.#repeats.length > mostKept) this.#repeats.shift()
  }

  numbers(nowMs: number): RecentNumbers {
    this.#calls = this.#calls.filter(({ atMs }) => nowMs - atMs < windowMs)
    this.#repeats = this.#repeats.filter((atMs) => nowMs - atMs < windowMs)
    const sorted = this.#calls.map(({ durationMs }) => durationMs).sort((a, b) => a - b)
    return {
      calls: sorted.length,
      failures: this.#calls.filter(({ failed }) => failed).length,
      repeats: this.#repeats.length,
      medianMs: at(sorted, 0.5),
      p95Ms: at(sorted, 0.95),
    }
  }
}

function at(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return value === undefined ? null : Math.round(value)
}
