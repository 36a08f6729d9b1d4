import { formatMoney } from '../base/money.ts'
import type { PaymentResource } from '../contracts/desk-port.ts'
import type { PlanResource, PlanRun, PlanSchedule, PlanStatus } from '../contracts/plans.ts'
import type { StoredCardResource } from '../contracts/stored-cards.ts'
import { cardWords, whenWords } from './words.ts'

export const kindWords: Readonly<Record<PlanResource['kind'], string>> = {
  renewal: 'Renewals',
  instalments: 'Instalments',
  balance: 'Balance after a deposit',
}

export const statusWords: Readonly<Record<PlanStatus, string>> = {
  waiting: 'Waits for its first payment',
  active: 'Active',
  paused: 'Paused',
  stopped: 'Stopped',
  cancelled: 'Cancelled',
  completed: 'Completed',
}

export const runWords: Readonly<Record<PlanRun['state'], string>> = {
  open: 'Open',
  paid: 'Paid',
  failed: 'Failed',
  skipped: 'Skipped',
}

const becauseWords: Readonly<Record<string, string>> = {
  declined: 'the card was declined as often as it is tried',
  'card-expired': 'the card has expired',
  'card-forgotten': 'the card is no longer kept',
  'card-not-kept': 'the first payment kept no card',
  ordered: 'somebody ordered it',
}

export function becauseOf(because: string | null): string | null {
  return because === null ? null : (becauseWords[because] ?? because)
}

/** "£9.99 every month from 31 January 2026, at 09:00 in Europe/London". */
export function scheduleWords({ every, interval, firstDate, time, zone }: PlanSchedule): string {
  const rhythm = interval === 1 ? `every ${every}` : `every ${interval} ${every}s`
  return `${rhythm} from ${firstDate}, at ${time} in ${zone}`
}

/** What is charged in all, or each time. */
export function amountWords({ kind, amountMinor, currency, count }: PlanResource): string {
  const money = formatMoney({ amountMinor, currency })
  if (kind === 'instalments') return `${money} in ${count} parts`
  return kind === 'renewal' ? `${money} each${count === null ? '' : `, ${count} times`}` : money
}

/** How far dunning is with the run that is open; null when nothing was declined. */
export function dunningWords(plan: PlanResource, payment: PaymentResource | null): string | null {
  if (payment?.status !== 'declined') return null
  const tries = payment.attempts === 1 ? 'once' : `${payment.attempts} times`
  const why = payment.decline === null ? '' : `, last for ${payment.decline.reason.replaceAll('-', ' ')}`
  const then =
    plan.nextTryAt === null
      ? 'Nothing is tried until somebody decides.'
      : `Next try ${whenWords(plan.nextTryAt)}.`
  return `Declined ${tries}${why}. ${then}`
}

/** The card of a plan, and whether it lasts until the next payment. */
export function expiryWords(plan: PlanResource, card: StoredCardResource | null): string | null {
  if (card === null) return null
  const ends = `${cardWords(card)}, good to ${String(card.expiryMonth).padStart(2, '0')}/${card.expiryYear}`
  if (card.expired) return `${ends}: it has expired. Nothing can be charged until another card is chosen.`
  const goodUntil = Date.UTC(card.expiryYear, card.expiryMonth)
  const falls = plan.nextDueAt !== null && plan.nextDueAt >= goodUntil
  return falls ? `${ends}: it ends before the next payment. Ask for another card.` : ends
}
