import { exhaustive } from '../../base/exhaustive.ts'

/** All times are monotonic, in ms. */
export type BreakerRules = {
  /** So many failures in a row open it, however far apart. */
  readonly failuresInARow: number
  /** Or half of all calls within the window, when there were at least so many. */
  readonly leastCalls: number
  readonly windowMs: number
  /** How long it stays open the first time; twice as long each time that the probe fails, up to `longestOpenMs`. */
  readonly openMs: number
  readonly longestOpenMs: number
  /** While half open, one new collection is let through in so many ms. */
  readonly probeEveryMs: number
}

export const breakerRules: BreakerRules = {
  failuresInARow: 5,
  leastCalls: 20,
  windowMs: 60_000,
  openMs: 15_000,
  longestOpenMs: 240_000,
  probeEveryMs: 60_000,
}

type Called = { readonly atMs: number; readonly failed: boolean }

export type BreakerState =
  | { readonly at: 'closed'; readonly inARow: number; readonly recent: readonly Called[] }
  | { readonly at: 'open'; readonly untilMs: number; readonly times: number }
  /** `nextProbeMs`: from then on one more may try. */
  | { readonly at: 'half-open'; readonly nextProbeMs: number; readonly times: number }

export type BreakerEvent =
  /** The gateway gave an answer that is not its own breakdown: an approval, a decline, a refusal. */
  | { readonly type: 'answered' }
  /** No connection, no answer, or one of its own breakdown (5xx). */
  | { readonly type: 'failed' }
  | { readonly type: 'tick' }
  /** A new collection was let through while half open. */
  | { readonly type: 'probing' }

export const closedBreaker: BreakerState = { at: 'closed', inARow: 0, recent: [] }

/**
 * The circuit breaker of one gateway. Pure: what time it is, is told.
 *
 *            five failures in a row, or half of many          time is over
 *   closed ─────────────────────────────────────────▶ open ──────────────▶ half-open
 *     ▲                                                │ ▲                    │   │
 *     └──────────────── any answer ────────────────────┘ └───── a failure ────┘   │
 *     └──────────────────────────── any answer ───────────────────────────────────┘
 *
 * Open keeps callers from keying a card that could not be charged. What must be known anyway is asked all the same,
 * and the first answer to that closes it: inquiries are the probe that costs nobody a card.
 */
export function step(
  state: BreakerState,
  event: BreakerEvent,
  nowMs: number,
  rules: BreakerRules = breakerRules,
): BreakerState {
  const now = timePassed(state, nowMs)
  switch (event.type) {
    case 'tick':
      return now
    case 'probing':
      return now.at === 'half-open' ? { ...now, nextProbeMs: nowMs + rules.probeEveryMs } : now
    case 'answered':
      return now.at === 'closed' ? called(now, { atMs: nowMs, failed: false }, rules) : closedBreaker
    case 'failed':
      if (now.at === 'open') return now
      if (now.at === 'half-open') return opened(nowMs, now.times + 1, rules)
      return afterFailure(called(now, { atMs: nowMs, failed: true }, rules), nowMs, rules)
    default:
      return exhaustive(event)
  }
}

/** Whether a new collection may begin now; otherwise in how many ms it is worth another try. */
export function admits(state: BreakerState, nowMs: number): true | { readonly retryAfterMs: number } {
  const now = timePassed(state, nowMs)
  if (now.at === 'closed') return true
  if (now.at === 'open') return { retryAfterMs: now.untilMs - nowMs }
  return now.nextProbeMs <= nowMs ? true : { retryAfterMs: now.nextProbeMs - nowMs }
}

type Closed = Extract<BreakerState, { at: 'closed' }>

function timePassed(state: BreakerState, nowMs: number): BreakerState {
  if (state.at !== 'open' || nowMs < state.untilMs) return state
  return { at: 'half-open', nextProbeMs: nowMs, times: state.times }
}

function called(state: Closed, call: Called, { windowMs }: BreakerRules): Closed {
  const recent = [...state.recent.filter(({ atMs }) => call.atMs - atMs < windowMs), call]
  return { at: 'closed', inARow: call.failed ? state.inARow + 1 : 0, recent }
}

function afterFailure(state: Closed, nowMs: number, rules: BreakerRules): BreakerState {
  const failures = state.recent.filter(({ failed }) => failed).length
  const half = state.recent.length >= rules.leastCalls && failures * 2 >= state.recent.length
  return half || state.inARow >= rules.failuresInARow ? opened(nowMs, 0, rules) : state
}

function opened(nowMs: number, times: number, { openMs, longestOpenMs }: BreakerRules): BreakerState {
  return { at: 'open', untilMs: nowMs + Math.min(openMs * 2 ** times, longestOpenMs), times }
}
