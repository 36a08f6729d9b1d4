import { z } from 'zod'
import { AccountSummary, BankFault, BankField } from './bank-account.ts'

/** What may be asked of a caller, in the order in which it is asked. */
export const CardField = z.enum(['pan', 'expiry', 'csc', 'postcode'])
export type CardField = z.infer<typeof CardField>

export const CardBrand = z.enum([
  'visa',
  'mastercard',
  'amex',
  'discover',
  'diners',
  'jcb',
  'maestro',
  'unionpay',
  'unknown',
])
export type CardBrand = z.infer<typeof CardBrand>

/** All of a card that leaves the card process. */
export const CardSummary = z.strictObject({
  brand: CardBrand,
  last4: z.string().regex(/^\d{4}$/),
  /** Not a secret once validated, and gateways echo it: `MM`, `YYYY`. */
  expiryMonth: z.number().int().min(1).max(12),
  expiryYear: z.number().int().min(2000).max(2199),
})
export type CardSummary = z.infer<typeof CardSummary>

/** Why a field that the caller keyed was not taken. */
export const FieldFault = z.enum([
  'too-short',
  'too-long',
  'luhn',
  'brand-length',
  'brand-not-accepted',
  'not-a-month',
  'expired',
  'too-far',
  'wrong-length',
])
export type FieldFault = z.infer<typeof FieldFault>

/** Whatever a caller may key: of a card, or of a bank account. */
export const KeyedField = z.enum([...CardField.options, ...BankField.options])
export type KeyedField = z.infer<typeof KeyedField>
export const KeyedFault = z.enum([...FieldFault.options, ...BankFault.options])
export type KeyedFault = z.infer<typeof KeyedFault>

/** All that leaves the card process of what was keyed. */
export const KeyedSummary = z.union([CardSummary, AccountSummary])
export type KeyedSummary = z.infer<typeof KeyedSummary>

/** What was paid with, as it is shown: the card's brand, or that it was a bank account. */
export const ShownBrand = z.enum([...CardBrand.options, 'bank-account'])
export type ShownBrand = z.infer<typeof ShownBrand>

/** The last digits as they are shown: four, or two of a bank account with fewer than eight. */
export const ShownLast4 = z.string().regex(/^\d{2}(\d{2})?$/)

export function isCardField(field: KeyedField): field is CardField {
  return CardField.safeParse(field).success
}
