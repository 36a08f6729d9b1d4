/** Offered first; the rest of ISO 4217 follows. */
export const commonCurrencies = [
  'GBP',
  'EUR',
  'USD',
  'AUD',
  'CAD',
  'CHF',
  'DKK',
  'JPY',
  'KWD',
  'NOK',
  'NZD',
  'SEK',
] as const

const names = new Intl.DisplayNames('en-GB', { type: 'currency' })

export function currencyName(code: string): string {
  return `${code} – ${names.of(code) ?? code}`
}

export function otherCurrencies(): string[] {
  const common = new Set<string>(commonCurrencies)
  return Intl.supportedValuesOf('currency').filter((code) => !common.has(code))
}
