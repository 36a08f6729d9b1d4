import { z } from 'zod'

/** ISO 4217 currencies whose minor unit is not a hundredth. */
const exponents: Readonly<Record<string, 0 | 3>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
}

const known = new Set(Intl.supportedValuesOf('currency'))

export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'three capital letters of ISO 4217, for example GBP')
  .refine((code) => known.has(code), 'not a currency of ISO 4217')

/** An integer of minor units: pence, cents, yen, fils. At most what fits nine digits, as gateways do. */
export const AmountMinor = z.number().int().positive().max(999_999_999)

export const Money = z.strictObject({ amountMinor: AmountMinor, currency: Currency })
export type Money = z.infer<typeof Money>

/** Digits after the decimal point: 2 for GBP, 0 for JPY, 3 for KWD (ISO 4217). */
export function exponentOf(currency: string): 0 | 2 | 3 {
  return exponents[currency] ?? 2
}

/** The amount as a decimal string without a sign or separators: 1050 GBP is `10.50`, 500 JPY is `500`. */
export function toDecimal({ amountMinor, currency }: Money): string {
  const exponent = exponentOf(currency)
  if (exponent === 0) return String(amountMinor)
  const digits = String(amountMinor).padStart(exponent + 1, '0')
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}

/** The amount as a person reads it, for example `£10.50`. */
export function formatMoney(money: Money, locale = 'en-GB'): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: money.currency })
  return format.format(toDecimal(money) as Intl.StringNumericLiteral)
}
