import type { DeclineReason } from '../../contracts/payment-events.ts'

/** The standard leaves codes to the merchant; these are the words that most endpoints use. Any other is `other`. */
export const declineCodes: ReadonlyMap<string, DeclineReason> = new Map([
  ['insufficient_funds', 'insufficient-funds'],
  ['expired_card', 'expired-card'],
  ['incorrect_cvc', 'incorrect-csc'],
  ['invalid_cvv', 'incorrect-csc'],
  ['invalid_card_number', 'incorrect-card'],
  ['incorrect_number', 'incorrect-card'],
  ['lost_card', 'stolen-or-lost'],
  ['stolen_card', 'stolen-or-lost'],
  ['card_declined', 'do-not-honour'],
  ['do_not_honor', 'do-not-honour'],
  ['authentication_required', 'authentication-required'],
  ['limit_exceeded', 'limit-exceeded'],
  ['card_not_supported', 'not-permitted'],
  ['processing_error', 'gateway-error'],
  ['fraudulent', 'fraud-suspected'],
])
