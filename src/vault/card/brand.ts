import type { CardBrand } from '../../contracts/card.ts'
import type { DigitBuffer } from './digit-buffer.ts'

/** First six digits, from and to, of the ranges that the schemes publish. The first range that fits wins. */
const ranges: readonly (readonly [from: number, to: number, brand: CardBrand])[] = [
  [340000, 349999, 'amex'],
  [370000, 379999, 'amex'],
  [400000, 499999, 'visa'],
  [510000, 559999, 'mastercard'],
  [222100, 272099, 'mastercard'],
  [300000, 305999, 'diners'],
  [309500, 309599, 'diners'],
  [360000, 369999, 'diners'],
  [380000, 399999, 'diners'],
  [352800, 358999, 'jcb'],
  [601100, 601199, 'discover'],
  [644000, 659999, 'discover'],
  // 622126–622925 is shared with Discover; the card itself is UnionPay's.
  [620000, 629999, 'unionpay'],
  [810000, 817199, 'unionpay'],
  [500000, 509999, 'maestro'],
  [560000, 589999, 'maestro'],
  [630400, 630499, 'maestro'],
  [639000, 639099, 'maestro'],
  [670000, 679999, 'maestro'],
]

export type PanLengths = {
  readonly allowed: readonly number[]
  /** The length at which a number that passes the Luhn check is complete without `#`. */
  readonly usual: number | null
}

const from16to19 = { allowed: [16, 17, 18, 19], usual: 16 } as const
const any = { allowed: [12, 13, 14, 15, 16, 17, 18, 19], usual: null } as const

/**
 * ISO/IEC 7812-1 allows 12 to 19 digits; each scheme uses some. Where a scheme has several, nearly all cards in the
 * field have the usual one; a longer card whose first 16 digits happen to pass the Luhn check (one in ten of a kind
 * that hardly exists) is taken short and declined by the gateway, which costs less than asking every caller for `#`.
 */
const lengths: Readonly<Record<CardBrand, PanLengths>> = {
  visa: { allowed: [13, 16, 19], usual: 16 },
  mastercard: { allowed: [16], usual: 16 },
  amex: { allowed: [15], usual: 15 },
  discover: from16to19,
  diners: { allowed: [14, 16, 17, 18, 19], usual: 14 },
  jcb: from16to19,
  unionpay: from16to19,
  maestro: any,
  unknown: any,
}

export function lengthsOf(brand: CardBrand): PanLengths {
  return lengths[brand]
}

const binDigits = 6

/** The brand, as soon as no further digit can change it; `unknown` when no range can fit any more. */
export function brandOf(digits: DigitBuffer): CardBrand | undefined {
  const known = Math.min(digits.length('pan'), binDigits)
  let low = 0
  for (let i = 0; i < known; i++) low = low * 10 + digits.digit('pan', i)
  const span = 10 ** (binDigits - known)
  low *= span
  const high = low + span - 1
  const possible = ranges.filter(([from, to]) => from <= high && to >= low)
  if (possible.length === 0) return 'unknown'
  const whole = possible.find(([from, to]) => from <= low && to >= high)
  return whole?.[2]
}
