import type { DeclineCode } from './test-cards.ts'
import type { AccountInput } from './wire.ts'

type TestAccount = {
  readonly bank: string
  readonly accountNumber: string
  readonly outcome: 'paid' | DeclineCode
  readonly name: string
}

/** The sort code and the routing number of accounts that nobody has; every other number of theirs pays. */
export const testBanks = { sortCode: '108800', routingNumber: '110000000' } as const

const { sortCode, routingNumber } = testBanks

/** Stripe's test accounts (https://docs.stripe.com/testing), with what they do there after a debit was received. */
export const testAccounts: readonly TestAccount[] = [
  { bank: sortCode, accountNumber: '00012345', outcome: 'paid', name: 'UK account, pays' },
  { bank: sortCode, accountNumber: '33333335', outcome: 'debit_not_authorised', name: 'UK, takes no debits' },
  { bank: sortCode, accountNumber: '22222227', outcome: 'insufficient_funds', name: 'UK, too little on it' },
  { bank: routingNumber, accountNumber: '000123456789', outcome: 'paid', name: 'US account, pays' },
  { bank: routingNumber, accountNumber: '000111111113', outcome: 'account_closed', name: 'US, closed' },
  {
    bank: routingNumber,
    accountNumber: '000111111116',
    outcome: 'no_account',
    name: 'US, unknown to the bank',
  },
  {
    bank: routingNumber,
    accountNumber: '000222222227',
    outcome: 'insufficient_funds',
    name: 'US, too little on it',
  },
  {
    bank: routingNumber,
    accountNumber: '000333333335',
    outcome: 'debit_not_authorised',
    name: 'US, takes no debits',
  },
]

/** What the sandbox keeps of an account, and what its bank will say. */
export type ReadAccount = { readonly last4: string; readonly outcome: 'paid' | DeclineCode }

export function readAccount({ sortCode, routingNumber, accountNumber }: AccountInput): ReadAccount {
  const bank = sortCode ?? routingNumber
  const isTest = bank === testBanks.sortCode || bank === testBanks.routingNumber
  const known = testAccounts.find((one) => one.bank === bank && one.accountNumber === accountNumber)
  const outcome = isTest ? (known?.outcome ?? 'paid') : 'live_account_in_sandbox'
  return { last4: lastOf(accountNumber), outcome }
}

/** The last four digits; of a number with fewer than eight, two. */
export const lastOf = (accountNumber: string) => accountNumber.slice(accountNumber.length >= 8 ? -4 : -2)
