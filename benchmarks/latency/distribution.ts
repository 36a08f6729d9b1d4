/** What is said of many measurements of one thing, in ms. */
export type Distribution = {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Exact percentiles by nearest rank: no bucket rounds a tail away. NaN of nothing. */
export function distributionOf(samples: Iterable<number>): Distribution {
  const sorted = Float64Array.from(samples).sort()
  const at = (share: number) =>
    rounded(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN)
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}
