import type { CardInput } from './wire.ts'

export const declineCodes = {
  insufficient_funds: 'Insufficient funds.',
  expired_card: 'The card has expired.',
  incorrect_csc: 'The security code is wrong.',
  incorrect_number: 'The card number is wrong.',
  lost_card: 'The card was reported lost.',
  stolen_card: 'The card was reported stolen.',
  do_not_honour: 'The issuer declined without a reason.',
  authentication_required: 'The cardholder has to confirm: pay by link, please.',
  limit_exceeded: 'The amount or number of payments is over the limit of the card.',
  suspected_fraud: 'The payment was refused as too risky.',
  processing_error: 'The issuer could not be reached.',
  live_card_in_sandbox: 'This may be a real card. The sandbox takes test cards only.',
  account_closed: 'The account is closed.',
  no_account: 'The bank has no such account.',
  debit_not_authorised: 'The account holder has not agreed to the debit.',
  live_account_in_sandbox: 'This may be a real account. The sandbox takes test accounts only.',
} as const
export type DeclineCode = keyof typeof declineCodes

export type Brand =
  | 'visa'
  | 'mastercard'
  | 'amex'
  | 'discover'
  | 'diners'
  | 'jcb'
  | 'maestro'
  | 'unionpay'
  | 'unknown'

export type TestCard = {
  readonly pan: string
  readonly outcome: 'approve' | DeclineCode
  readonly name: string
  /** The security code with which even this card is approved: to try the way back from a wrong one. */
  readonly rightCsc?: string
  /** What becomes of later payments with it, once it is kept. */
  readonly later?: DeclineCode
}

const approve = (name: string, pan: string): TestCard => ({ pan, outcome: 'approve', name })
const decline = (outcome: DeclineCode, name: string, pan: string): TestCard => ({ pan, outcome, name })

/**
 * Published test numbers, most of them Stripe's (https://docs.stripe.com/testing) with Stripe's behaviour, so that a
 * card that is tried here does the same there. Any expiry in the future and any security code of the right length.
 * Every other number that passes Luhn and begins like one of these (`testRanges`) is approved.
 */
export const testCards: readonly TestCard[] = [
  approve('Visa', '4242424242424242'),
  approve('Visa debit', '4000056655665556'),
  approve('Visa, old', '4012888888881881'),
  approve('Visa, older', '4111111111111111'),
  approve('Mastercard', '5555555555554444'),
  approve('Mastercard 2-series', '2223003122003222'),
  approve('Mastercard debit', '5200828282828210'),
  approve('Mastercard prepaid', '5105105105105100'),
  approve('American Express', '378282246310005'),
  approve('American Express 2', '371449635398431'),
  approve('Discover', '6011111111111117'),
  approve('Discover 2', '6011000990139424'),
  approve('Diners Club', '3056930009020004'),
  approve('Diners Club, 14 digits', '36227206271667'),
  approve('JCB', '3566002020360505'),
  approve('UnionPay', '6200000000000005'),
  approve('UnionPay, 19 digits', '6205500000000000004'),
  approve('Maestro', '6759649826438453'),
  {
    ...approve('Approved, and declined when it is charged again', '4000000000000341'),
    later: 'insufficient_funds',
  },
  decline('do_not_honour', 'Declined without a reason', '4000000000000002'),
  decline('insufficient_funds', 'Insufficient funds', '4000000000009995'),
  decline('lost_card', 'Lost', '4000000000009987'),
  decline('stolen_card', 'Stolen', '4000000000009979'),
  decline('expired_card', 'Expired', '4000000000000069'),
  {
    ...decline('incorrect_csc', 'Wrong security code, whatever is keyed except 127', '4000000000000127'),
    rightCsc: '127',
  },
  decline('processing_error', 'Processing error', '4000000000000119'),
  decline('limit_exceeded', 'Over the limit', '4000000000006975'),
  decline('suspected_fraud', 'Blocked as fraud', '4100000000000019'),
  decline('authentication_required', 'Pay by link please', '4000002500003155'),
  decline('authentication_required', 'Pay by link please, always', '4000002760003184'),
]

/** How published test numbers begin. A number that begins otherwise may be somebody's card, and is refused. */
export const testRanges: readonly string[] = [
  ...['4242', '4000', '4111', '4012', '4100', '4222', '4444', '4462', '4988'],
  ...['5555', '5105', '5200', '5100', '5454', '2223', '2222'],
  ...['3782', '3714', '3787', '3700', '3434', '6011', '3056', '3852', '3600', '3622', '3566', '3530'],
  ...['6200', '6205', '6555', '6759', '6771'],
]

/** What the sandbox keeps of a card: enough for a ledger line, nothing to charge with. */
export type ReadCard = {
  readonly brand: Brand
  readonly last4: string
  readonly outcome: 'approve' | DeclineCode
  readonly later?: DeclineCode
  /** Good until, epoch ms. */
  readonly untilMs: number
}

/** Looks at a card once, as an issuer would; `nowMs` tells whether it has expired. */
export function readCard(card: CardInput, nowMs: number): ReadCard {
  const brand = brandOf(card.number)
  const later = testCards.find(({ pan }) => pan === card.number)?.later
  return {
    brand,
    last4: card.number.slice(-4),
    outcome: outcomeOf(card, brand, nowMs),
    ...(later ? { later } : {}),
    untilMs: goodUntilMs(card),
  }
}

function outcomeOf(card: CardInput, brand: Brand, nowMs: number): ReadCard['outcome'] {
  if (!passesLuhn(card.number)) return 'incorrect_number'
  if (!testRanges.some((range) => card.number.startsWith(range))) return 'live_card_in_sandbox'
  if (goodUntilMs(card) <= nowMs) return 'expired_card'
  if (card.csc.length !== (brand === 'amex' ? 4 : 3)) return 'incorrect_csc'
  const known = testCards.find(({ pan }) => pan === card.number)
  if (!known || (known.rightCsc !== undefined && known.rightCsc === card.csc)) return 'approve'
  return known.outcome
}

/** A card is good until its last month has ended; Date.UTC counts months from 0, so this is the month after. */
const goodUntilMs = ({ expiryYear, expiryMonth }: CardInput) => Date.UTC(expiryYear, expiryMonth)

const brands: readonly (readonly [RegExp, Brand])[] = [
  [/^4/, 'visa'],
  [/^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, 'mastercard'],
  [/^3[47]/, 'amex'],
  [/^(6011|64[4-9]|65)/, 'discover'],
  [/^3(0[0-5]|095|[689])/, 'diners'],
  [/^35(2[89]|[3-8])/, 'jcb'],
  [/^62/, 'unionpay'],
  [/^(5018|5020|5038|6304|6759|676[1-3]|677)/, 'maestro'],
]

function brandOf(pan: string): Brand {
  return brands.find(([pattern]) => pattern.test(pan))?.[1] ?? 'unknown'
}

/** ISO/IEC 7812-1, annex B. */
function passesLuhn(pan: string): boolean {
  let sum = 0
  for (let i = 0; i < pan.length; i++) {
    const digit = pan.charCodeAt(pan.length - 1 - i) - 48
    const value = i % 2 === 1 ? digit * 2 : digit
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}
