import type { DeclineReason } from '../../contracts/payment-events.ts'

/**
 * https://docs.stripe.com/declines/codes and https://docs.stripe.com/error-codes: the codes of which the agent can do
 * something. A code that is not listed is `other`.
 */
export const declineCodes: ReadonlyMap<string, DeclineReason> = new Map([
  ['insufficient_funds', 'insufficient-funds'],
  ['expired_card', 'expired-card'],
  ['invalid_expiry_month', 'expired-card'],
  ['invalid_expiry_year', 'expired-card'],
  ['incorrect_cvc', 'incorrect-csc'],
  ['invalid_cvc', 'incorrect-csc'],
  ['incorrect_number', 'incorrect-card'],
  ['invalid_number', 'incorrect-card'],
  ['invalid_account', 'incorrect-card'],
  ['incorrect_zip', 'incorrect-card'],
  ['incorrect_address', 'incorrect-card'],
  ['lost_card', 'stolen-or-lost'],
  ['stolen_card', 'stolen-or-lost'],
  ['pickup_card', 'stolen-or-lost'],
  ['restricted_card', 'stolen-or-lost'],
  ['do_not_honor', 'do-not-honour'],
  ['generic_decline', 'do-not-honour'],
  ['call_issuer', 'do-not-honour'],
  ['no_action_taken', 'do-not-honour'],
  ['security_violation', 'do-not-honour'],
  ['service_not_allowed', 'do-not-honour'],
  ['stop_payment_order', 'do-not-honour'],
  ['transaction_not_allowed', 'do-not-honour'],
  ['revocation_of_authorization', 'do-not-honour'],
  ['revocation_of_all_authorizations', 'do-not-honour'],
  ['authentication_required', 'authentication-required'],
  ['authentication_not_handled', 'authentication-required'],
  ['card_velocity_exceeded', 'limit-exceeded'],
  ['withdrawal_count_limit_exceeded', 'limit-exceeded'],
  ['amount_too_large', 'limit-exceeded'],
  ['card_not_supported', 'not-permitted'],
  ['currency_not_supported', 'not-permitted'],
  ['not_permitted', 'not-permitted'],
  ['live_mode_test_card', 'not-permitted'],
  ['testmode_decline', 'not-permitted'],
  ['fraudulent', 'fraud-suspected'],
  ['merchant_blacklist', 'fraud-suspected'],
  ['processing_error', 'gateway-error'],
  ['issuer_not_available', 'gateway-error'],
  ['reenter_transaction', 'gateway-error'],
  ['try_again_later', 'gateway-error'],
  ['approve_with_id', 'gateway-error'],
])

/** Refusals of a capture, cancellation or refund that came too late or asked for too much. */
export const refusalCodes: ReadonlySet<string> = new Set([
  'payment_intent_unexpected_state',
  'charge_already_captured',
  'charge_already_refunded',
  'charge_expired_for_capture',
  'charge_disputed',
  'amount_too_large',
  'amount_too_small',
  'resource_missing',
])
