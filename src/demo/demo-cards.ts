import { testCards } from '../sandbox/test-cards.ts'

export type DemoCard = {
  readonly name: string
  readonly pan: string
  readonly expiry: string
  readonly csc: string
  /** What the payment ends as. */
  readonly outcome: 'captured' | 'declined'
}

const wanted: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  'insufficient-funds': 'Insufficient funds',
  expired: 'Expired',
  'wrong-csc': 'Wrong security code',
  stolen: 'Stolen',
  'pay-link': 'Pay by link please',
}

/** The names that `--card` takes. */
export const demoCardNames = Object.keys(wanted)

/** A published test card by its name on the command line; its expiry is two years from `nowMs`. */
export function demoCard(name: string, nowMs: number): DemoCard {
  const title = wanted[name]
  const card = testCards.find((known) => title !== undefined && known.name.startsWith(title))
  if (!card) throw new Error(`no test card of this name: ${name}`)
  const outcome = card.outcome === 'approve' ? 'captured' : 'declined'
  return { name, pan: card.pan, expiry: expiryIn(2, nowMs), csc: name === 'amex' ? '1234' : '123', outcome }
}

/** MMYY of this month, `years` from now. */
export function expiryIn(years: number, nowMs: number): string {
  const now = new Date(nowMs)
  const month = String(now.getUTCMonth() + 1).padStart(2, '0')
  return month + String((now.getUTCFullYear() + years) % 100).padStart(2, '0')
}
