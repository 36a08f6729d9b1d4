import type { DeclineReason } from '../contracts/payment-events.ts'
import type { Retry } from './outcome.ts'

type Advice = { readonly retry: Retry; readonly advice: string }

/** What the agent says and may try next, for each reason of the catalogue. */
export const declineCatalogue: Readonly<Record<DeclineReason, Advice>> = {
  'insufficient-funds': {
    retry: 'other-card',
    advice: 'The bank reports not enough funds. Ask for another card.',
  },
  'expired-card': {
    retry: 'other-card',
    advice: 'The card has expired. Ask for the date again, or for another card.',
  },
  'incorrect-csc': {
    retry: 'same-card',
    advice: 'The security code is wrong. Ask the caller to key the card again.',
  },
  'incorrect-card': {
    retry: 'same-card',
    advice: 'The card number is not known to the bank. Ask the caller to key it again.',
  },
  'stolen-or-lost': {
    retry: 'never',
    advice: 'The bank refused the card. Do not try it again; ask for another way to pay.',
  },
  'do-not-honour': {
    retry: 'other-card',
    advice: 'The bank refused without a reason. Ask for another card, or the caller may ring the bank.',
  },
  'authentication-required': {
    retry: 'pay-link',
    advice: 'The bank wants the cardholder to confirm. Send a pay link instead.',
  },
  'limit-exceeded': {
    retry: 'other-card',
    advice: 'The amount is over the card’s limit. Ask for another card.',
  },
  'not-permitted': {
    retry: 'other-card',
    advice: 'This card cannot be used for this payment. Ask for another card.',
  },
  'gateway-error': {
    retry: 'same-card',
    advice: 'The gateway could not process the card. Nothing was charged; try again.',
  },
  'fraud-suspected': { retry: 'never', advice: 'The payment was refused. Do not try this card again.' },
  'account-refused': {
    retry: 'other-card',
    advice: 'The bank takes no debit of this account. Ask for another account, or for a card.',
  },
  other: { retry: 'other-card', advice: 'The card was declined. Ask for another card.' },
}

const accountAdvice: Partial<Readonly<Record<DeclineReason, string>>> = {
  'insufficient-funds': 'The bank reports not enough funds. Nothing was taken. Ask for a card.',
  'not-permitted': 'This account cannot be used for this payment. Ask for a card.',
  'gateway-error': 'The gateway could not process the debit. Nothing was taken; try again.',
  other: 'The debit was refused. Ask for another account, or for a card.',
}

/** What the agent says of a decline, of a card or of a bank account. */
export function adviceOn(reason: DeclineReason, isBankAccount: boolean): string {
  return (isBankAccount ? accountAdvice[reason] : undefined) ?? declineCatalogue[reason].advice
}
