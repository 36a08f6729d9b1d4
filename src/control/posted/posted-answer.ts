import { declineCatalogue } from '../../connectors/declines.ts'
import type { DeclineReason } from '../../contracts/payment-events.ts'
import type { PostedAnswer, PostedFault } from '../../contracts/posted-card.ts'
import { declineOf, type PaymentRow } from '../payments/rows.ts'

/** The words that our own pay connector reads too. What the thief should not learn is a plain decline. */
const codes: Readonly<Record<DeclineReason, string>> = {
  'insufficient-funds': 'insufficient_funds',
  'expired-card': 'expired_card',
  'incorrect-csc': 'invalid_cvv',
  'incorrect-card': 'invalid_card_number',
  'stolen-or-lost': 'card_declined',
  'do-not-honour': 'do_not_honor',
  'authentication-required': 'authentication_required',
  'limit-exceeded': 'limit_exceeded',
  'not-permitted': 'card_not_supported',
  'gateway-error': 'processing_error',
  'fraud-suspected': 'card_declined',
  'account-refused': 'card_declined',
  other: 'card_declined',
}

const faultCodes: Readonly<Record<PostedFault['field'], string>> = {
  pan: 'invalid_card_number',
  expiry: 'expired_card',
  csc: 'invalid_cvv',
  postcode: 'invalid_postal_code',
}

export function refused(transactionId: string, code: string, message: string): PostedAnswer {
  return { ...nothing(transactionId), error_code: code, error_message: message }
}

export function refusedCard(transactionId: string, { field }: PostedFault): PostedAnswer {
  return refused(transactionId, faultCodes[field], 'the card is not complete or not valid')
}

export function declinedBecause(transactionId: string, reason: DeclineReason): PostedAnswer {
  return refused(transactionId, codes[reason], declineCatalogue[reason].advice.slice(0, 200))
}

export function tokenised(transactionId: string, token: string): PostedAnswer {
  return { ...nothing(transactionId), token_id: token }
}

/** `charge_id` is our payment's id: what captures, refunds and the API know it by. */
export function answerFor(transactionId: string, row: PaymentRow): PostedAnswer {
  if (row.status === 'captured' || row.status === 'authorised')
    return { ...nothing(transactionId), charge_id: row.id }
  const decline = row.status === 'declined' ? declineOf(row) : null
  return decline ? declinedBecause(transactionId, decline.reason) : unknownOutcome(transactionId)
}

export function unknownOutcome(transactionId: string): PostedAnswer {
  const message = 'it is not known yet whether the card was charged: do not try again, ask the merchant'
  return refused(transactionId, 'outcome_unknown', message)
}

function nothing(transactionId: string): PostedAnswer {
  return {
    transaction_id: transactionId,
    charge_id: null,
    token_id: null,
    error_code: null,
    error_message: null,
  }
}
