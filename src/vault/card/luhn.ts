import type { DigitBuffer } from './digit-buffer.ts'

/** ISO/IEC 7812-1: every second digit from the right doubled, cross sums added, the sum a multiple of ten. */
export function passesLuhn(digits: DigitBuffer): boolean {
  const length = digits.length('pan')
  let sum = 0
  for (let i = 0; i < length; i++) {
    const digit = digits.digit('pan', length - 1 - i)
    const value = i % 2 === 1 ? digit * 2 : digit
    sum += value > 9 ? value - 9 : value
  }
  return length > 0 && sum % 10 === 0
}
