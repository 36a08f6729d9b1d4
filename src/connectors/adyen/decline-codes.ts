import type { DeclineReason } from '../../contracts/payment-events.ts'
import type { AmountRules } from '../amounts.ts'

/** https://docs.adyen.com/development-resources/currency-codes: what differs from ISO 4217. */
export const amounts: AmountRules = { exponents: { CLP: 2, CVE: 0, IDR: 0, ISK: 2 } }

/** `refusalReasonCode`. https://docs.adyen.com/development-resources/refusal-reasons */
export const declineCodes: ReadonlyMap<string, DeclineReason> = new Map([
  ['2', 'do-not-honour'],
  ['3', 'do-not-honour'],
  ['4', 'gateway-error'],
  ['5', 'stolen-or-lost'],
  ['6', 'expired-card'],
  ['7', 'not-permitted'],
  ['8', 'incorrect-card'],
  ['9', 'gateway-error'],
  ['10', 'not-permitted'],
  ['11', 'authentication-required'],
  ['12', 'insufficient-funds'],
  ['14', 'fraud-suspected'],
  ['15', 'gateway-error'],
  ['20', 'fraud-suspected'],
  ['21', 'gateway-error'],
  ['22', 'fraud-suspected'],
  ['23', 'not-permitted'],
  ['24', 'incorrect-csc'],
  ['25', 'stolen-or-lost'],
  ['26', 'do-not-honour'],
  ['27', 'do-not-honour'],
  ['28', 'limit-exceeded'],
  ['29', 'limit-exceeded'],
  ['31', 'fraud-suspected'],
  ['32', 'incorrect-card'],
  ['38', 'authentication-required'],
  ['39', 'authentication-required'],
  ['42', 'authentication-required'],
])
