import type { DeclineReason } from '../../contracts/payment-events.ts'

/** `refusalCode`. https://developer.worldpay.com/products/reference/refusal-response */
export const declineCodes: ReadonlyMap<string, DeclineReason> = new Map([
  ['1', 'do-not-honour'],
  ['2', 'do-not-honour'],
  ['3', 'gateway-error'],
  ['4', 'stolen-or-lost'],
  ['5', 'do-not-honour'],
  ['6', 'do-not-honour'],
  ['7', 'stolen-or-lost'],
  ['8', 'do-not-honour'],
  ['12', 'not-permitted'],
  ['13', 'not-permitted'],
  ['131', 'not-permitted'],
  ['14', 'incorrect-card'],
  ['15', 'incorrect-card'],
  ['33', 'expired-card'],
  ['34', 'fraud-suspected'],
  ['41', 'stolen-or-lost'],
  ['43', 'stolen-or-lost'],
  ['51', 'insufficient-funds'],
  ['54', 'expired-card'],
  ['57', 'not-permitted'],
  ['58', 'not-permitted'],
  ['59', 'fraud-suspected'],
  ['61', 'limit-exceeded'],
  ['62', 'not-permitted'],
  ['65', 'authentication-required'],
  ['82', 'incorrect-csc'],
  ['91', 'gateway-error'],
  ['96', 'gateway-error'],
  ['97', 'incorrect-csc'],
])

/** Errors of a request that was refused before anything was done. */
export const refusingErrors: ReadonlySet<string> = new Set([
  'accessDenied',
  'bodyDoesNotMatchSchema',
  'bodyIsNotJson',
  'bodyIsEmpty',
  'entityIsNotConfigured',
  'fieldHasInvalidValue',
  'fieldIsMissing',
  'headerHasInvalidValue',
  'headerIsMissing',
  'unsupportedApiVersion',
])
