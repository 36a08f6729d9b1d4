import type { KeyedFault, KeyedField, ShownBrand } from '../contracts/card.ts'
import type { CallResource, PaymentResource } from '../contracts/desk-port.ts'
import type { PaymentStatus } from '../contracts/payment-events.ts'
import type { Refusal } from './state.ts'

/** What the desk says, in plain words: one place, so that it can be read, and later translated, as a whole. */

export const fieldNames: Readonly<Record<KeyedField, string>> = {
  pan: 'Card number',
  expiry: 'Expiry date',
  csc: 'Security code',
  postcode: 'Postcode digits',
  'sort-code': 'Sort code',
  'routing-number': 'Routing number',
  'account-number': 'Account number',
}

export const brandNames: Readonly<Record<ShownBrand, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  maestro: 'Maestro',
  unionpay: 'UnionPay',
  unknown: 'Card',
  'bank-account': 'Bank account',
}

export const faultAdvice: Readonly<Record<KeyedFault, string>> = {
  'too-short': 'Too few digits. Ask the caller to key it again.',
  'too-long': 'Too many digits. Ask the caller to key it again.',
  luhn: 'A digit is wrong. Ask the caller to key the card number again.',
  'brand-length': 'The length does not fit this kind of card. Ask the caller to key it again.',
  'brand-not-accepted': 'This kind of card is not accepted. Ask for another card.',
  'not-a-month': 'Not a month. Ask for two digits of the month, then two of the year.',
  expired: 'The card has expired. Ask for another card, or for the date again.',
  'too-far': 'The date is too far ahead. Ask the caller to key it again.',
  modulus: 'No account number of this sort code. Ask for it again; if it stays so, clear the sort code.',
  checksum: 'Not a routing number. Ask the caller to key its nine digits again.',
  'wrong-length': 'Wrong number of digits. Ask the caller to key it again.',
}

export const statusNames: Readonly<Record<PaymentStatus, string>> = {
  created: 'Prepared',
  collecting: 'Card being keyed',
  ready: 'Card complete',
  authorising: 'Asking the gateway',
  linked: 'Pay link open',
  authorised: 'Approved, not taken yet',
  captured: 'Taken',
  'partly-refunded': 'Partly refunded',
  refunded: 'Refunded',
  voided: 'Reversed',
  declined: 'Declined',
  unknown: 'Outcome not yet known',
  cancelled: 'Cancelled',
  expired: 'Expired',
}

/** Why a collection ended without a card: what happened, and what to do. */
const endings: Readonly<Record<string, string>> = {
  'caller-cancelled': 'The caller cancelled with **.',
  'first-digit-timeout': 'The caller keyed nothing in time.',
  'between-digits-timeout': 'The caller stopped keying for too long.',
  'whole-timeout': 'The time for keying the card ran out.',
  'caller-hung-up': 'The caller hung up.',
  'agent-cancelled': 'You cancelled.',
  'another-way': 'The caller pays in another way.',
  'bridge-lost': 'The connection to the phone line was lost.',
  'vault-lost': 'The part that takes the card was lost; it kept nothing.',
  'control-lost': 'The platform restarted; the card was not kept.',
  'control-restarted': 'The platform restarted; the card was not kept.',
  'card-process-died': 'The part that takes the card stopped; it kept nothing.',
  'mask-refused': 'The line could not be secured.',
  'digits-lost': 'Some digits did not arrive; the rest was thrown away.',
  discarded: 'What was keyed has been thrown away.',
}

export function endingWords(why: string | null): string {
  return (why && endings[why]) ?? 'The collection ended.'
}

export function callState(call: CallResource): string {
  if (call.status === 'ended') return 'Ended'
  if (call.status === 'ringing') return 'Ringing'
  if (call.caller === 'reconnecting' || call.agent === 'reconnecting') return 'Reconnecting'
  if (call.agent === 'ringing') return 'Connecting to you'
  return 'Live'
}

export function cardWords(payment: Pick<PaymentResource, 'brand' | 'last4'>): string | null {
  const brand = payment.brand && brandNames[payment.brand]
  if (!brand) return null
  return payment.last4 ? `${brand} ending ${payment.last4}` : brand
}

export function refusalWords({ intent, problem }: Refusal): string {
  if (problem) return problem.detail
  if (intent === 'log-in') return 'The platform cannot be reached. Check the network and try again.'
  return 'No answer from the platform. You can safely try again: the same request is never carried out twice.'
}

/** Minutes and seconds, for example `4:07`. */
export function clockWords(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

const whenFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** A moment as the agent's own clock shows it, for example `22 Nov 2026, 14:05`. */
export function whenWords(epochMs: number): string {
  return whenFormat.format(epochMs)
}

/** What the gateway was told of how the order came; null where nothing is told. */
export function motoWords({ moto }: Pick<PaymentResource, 'moto'>): string | null {
  if (moto === null) return null
  return moto ? 'Telephone order' : 'Ordinary card payment'
}
