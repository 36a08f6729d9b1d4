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
 * endpoints that came back are not met by everything at once. Undefined: give up.
 *
 * @param retryAfter the answer's `Retry-After` in seconds (RFC 9110 §10.2.3), which can make the wait longer only
 */
export function waitMsAfter(
  failures: number,
  { random, retryAfter }: { readonly random: () => number; readonly retryAfter?: string | undefined },
): number | undefined {
  const waitMs = waitsMs[failures - 1]
  if (waitMs === undefined) return undefined
  const asked = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : 0
  return Math.max(Math.round(waitMs * (1 + random() / 10)), Math.min(asked, longestAskedMs))
}
