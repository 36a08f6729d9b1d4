import type { DigitBuffer } from '../digit-buffer.ts'

const weights = [3, 7, 1] as const

/**
 * Of a routing number that is complete: 3, 7 and 1 times its digits come to a multiple of ten, and the first two are a
 * Federal Reserve district, a thrift, an electronic or a government number (ABA Routing Number Policy). Nine zeros fit both, and are nobody's.
 */
export function isRoutingNumber(digits: DigitBuffer): boolean {
  let sum = 0
  for (let i = 0; i < 9; i++) sum += digits.digit('routing-number', i) * weights[i % 3]!
  const prefix = digits.digit('routing-number', 0) * 10 + digits.digit('routing-number', 1)
  const isGiven = prefix <= 12 || (prefix >= 21 && prefix <= 32) || (prefix >= 61 && prefix <= 72)
  return sum > 0 && sum % 10 === 0 && (isGiven || prefix === 80)
}
