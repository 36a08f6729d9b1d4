import type { DeclineReason } from '../../contracts/payment-events.ts'
import type { AmountRules } from '../amounts.ts'

/** https://www.checkout.com/docs/payments/accept-payments/format-the-amount-value */
export const amounts: AmountRules = {
  exponents: { CLP: 2 },
  lastDigitZero: new Set(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']),
}

/** `response_code`. https://www.checkout.com/docs/developer-resources/codes/response-codes */
export const declineCodes: ReadonlyMap<string, DeclineReason> = new Map([
  ['20005', 'do-not-honour'],
  ['20001', 'do-not-honour'],
  ['20002', 'do-not-honour'],
  ['20003', 'not-permitted'],
  ['20006', 'gateway-error'],
  ['20012', 'not-permitted'],
  ['20013', 'not-permitted'],
  ['20014', 'incorrect-card'],
  ['20046', 'do-not-honour'],
  ['20051', 'insufficient-funds'],
  ['20054', 'expired-card'],
  ['20057', 'not-permitted'],
  ['20059', 'fraud-suspected'],
  ['20061', 'limit-exceeded'],
  ['20062', 'not-permitted'],
  ['20063', 'fraud-suspected'],
  ['20065', 'limit-exceeded'],
  ['20068', 'gateway-error'],
  ['20082', 'incorrect-csc'],
  ['20087', 'incorrect-csc'],
  ['20091', 'gateway-error'],
  ['20096', 'gateway-error'],
  ['20150', 'authentication-required'],
  ['20151', 'authentication-required'],
  ['20152', 'authentication-required'],
  ['20153', 'authentication-required'],
  ['20154', 'authentication-required'],
  ['30004', 'stolen-or-lost'],
  ['30007', 'stolen-or-lost'],
  ['30033', 'expired-card'],
  ['30034', 'fraud-suspected'],
  ['30041', 'stolen-or-lost'],
  ['30043', 'stolen-or-lost'],
  ['40101', 'fraud-suspected'],
  ['40201', 'fraud-suspected'],
  ['40202', 'fraud-suspected'],
  ['40203', 'fraud-suspected'],
  ['40204', 'fraud-suspected'],
])

/** `error_codes` of a request that was refused before anything was done. */
export const errorCodes: ReadonlyMap<string, DeclineReason> = new Map([
  ['card_number_invalid', 'incorrect-card'],
  ['card_expired', 'expired-card'],
  ['card_expiry_month_invalid', 'expired-card'],
  ['card_expiry_year_invalid', 'expired-card'],
  ['cvv_invalid', 'incorrect-csc'],
])
