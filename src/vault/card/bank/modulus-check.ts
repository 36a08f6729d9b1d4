import type { ModulusRow, ModulusTable } from './modulus-table.ts'

/** One of the fourteen digits: 0–5 the sort code (`u`–`z`), 6–13 the account number (`a`–`h`). */
export type DigitAt = (position: number) => number

/** Positions by the letters of the method's description. */
const [a, b, c, g, h] = [6, 7, 8, 12, 13] as const
const positions = 14

/** Exception 8 counts as if the account were at this sort code, exception 9 at the other. */
const substitute8 = 90126
const substitute9 = 309634
/** Exception 2: the weights for an account number whose first digit is not 0, and of those whose `g` is 9. */
const weights2 = [0, 0, 1, 2, 5, 3, 6, 4, 8, 7, 10, 9, 3, 1] as const
const weights2g9 = [0, 0, 0, 0, 0, 0, 0, 0, 8, 7, 10, 9, 3, 1] as const
/** Pairs of exceptions of which one check that passes is enough. */
const eitherPasses = new Set(['2 9', '10 11', '12 13'])

/**
 * Whether a UK account number belongs to its sort code, as far as that can be told: Vocalink, "Validating Account
 * Numbers – UK Modulus Checking" (MOD10, MOD11, DBLAL and exceptions 1 to 14). An account whose sort code is not in the
 * table cannot be checked, and passes. Reads digits one at a time and keeps none.
 */
export function passesModulus(digitAt: DigitAt, { rows, substitutes }: ModulusTable): boolean {
  const code = sortCodeOf(digitAt)
  const [first, second] = rows.filter(({ from, to }) => from <= code && to >= code)
  if (!first) return true
  if (first.exception === 6 && isForeignCurrency(digitAt)) return true
  const check = (row: ModulusRow) => passes(row, digitAt, substitutes)
  if (!second) return check(first) || (first.exception === 14 && passesShifted(first, digitAt))
  if (eitherPasses.has(`${first.exception} ${second.exception}`)) return check(first) || check(second)
  const skipsSecond = second.exception === 3 && (digitAt(c) === 6 || digitAt(c) === 9)
  return check(first) && (skipsSecond || check(second))
}

function passes(row: ModulusRow, digitAt: DigitAt, substitutes: ReadonlyMap<number, number>): boolean {
  const { method, exception } = row
  const digits = substituted(exception, digitAt, substitutes)
  const modulus = method === 'MOD11' ? 11 : 10
  const sum = total({ ...row, weights: weightsFor(row, digitAt) }, digits) + (exception === 1 ? 27 : 0)
  const remainder = sum % modulus
  if (exception === 4) return remainder === digits(g) * 10 + digits(h)
  if (exception !== 5) return remainder === 0
  // The check digit stands in the account number instead of in the weights: `g` for the first check, `h` for the second.
  if (method === 'MOD11' && remainder === 1) return false
  const wanted = remainder === 0 ? 0 : modulus - remainder
  return digits(method === 'MOD11' ? g : h) === wanted
}

function total({ method, weights }: ModulusRow, digitAt: DigitAt): number {
  let sum = 0
  for (let position = 0; position < positions; position++) {
    const product = digitAt(position) * weights[position]!
    // Double alternate: the digits of each product are added, not the products.
    sum += method === 'DBLAL' ? Math.floor(product / 10) + (product % 10) : product
  }
  return sum
}

function weightsFor({ exception, weights }: ModulusRow, digitAt: DigitAt): readonly number[] {
  const gIs9 = digitAt(g) === 9
  if (exception === 2 && digitAt(a) !== 0) return gIs9 ? weights2g9 : weights2
  const isTen = exception === 10 && (digitAt(a) === 0 || digitAt(a) === 9) && digitAt(b) === 9
  if (gIs9 && (exception === 7 || isTen)) return weights.map((weight, i) => (i <= b ? 0 : weight))
  return weights
}

/** The digits with the sort code that the exception puts in the place of the account's own. */
function substituted(exception: number, digitAt: DigitAt, substitutes: ReadonlyMap<number, number>): DigitAt {
  const instead =
    exception === 8
      ? substitute8
      : exception === 9
        ? substitute9
        : exception === 5
          ? substitutes.get(sortCodeOf(digitAt))
          : undefined
  if (instead === undefined) return digitAt
  return (position) => (position < a ? Math.floor(instead / 10 ** (5 - position)) % 10 : digitAt(position))
}

/** Exception 6: `a` is 4 to 8 and `g` and `h` are the same. Such an account cannot be checked. */
function isForeignCurrency(digitAt: DigitAt): boolean {
  return digitAt(a) >= 4 && digitAt(a) <= 8 && digitAt(g) === digitAt(h)
}

/** Exception 14: an account number that ends in 0, 1 or 9 may lack a 0 in front. */
function passesShifted(row: ModulusRow, digitAt: DigitAt): boolean {
  if (digitAt(h) !== 0 && digitAt(h) !== 1 && digitAt(h) !== 9) return false
  const shifted: DigitAt = (position) =>
    position < a ? digitAt(position) : position === a ? 0 : digitAt(position - 1)
  return total(row, shifted) % 11 === 0
}

function sortCodeOf(digitAt: DigitAt): number {
  let code = 0
  for (let position = 0; position < a; position++) code = code * 10 + digitAt(position)
  return code
}
