const minute = 60_000
const hour = 60 * minute

/** Waits after the first, second, … failed delivery, in ms: two and a half days in all, then the row is dead. */
const waitsMs = [
  5_000,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const

const longestAskedMs = 24 * hour

/**
 * How long to wait after `failures` failed deliveries of a row (1 is the first), with up to a tenth more so that
 * targets that came back are not met by everything at once. Undefined: give up.
 *
 * @param askedMs what the target asked for, which can make the wait longer only
 */
export function waitMsAfter(
  failures: number,
  { random, askedMs = 0 }: { readonly random: () => number; readonly askedMs?: number },
): number | undefined {
  const waitMs = waitsMs[failures - 1]
  if (waitMs === undefined) return undefined
  return Math.max(Math.round(waitMs * (1 + random() / 10)), Math.min(askedMs, longestAskedMs))
}

/** An answer's `Retry-After`, a date or seconds (RFC 9110 §10.2.3), as ms from now; 0 without one that can be read. */
export function askedWaitMs(retryAfter: string | undefined, nowMs: number): number {
  if (retryAfter === undefined) return 0
  if (/^\d{1,6}$/.test(retryAfter)) return Number(retryAfter) * 1_000
  const atMs = /GMT$/.test(retryAfter) ? Date.parse(retryAfter) : Number.NaN
  return Number.isNaN(atMs) ? 0 : Math.max(0, atMs - nowMs)
}
