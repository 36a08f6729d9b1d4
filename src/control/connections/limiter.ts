import type { Window } from '../../crm/limits.ts'

/** By window: requests that were let go within its span, oldest first, in ms. */
type Counted = { readonly times: Map<string, number[]>; closedUntilMs: number; underWay: number }

export type Ask = {
  /** What the other side counts by: connections of several merchants may share it. */
  readonly account: string
  readonly windows: readonly Window[]
  readonly atOnce: number
}

/** Room for one request now, or the moment at which there may be. */
export type Room = { readonly ok: true } | { readonly ok: false; readonly untilMs: number }

/** How long a place under way is thought to be kept, for want of a better moment, in ms. */
const placeMs = 250
/** The other side counts a request when it arrives: so long after it left, at most, as a rule, in ms. */
const underWayMs = 1_000

/**
 * Rate limits of accounts on the other side, by sliding windows. Pure but for what it counts: the caller tells the time.
 * What a process does not know of (another process, a restart, another app) is learnt from the headers of answers, and
 * from 429: `learn` and `close` only ever take room away.
 */
export class Limiter {
  readonly #accounts = new Map<string, Counted>()

  take({ account, windows, atOnce }: Ask, nowMs: number): Room {
    const counted = this.#of(account)
    const waits = windows.map((window) => freeAt(timesIn(counted, window, nowMs), window, nowMs))
    const untilMs = Math.max(nowMs, counted.closedUntilMs, ...waits)
    if (untilMs > nowMs) return { ok: false, untilMs }
    if (counted.underWay >= atOnce) return { ok: false, untilMs: nowMs + placeMs }
    for (const window of windows) timesIn(counted, window, nowMs).push(nowMs)
    counted.underWay++
    return { ok: true }
  }

  /** The request is over, however it ended. */
  give(account: string): void {
    const counted = this.#of(account)
    counted.underWay = Math.max(0, counted.underWay - 1)
  }

  /** The other side says how much is left in a window: what is missing was taken by somebody else, just now. */
  learn(account: string, window: Window, left: number, nowMs: number): void {
    const times = timesIn(this.#of(account), window, nowMs)
    const missing = window.most - left - times.length
    for (let i = 0; i < missing; i++) times.push(nowMs)
  }

  /** The other side refused (429) until then. */
  close(account: string, untilMs: number): void {
    const counted = this.#of(account)
    counted.closedUntilMs = Math.max(counted.closedUntilMs, untilMs)
  }

  #of(account: string): Counted {
    let counted = this.#accounts.get(account)
    if (!counted) {
      counted = { times: new Map(), closedUntilMs: 0, underWay: 0 }
      this.#accounts.set(account, counted)
    }
    return counted
  }
}

/** What was let go in the window that ends now; what is older is forgotten. */
function timesIn({ times }: Counted, { name, spanMs }: Window, nowMs: number): number[] {
  const kept = times.get(name) ?? []
  const first = kept.findIndex((time) => time > nowMs - spanMs - underWayMs)
  if (first !== 0) kept.splice(0, first === -1 ? kept.length : first)
  times.set(name, kept)
  return kept
}

/** When there is room for one more: when enough of the oldest have left the window. */
function freeAt(times: readonly number[], { spanMs, most }: Window, nowMs: number): number {
  const leaves = times[times.length - most]
  return leaves === undefined ? nowMs : leaves + spanMs + underWayMs
}
