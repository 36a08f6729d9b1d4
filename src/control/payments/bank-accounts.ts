import { z } from 'zod'
import { AppError } from '../../base/errors.ts'
import type { ConnectorFacts } from '../../connectors/connector.ts'
import {
  type BankAccountView,
  BankScheme,
  bankCurrency,
  type HolderNeed,
  NewBankAccount,
  type TakenAccounts,
} from '../../contracts/bank-account.ts'
import type { Actor } from '../ports.ts'
import type { Queries } from '../store/database.ts'
import type { Gateways } from './gateways.ts'
import type { PaymentRow } from './rows.ts'
import { gatewayOfMerchant } from './store.ts'

/** The gateway, or our connector for it, takes no debits of bank accounts, or none in this currency. */
export class BankAccountsNotSupported extends AppError {
  readonly code = 'BANK_ACCOUNTS_NOT_SUPPORTED'
  readonly remedy = 'fix-request'
  readonly field = '/bankAccount'
  constructor(taken: readonly BankScheme[]) {
    const inWhat = taken.map((scheme) => bankCurrency[scheme]).join(' and ')
    super(
      taken.length === 0
        ? 'the gateway of this merchant takes no bank accounts: take a card, or send a pay link'
        : `bank accounts are debited in ${inWhat} here: take a card, or send a pay link`,
    )
  }
}

/** The gateway wants to know more of the account's holder than was told. */
export class AccountHolderIncomplete extends AppError {
  readonly code = 'ACCOUNT_HOLDER_INCOMPLETE'
  readonly remedy = 'fix-request'
  readonly field: string
  constructor(missing: HolderNeed) {
    super(`the gateway wants the account holder’s ${missing} for such a debit`)
    this.field = `/bankAccount/holder/${missing}`
  }
}

const StoredBankAccount = NewBankAccount.extend({
  scheme: BankScheme,
  by: z.strictObject({ kind: z.enum(['agent', 'api-key', 'system']), id: z.string() }),
  /** When the caller agreed, epoch ms. */
  at: z.number().int(),
})
export type StoredBankAccount = z.infer<typeof StoredBankAccount>

/** What the payment is to be debited from; null when a card is keyed. */
export function bankAccountOf(row: Pick<PaymentRow, 'bank_account'>): StoredBankAccount | null {
  return row.bank_account === null ? null : StoredBankAccount.parse(JSON.parse(row.bank_account))
}

export function viewOfBankAccount(row: Pick<PaymentRow, 'bank_account'>): BankAccountView | null {
  const account = bankAccountOf(row)
  return account && { scheme: account.scheme, mandate: account.mandate }
}

/** Of which accounts the merchant's gateway takes debits. */
export async function bankAccountsOf(
  db: Queries,
  gateways: Gateways,
  merchantId: string,
): Promise<TakenAccounts[]> {
  const { facts } = gateways.of(await gatewayOfMerchant(db, merchantId)).connector
  return schemesOf(facts).map((scheme) => ({
    scheme,
    needs: [...(facts.bankAccounts?.[scheme]?.needs ?? [])],
  }))
}

/** Of which accounts a gateway of this kind takes debits. */
export const schemesOf = ({ bankAccounts = {} }: Pick<ConnectorFacts, 'bankAccounts'>) =>
  BankScheme.options.filter((scheme) => bankAccounts[scheme] !== undefined)

export type BankAccountOrder = {
  readonly account: NewBankAccount
  readonly currency: string
  readonly facts: Pick<ConnectorFacts, 'bankAccounts'>
  readonly nowMs: number
}

/** As the payment's row holds it. Throws BankAccountsNotSupported, AccountHolderIncomplete. */
export function bankAccountColumn({ kind, id }: Actor, order: BankAccountOrder): string {
  const { account, currency, facts, nowMs } = order
  const taken = schemesOf(facts)
  const scheme = taken.find((one) => bankCurrency[one] === currency)
  if (!scheme) throw new BankAccountsNotSupported(taken)
  for (const needed of facts.bankAccounts?.[scheme]?.needs ?? [])
    if (account.holder[needed] === undefined) throw new AccountHolderIncomplete(needed)
  const stored: StoredBankAccount = { ...account, scheme, by: { kind, id }, at: nowMs }
  return JSON.stringify(stored)
}
