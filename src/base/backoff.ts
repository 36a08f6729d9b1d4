export type BackoffOptions = {
  readonly firstMs: number
  readonly capMs: number
  /** A number in [0, 1): the jitter. Pass `Math.random` outside tests. */
  readonly random: () => number
}

/** Exponential backoff with full jitter over the upper half: attempt 0 waits `firstMs / 2 … firstMs`. */
export function backoffMs(attempt: number, { firstMs, capMs, random }: BackoffOptions): number {
  const ceilingMs = Math.min(capMs, firstMs * 2 ** attempt)
  return Math.round(ceilingMs * (0.5 + random() / 2))
}
