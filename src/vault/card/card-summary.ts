import type { CardSummary } from '../../contracts/card.ts'
import { brandOf } from './brand.ts'
import type { DigitBuffer } from './digit-buffer.ts'
import { expiryOf } from './field-rules.ts'

/** All that is told of a card whose number and expiry are valid. */
export function summaryOf(digits: DigitBuffer): CardSummary {
  const { month, year } = expiryOf(digits)
  const length = digits.length('pan')
  let last4 = ''
  for (let i = length - 4; i < length; i++) last4 += digits.digit('pan', i)
  return { brand: brandOf(digits) ?? 'unknown', last4, expiryMonth: month, expiryYear: year }
}
