import { z } from 'zod'

/** Bank accounts that a caller keys: a UK account by its sort code, a US account by its routing number. */
export const BankScheme = z.enum(['uk', 'us'])
export type BankScheme = z.infer<typeof BankScheme>

export const BankField = z.enum(['sort-code', 'routing-number', 'account-number'])
export type BankField = z.infer<typeof BankField>

/** What is asked for, in this order: the first one decides how the second one is checked. */
export const bankFields: Readonly<Record<BankScheme, readonly [BankField, BankField]>> = {
  uk: ['sort-code', 'account-number'],
  us: ['routing-number', 'account-number'],
}

/** The only currency in which each kind of account is debited: Bacs in sterling, ACH in US dollars. */
export const bankCurrency: Readonly<Record<BankScheme, string>> = { uk: 'GBP', us: 'USD' }

/** Why a field of an account was not taken, beyond its length. */
export const BankFault = z.enum([
  /** The account number does not belong to the sort code: one of the two was keyed wrong. */
  'modulus',
  /** The routing number's check digit is wrong. */
  'checksum',
])
export type BankFault = z.infer<typeof BankFault>

/** All of an account that leaves the card process. */
export const AccountSummary = z.strictObject({
  brand: z.literal('bank-account'),
  scheme: BankScheme,
  /** The last four digits of the account number; of one with fewer than eight the last two. */
  last4: z.string().regex(/^\d{2}(\d{2})?$/),
})
export type AccountSummary = z.infer<typeof AccountSummary>

const text = (most: number) => z.string().trim().min(1).max(most)

/** Whose account it is, as the bank knows them. */
export const AccountHolder = z.strictObject({
  name: text(140).regex(/^(?!.*\d{6})/, 'a name: account digits are only keyed by the caller'),
  kind: z.enum(['individual', 'company']).default('individual'),
  email: z.email().max(254).optional().describe('Where the gateway sends what the scheme asks for'),
  address: z
    .strictObject({
      line1: text(200),
      city: text(100),
      postalCode: text(20),
      country: z.string().regex(/^[A-Z]{2}$/, 'ISO 3166-1 alpha-2'),
    })
    .optional()
    .describe('Some gateways want it for Bacs: see docs/gateways'),
})
export type AccountHolder = z.infer<typeof AccountHolder>

/** A debit of an account that the caller keys: its scheme follows from the payment's currency. */
export const NewBankAccount = z.strictObject({
  holder: AccountHolder,
  accountType: z.enum(['checking', 'savings']).default('checking').describe('Of a US account'),
  mandate: z
    .enum(['spoken', 'keyed', 'written'])
    .describe('How the caller agreed to be debited. Keeping the proof is the merchant’s'),
})
export type NewBankAccount = z.output<typeof NewBankAccount>

/** What the gateway wants to know of an account's holder beyond their name. */
export const HolderNeed = z.enum(['email', 'address'])
export type HolderNeed = z.infer<typeof HolderNeed>

/** One kind of account that the merchant's gateway takes debits of. */
export const TakenAccounts = z.strictObject({ scheme: BankScheme, needs: z.array(HolderNeed) })
export type TakenAccounts = z.infer<typeof TakenAccounts>

/** The payment's account, as the API shows it: no digit, and not whose it is. */
export const BankAccountView = z.strictObject({
  scheme: BankScheme,
  mandate: NewBankAccount.shape.mandate,
})
export type BankAccountView = z.infer<typeof BankAccountView>
