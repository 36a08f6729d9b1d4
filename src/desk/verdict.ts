import type { PaymentResource } from '../contracts/desk-port.ts'
import { endingWords } from './words.ts'

export type Verdict = {
  readonly kind: 'approved' | 'declined' | 'unknown' | 'nothing-taken'
  readonly title: string
  /** What it means and what to do, for the agent to say. */
  readonly advice: string
  readonly tryAnotherCard: boolean
}

/** Received by the gateway or not: in either case nothing is taken yet, and a second debit would be one too many. */
const withTheBank: Verdict = {
  kind: 'unknown',
  title: 'Not paid yet',
  advice:
    'The debit is with the gateway and the bank, which take days. Nothing is taken before the bank pays: do not take the payment again. This page will say what happened.',
  tryAnotherCard: false,
}

/** What the desk says of a payment that is not under way. Only what the platform knows: nothing is guessed. */
export function verdictOf(payment: PaymentResource): Verdict {
  switch (payment.status) {
    case 'authorised':
      return {
        kind: 'approved',
        title: 'Approved',
        advice: 'The amount is reserved on the card. It will be taken later.',
        tryAnotherCard: false,
      }
    case 'captured':
      return {
        kind: 'approved',
        title: 'Approved',
        advice: 'The payment has been taken.',
        tryAnotherCard: false,
      }
    case 'partly-refunded':
      return {
        kind: 'approved',
        title: 'Partly refunded',
        advice: 'The payment was taken, and a part of it was given back.',
        tryAnotherCard: false,
      }
    case 'refunded':
      return {
        kind: 'nothing-taken',
        title: 'Refunded',
        advice: 'The payment was taken, and all of it was given back.',
        tryAnotherCard: false,
      }
    case 'voided':
      return {
        kind: 'nothing-taken',
        title: 'Payment reversed',
        advice: 'The payment was approved and then reversed. Nothing is taken.',
        tryAnotherCard: false,
      }
    case 'declined': {
      const retry = payment.decline?.retry
      const advice = payment.decline?.advice ?? 'The card was declined. Nothing was charged.'
      // Another card was asked for and did not come: the payment is back where it was.
      const why = payment.collection?.why
      return {
        kind: 'declined',
        title: 'Declined',
        advice: why ? `${endingWords(why)} No other card was charged. Before that: ${advice}` : advice,
        tryAnotherCard: retry === 'other-card' || retry === 'same-card',
      }
    }
    case 'unknown':
      if (payment.brand === 'bank-account') return withTheBank
      return {
        kind: 'unknown',
        title: 'Outcome not yet known',
        advice: 'Do not take the payment again: we are asking the gateway. This page will say what happened.',
        tryAnotherCard: false,
      }
    case 'expired':
    case 'cancelled':
      return {
        kind: 'nothing-taken',
        title: payment.status === 'expired' ? 'Time ran out' : 'Payment cancelled',
        advice: `${endingWords(payment.collection?.why ?? null)} Nothing was charged.`,
        tryAnotherCard: false,
      }
    default:
      return { kind: 'nothing-taken', title: 'Under way', advice: '', tryAnotherCard: false }
  }
}
