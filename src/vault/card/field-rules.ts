import type { CardBrand, KeyedField } from '../../contracts/card.ts'
import { judgeBank } from './bank/bank-rules.ts'
import { type ModulusTable, noModulusTable } from './bank/modulus-table.ts'
import { brandOf, lengthsOf } from './brand.ts'
import type { DigitBuffer } from './digit-buffer.ts'
import type { Judgement } from './judgement.ts'
import { passesLuhn } from './luhn.ts'

export type Rules = {
  /** Undefined takes every brand. */
  readonly acceptedBrands?: readonly CardBrand[] | undefined
  /** Of a card that the gateway keeps, whose number is not keyed again. */
  readonly keptBrand?: CardBrand | undefined
  /** For UK accounts; unless told, nothing is known of any sort code. */
  readonly modulus?: ModulusTable | undefined
  /** Epoch milliseconds. */
  readonly now: number
}

/** Judges the digits that `field` holds now; at least one. */
export function judge(field: KeyedField, digits: DigitBuffer, rules: Rules): Judgement {
  switch (field) {
    case 'pan':
      return judgePan(digits, rules)
    case 'expiry':
      return judgeExpiry(digits, rules.now)
    case 'csc':
      return judgeCsc(digits, rules.keptBrand ?? brandOf(digits))
    case 'postcode':
      return { ends: digits.length('postcode') === longestPostcode, result: 'valid', endsBySilence: true }
    case 'sort-code':
    case 'routing-number':
    case 'account-number':
      return judgeBank(field, digits, rules.modulus ?? noModulusTable)
  }
}

/** A ZIP+4 is the longest postcode that is made of digits. */
const longestPostcode = 9

function judgePan(digits: DigitBuffer, { acceptedBrands }: Rules): Judgement {
  const length = digits.length('pan')
  const brand = brandOf(digits) ?? 'unknown'
  const { allowed, usual } = lengthsOf(brand)
  const fits = allowed.includes(length)
  const sound = fits && passesLuhn(digits)
  const longest = allowed.at(-1)!
  return {
    ends: length >= longest || (length === usual && sound),
    result: panResult(),
    endsBySilence: fits,
  }

  function panResult(): Judgement['result'] {
    if (length < allowed[0]!) return 'too-short'
    if (length > longest) return 'too-long'
    if (!fits) return 'brand-length'
    if (!sound) return 'luhn'
    return acceptedBrands && !acceptedBrands.includes(brand) ? 'brand-not-accepted' : 'valid'
  }
}

/** Cards are issued for five years at most today; twenty leaves room, and finds a year keyed wrong. */
const furthestMonths = 240
/** When it is still the old month somewhere on Earth (UTC−12), the card is still good there. */
const westernmostMs = 12 * 3_600_000

/** MMYY. A card is good to the end of its month (ISO/IEC 7813). */
function judgeExpiry(digits: DigitBuffer, now: number): Judgement {
  if (digits.length('expiry') < 4) return { ends: false, result: 'too-short', endsBySilence: false }
  const { month, year } = expiryOf(digits)
  const today = new Date(now - westernmostMs)
  const ahead = year * 12 + month - 1 - (today.getUTCFullYear() * 12 + today.getUTCMonth())
  const result =
    month < 1 || month > 12
      ? 'not-a-month'
      : ahead < 0
        ? 'expired'
        : ahead > furthestMonths
          ? 'too-far'
          : 'valid'
  return { ends: true, result, endsBySilence: false }
}

function judgeCsc(digits: DigitBuffer, brand: CardBrand | undefined): Judgement {
  const complete = digits.length('csc') === (brand === 'amex' ? 4 : 3)
  return { ends: complete, result: complete ? 'valid' : 'wrong-length', endsBySilence: false }
}

/** Month and year of a complete expiry. */
export function expiryOf(digits: DigitBuffer): { month: number; year: number } {
  const pair = (at: number) => digits.digit('expiry', at) * 10 + digits.digit('expiry', at + 1)
  return { month: pair(0), year: 2000 + pair(2) }
}
