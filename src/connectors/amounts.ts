import { exponentOf, type Money } from '../base/money.ts'

/** How a gateway counts, where that is not ISO 4217. */
export type AmountRules = {
  /** Digits after the point that the gateway assumes, by currency. */
  readonly exponents: Readonly<Record<string, 0 | 2 | 3>>
  /** Currencies whose last digit the gateway wants to be 0, as no acquirer settles it. */
  readonly lastDigitZero?: ReadonlySet<string>
}

/** Our amount as an integer of the gateway's units; undefined when it cannot be said without changing it. */
export function toGatewayUnits({ amountMinor, currency }: Money, rules?: AmountRules): number | undefined {
  const shift = (rules?.exponents[currency] ?? exponentOf(currency)) - exponentOf(currency)
  const amount = shift >= 0 ? amountMinor * 10 ** shift : amountMinor / 10 ** -shift
  if (!Number.isSafeInteger(amount)) return undefined
  return rules?.lastDigitZero?.has(currency) && amount % 10 !== 0 ? undefined : amount
}

/** The gateway's amount as ours; undefined when it is no whole number of minor units. */
export function fromGatewayUnits(amount: number, currency: string, rules?: AmountRules): Money | undefined {
  const shift = (rules?.exponents[currency] ?? exponentOf(currency)) - exponentOf(currency)
  const amountMinor = shift >= 0 ? amount / 10 ** shift : amount * 10 ** -shift
  return Number.isSafeInteger(amountMinor) ? { amountMinor, currency } : undefined
}

const decimal = /^(\d{1,9})(?:\.(\d{1,3}))?$/

/** `10.50` GBP as 1050; undefined for what is no decimal number, or has more digits than the currency. */
export function fromDecimal(text: string, currency: string): Money | undefined {
  const match = decimal.exec(text)
  if (!match) return undefined
  const exponent = exponentOf(currency)
  const fraction = match[2] ?? ''
  if (/[1-9]/.test(fraction.slice(exponent))) return undefined
  const digits = match[1]! + fraction.slice(0, exponent).padEnd(exponent, '0')
  return { amountMinor: Number(digits), currency }
}
