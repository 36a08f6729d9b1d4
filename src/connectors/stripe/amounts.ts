import type { AmountRules } from '../amounts.ts'

/**
 * https://docs.stripe.com/currencies: ISK and UGX have no decimals, yet are written as if they had two; MGA is written
 * without; of three decimals the last has to be 0.
 */
export const amounts: AmountRules = {
  exponents: { ISK: 2, UGX: 2, MGA: 0 },
  lastDigitZero: new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']),
}
