import { z } from 'zod'

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
