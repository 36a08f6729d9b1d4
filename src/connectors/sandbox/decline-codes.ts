import type { DeclineReason } from '../../contracts/payment-events.ts'

/** The sandbox gateway's decline codes in the words of the catalogue. A code that is not listed is `other`. */
export const declineCodes: ReadonlyMap<string, DeclineReason> = new Map([
  ['insufficient_funds', 'insufficient-funds'],
  ['expired_card', 'expired-card'],
  ['incorrect_csc', 'incorrect-csc'],
  ['incorrect_number', 'incorrect-card'],
  ['lost_card', 'stolen-or-lost'],
  ['stolen_card', 'stolen-or-lost'],
  ['do_not_honour', 'do-not-honour'],
  ['authentication_required', 'authentication-required'],
  ['limit_exceeded', 'limit-exceeded'],
  ['suspected_fraud', 'fraud-suspected'],
  ['processing_error', 'gateway-error'],
  ['live_card_in_sandbox', 'not-permitted'],
  ['account_closed', 'account-refused'],
  ['no_account', 'account-refused'],
  ['debit_not_authorised', 'account-refused'],
  ['live_account_in_sandbox', 'not-permitted'],
])

/** Refusals of a whole request that the gateway sends only when it has done nothing. */
export const refusalCodes: ReadonlyMap<string, DeclineReason> = new Map([
  ['unauthorised', 'gateway-error'],
  ['invalid_request', 'gateway-error'],
  ['invalid_idempotency_key', 'gateway-error'],
  ['not_found', 'gateway-error'],
  ['token_not_found', 'gateway-error'],
  ['authorisation_not_found', 'not-permitted'],
  ['not_capturable', 'not-permitted'],
  ['not_voidable', 'not-permitted'],
  ['not_refundable', 'not-permitted'],
  ['amount_too_large', 'not-permitted'],
  ['currency_differs', 'not-permitted'],
])
