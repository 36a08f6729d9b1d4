import { exponentOf } from '../base/money.ts'

/** The largest amount that the API takes, in minor units. */
const maxMinor = 999_999_999

export type AmountFault = 'empty' | 'not-a-number' | 'comma' | 'too-precise' | 'zero' | 'too-large'
export type ParsedAmount =
  | { readonly ok: true; readonly amountMinor: number }
  | { readonly ok: false; readonly fault: AmountFault }

/**
 * An amount as an agent types it, in major units, to an integer of minor units: `10.5` GBP is 1050, `500` JPY is 500,
 * `1.250` KWD is 1250. Works on the text, digit by digit, so that no amount ever passes through a binary fraction.
 */
export function parseAmount(text: string, currency: string): ParsedAmount {
  const typed = text.trim()
  if (typed === '') return { ok: false, fault: 'empty' }
  if (typed.includes(',')) return { ok: false, fault: 'comma' }
  const match = /^(\d+)(?:\.(\d*))?$/.exec(typed)
  if (!match) return { ok: false, fault: 'not-a-number' }
  const exponent = exponentOf(currency)
  const fraction = match[2] ?? ''
  if (fraction.length > exponent) return { ok: false, fault: 'too-precise' }
  const minorDigits = `${match[1]}${fraction.padEnd(exponent, '0')}`.replace(/^0+/, '')
  if (minorDigits === '') return { ok: false, fault: 'zero' }
  if (minorDigits.length > String(maxMinor).length) return { ok: false, fault: 'too-large' }
  return { ok: true, amountMinor: Number(minorDigits) }
}

/** What the agent should type instead. */
export function amountAdvice(fault: AmountFault, currency: string): string {
  const exponent = exponentOf(currency)
  switch (fault) {
    case 'empty':
      return 'Enter the amount to take.'
    case 'comma':
      return 'Use a point for decimals and no thousands separator, for example 1050.00.'
    case 'not-a-number':
      return 'Enter digits only, for example 10.50.'
    case 'too-precise':
      return exponent === 0
        ? `${currency} has no decimals: enter a whole amount.`
        : `${currency} has ${exponent} decimals at most.`
    case 'zero':
      return 'The amount must be more than zero.'
    case 'too-large':
      return 'The amount is larger than can be taken in one payment.'
  }
}
