import type { PaymentStatus } from '../../contracts/payment-events.ts'
import type { Dunning, PlanSchedule, PlanStatus } from '../../contracts/plans.ts'
import { daysLater, dueAt, instalmentOf } from './schedule.ts'

const dayMs = 24 * 3_600_000
/** Before the end of the card's last month, the merchant is told. */
const noticeMs = 30 * dayMs
/** Between looks at a payment whose outcome is open: it settles by itself. */
const lookMs = 60_000

/** What a plan is, as far as what comes next depends on it. Times are epoch ms. */
export type PlanView = {
  readonly status: PlanStatus
  readonly kind: 'renewal' | 'instalments' | 'balance'
  readonly amountMinor: number
  readonly count: number | null
  readonly schedule: PlanSchedule
  readonly dunning: Dunning
  /** The run that comes next, from 1, and which of the schedule's dates it falls on. */
  readonly nextRun: number
  readonly nextIndex: number
  /** The card whose expiry was told already: its id and month. */
  readonly notice: string | null
}

/** The run that is open, and what its payment has come to. */
export type RunView = {
  readonly payment: PaymentStatus
  /** Tries that were declined since dunning began; 0 when it begins now, whatever was declined before. */
  readonly tries: number
  /** Of the last decline: may this card be tried again at all? */
  readonly mayRetry: boolean
  readonly lastDeclinedAt: number
}

export type CardView = { readonly id: string; readonly expires: string; readonly goodUntilMs: number }

export type PlanSituation = {
  readonly plan: PlanView
  readonly run: RunView | null
  /** Null: it was forgotten. */
  readonly card: CardView | null
  readonly nowMs: number
}

export type PlanAction =
  | { readonly do: 'open-run'; readonly dueAt: number; readonly amountMinor: number }
  | { readonly do: 'charge' }
  /** Its payment was never charged and ran out: it gets another. */
  | { readonly do: 'reopen' }
  | { readonly do: 'close-run'; readonly as: 'paid' | 'skipped' }
  | { readonly do: 'fail-run'; readonly because: 'declined' | 'card-expired' | 'card-forgotten' }
  | { readonly do: 'tell-expiry' }
  | { readonly do: 'complete' }
  /** Nothing to do before; null: not until somebody changes something. */
  | { readonly do: 'wait'; readonly untilMs: number | null }

/**
 * What a plan does next. Pure: no clock, no row, no gateway; the runner does it and asks again.
 *
 *   waiting ──card kept──▶ active ──due──▶ run open ──charged──▶ paid ──▶ … ──▶ completed
 *                            ▲  │              │ declined: again after some days, as often as dunning says
 *                     resumed│  │paused        └──▶ failed ──▶ stopped | next run | cancelled
 *                            └──┴─ paused                            │ resumed, or another card: dunning begins anew
 *                                                                    └──▶ active, with the same run and its payment
 */
export function nextAction({ plan, run, card, nowMs }: PlanSituation): PlanAction {
  if (plan.status !== 'active') return { do: 'wait', untilMs: null }
  if (run) return ofRun(plan, run, { card, nowMs })
  if (plan.count !== null && plan.nextRun > plan.count) return { do: 'complete' }
  const due = dueAt(plan.schedule, plan.nextIndex)
  if (due <= nowMs) return { do: 'open-run', dueAt: due, amountMinor: amountOf(plan) }
  const noticeAt = noticeDue(plan, card, due)
  if (noticeAt !== null && noticeAt <= nowMs) return { do: 'tell-expiry' }
  return { do: 'wait', untilMs: Math.min(due, noticeAt ?? due) }
}

function ofRun(
  plan: PlanView,
  run: RunView,
  { card, nowMs }: Pick<PlanSituation, 'card' | 'nowMs'>,
): PlanAction {
  switch (run.payment) {
    case 'authorised':
    case 'captured':
    case 'partly-refunded':
    case 'refunded':
    case 'voided':
      return { do: 'close-run', as: 'paid' }
    case 'expired':
      return { do: 'reopen' }
    case 'cancelled':
      return { do: 'close-run', as: 'skipped' }
    case 'created':
      return tried(card, nowMs) ?? { do: 'charge' }
    case 'declined': {
      if (run.tries === 0) return tried(card, nowMs) ?? { do: 'charge' }
      const wait = plan.dunning.retryAfterDays[run.tries - 1]
      if (!run.mayRetry || wait === undefined) return { do: 'fail-run', because: 'declined' }
      const again = daysLater(run.lastDeclinedAt, wait, plan.schedule.zone)
      if (again > nowMs) return { do: 'wait', untilMs: again }
      return tried(card, nowMs) ?? { do: 'charge' }
    }
    // With the gateway, or somebody is paying it on a call: its outcome comes by itself.
    case 'authorising':
    case 'unknown':
    case 'collecting':
    case 'ready':
    case 'linked':
      return { do: 'wait', untilMs: nowMs + lookMs }
  }
}

/** A card that is known to be no good is not sent: schemes count such tries against the merchant. */
function tried(card: CardView | null, nowMs: number): PlanAction | undefined {
  if (!card) return { do: 'fail-run', because: 'card-forgotten' }
  return card.goodUntilMs <= nowMs ? { do: 'fail-run', because: 'card-expired' } : undefined
}

function amountOf({ kind, amountMinor, count, nextRun }: PlanView): number {
  return kind === 'instalments' && count !== null ? instalmentOf(amountMinor, count, nextRun) : amountMinor
}

/** Once for each card and plan, and only when a run falls after the card's end. */
function noticeDue(plan: PlanView, card: CardView | null, due: number): number | null {
  if (!card || due < card.goodUntilMs || plan.notice === noticeOf(card)) return null
  return card.goodUntilMs - noticeMs
}

export const noticeOf = ({ id, expires }: Pick<CardView, 'id' | 'expires'>) => `${id} ${expires}`

/** The first index of the schedule, from `fromIndex` on, that is due after `nowMs`: a pause moves what is left. */
export function indexAfter(schedule: PlanSchedule, fromIndex: number, nowMs: number): number {
  let index = fromIndex
  while (dueAt(schedule, index) <= nowMs) index++
  return index
}
