import { z } from 'zod'
import type { Window } from '../../crm/limits.ts'

/** What is counted of one account on the other side. All times are epoch ms. */
export const AccountCount = z.strictObject({
  /** By window: begin of a slot, and the requests that were let go in it; oldest first. */
  slots: z.record(z.string(), z.array(z.tuple([z.number().int(), z.number().int()]))),
  /** Requests under way: until when each is thought to be, should nobody ever say that it is over. */
  places: z.array(z.number().int()),
  /** The other side refused (429) until then. */
  closedUntilMs: z.number().int(),
})
export type AccountCount = z.infer<typeof AccountCount>

export const nothingCounted: AccountCount = { slots: {}, places: [], closedUntilMs: 0 }

export type Ask = {
  /** What the other side counts by: connections of several merchants may share it. */
  readonly account: string
  readonly windows: readonly Window[]
  readonly atOnce: number
}

/** Room for one request now, under a place that is given back; or the moment at which there may be. */
export type Room =
  | { readonly ok: true; readonly placeMs: number }
  | { readonly ok: false; readonly untilMs: number }

export type Settled = {
  readonly placeMs: number
  /** What the answer says is left, by window. */
  readonly left: readonly { readonly name: string; readonly left: number }[]
  readonly closedUntilMs: number
}

/** A window is counted in so many slots: finer costs more to store, coarser lets less go. */
const slotsEach = 120
/** How long a place under way is thought to be kept, for want of a better moment, in ms. */
const lookAgainMs = 250
/** Longer than a request can be under way: after it, the place of a process that died is free, in ms. */
const longestUnderWayMs = 30_000
/** The other side counts a request when it arrives: so long after it left, at most, as a rule, in ms. */
const onItsWayMs = 1_000

/**
 * Rate limits of an account by sliding windows. Pure. What nobody here knows of (another app of the merchant's) is
 * learnt from the headers of answers, and from 429: `settle` only ever takes room away.
 */
export function takeRoom(
  before: AccountCount,
  { windows, atOnce }: Ask,
  nowMs: number,
): [Room, AccountCount] {
  const slots = Object.fromEntries(windows.map((window) => [window.name, kept(before, window, nowMs)]))
  const places = before.places.filter((untilMs) => untilMs > nowMs)
  const count = { ...before, slots, places }
  const waits = windows.map((window) => freeAt(slots[window.name] ?? [], window, nowMs))
  const untilMs = Math.max(nowMs, before.closedUntilMs, ...waits)
  if (untilMs > nowMs) return [{ ok: false, untilMs }, count]
  if (places.length >= atOnce) return [{ ok: false, untilMs: nowMs + lookAgainMs }, count]
  const placeMs = nowMs + longestUnderWayMs
  const added = windows.map((window) => [window.name, add(slots[window.name] ?? [], window, { nowMs, n: 1 })])
  return [
    { ok: true, placeMs },
    { ...count, slots: Object.fromEntries(added), places: [...places, placeMs] },
  ]
}

/** The request is over, however it ended; its answer may say what is left, or close the account for a while. */
export function settle(
  before: AccountCount,
  { windows }: Ask,
  settled: Settled,
  nowMs: number,
): AccountCount {
  const { placeMs, left, closedUntilMs } = settled
  const slots = { ...before.slots }
  for (const window of windows) {
    const told = left.find(({ name }) => name === window.name)
    if (!told) continue
    const known = kept(before, window, nowMs)
    const missing = window.most - told.left - sum(known)
    // What is missing was taken by somebody else, just now for all that we know.
    slots[window.name] = missing > 0 ? add(known, window, { nowMs, n: missing }) : known
  }
  const at = before.places.indexOf(placeMs)
  const places = before.places.filter((_, n) => n !== at)
  return { slots, places, closedUntilMs: Math.max(before.closedUntilMs, closedUntilMs) }
}

type Slots = AccountCount['slots'][string]

const slotMs = ({ spanMs }: Window) => Math.max(1, Math.floor(spanMs / slotsEach))
const sum = (slots: Slots) => slots.reduce((total, [, n]) => total + n, 0)

/** A slot leaves the window as a whole, when the last of its requests would. */
const leavesAt = (beginMs: number, window: Window) => beginMs + slotMs(window) + window.spanMs + onItsWayMs

function kept({ slots }: AccountCount, window: Window, nowMs: number): Slots {
  return (slots[window.name] ?? []).filter(([beginMs]) => leavesAt(beginMs, window) > nowMs)
}

function add(
  slots: Slots,
  window: Window,
  { nowMs, n }: { readonly nowMs: number; readonly n: number },
): Slots {
  const beginMs = nowMs - (nowMs % slotMs(window))
  const last = slots.at(-1)
  if (last && last[0] >= beginMs) return [...slots.slice(0, -1), [last[0], last[1] + n]]
  return [...slots, [beginMs, n]]
}

/** When there is room for one more: when enough of the oldest slots have left the window. */
function freeAt(slots: Slots, window: Window, nowMs: number): number {
  let over = sum(slots) - window.most + 1
  if (over <= 0) return nowMs
  for (const [beginMs, n] of slots) {
    over -= n
    if (over <= 0) return leavesAt(beginMs, window)
  }
  return nowMs
}
