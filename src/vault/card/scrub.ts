import type { DigitBuffer } from './digit-buffer.ts'

const star = 0x2a
const space = 0x20
const zero = 0x30
const shortestRun = 12
const longestRun = 19

/**
 * Wipes, in place and without changing the length, whatever could be a card from the bytes of a reply:
 * 1. the collected number, with anything but letters and digits between its digits, plain or escaped
 *    (`\u0034`, `%34`);
 * 2. any other run of 12 to 19 digits, single spaces, dashes or dots between them, that passes the Luhn check;
 * 3. three or four digits that follow a name of the security code;
 * 4. the collected account number, written as the card's; one with fewer than eight digits where it stands alone in quotes,
 *    as it could be any number elsewhere.
 * A bare JSON number becomes `0` and spaces, so that the reply can still be parsed; everything else becomes `*`.
 */
export function scrub(bytes: Uint8Array, digits: DigitBuffer): void {
  for (let at = 0; at < bytes.length; at++) {
    const end = panAt(bytes, at, digits) || accountAt(bytes, at, digits)
    if (end > 0) wipe(bytes, at, end)
  }
  wipeLuhnRuns(bytes)
  wipeSecurityCodes(bytes)
}

/** The most bytes between two digits of the collected number that still count as separators. */
const longestSeparator = 6

const panAt = (bytes: Uint8Array, at: number, digits: DigitBuffer) => numberAt(bytes, at, digits, 'pan')

const quote = 0x22
/** Of fewer digits, an account number could be an amount or a part of a date. */
const longEnough = 8

function accountAt(bytes: Uint8Array, at: number, digits: DigitBuffer): number {
  const end = numberAt(bytes, at, digits, 'account-number')
  if (end === 0 || digits.length('account-number') >= longEnough) return end
  return bytes[at - 1] === quote && bytes[end] === quote ? end : 0
}

/** End of the collected number if it begins at `at`, else 0. */
function numberAt(
  bytes: Uint8Array,
  at: number,
  digits: DigitBuffer,
  field: 'pan' | 'account-number',
): number {
  const length = digits.length(field)
  if (length === 0) return 0
  let cursor = at
  for (let i = 0; i < length; i++) {
    if (i > 0) cursor = skipSeparators(bytes, cursor)
    const token = tokenBytes(bytes, cursor)
    if (token === 0 || tokenDigit(bytes, cursor, token) !== digits.digit(field, i)) return 0
    cursor += token
  }
  return cursor
}

function skipSeparators(bytes: Uint8Array, at: number): number {
  let cursor = at
  while (cursor < bytes.length && cursor - at < longestSeparator && tokenBytes(bytes, cursor) === 0) {
    if (isPercentSpace(bytes, cursor)) cursor += 3
    else if (isWord(bytes[cursor]!)) break
    else cursor++
  }
  return cursor
}

/** How many bytes a digit takes at `at`: 1 plain, 3 as `%34`, 6 as `\u0034`, 0 when none stands there. */
function tokenBytes(bytes: Uint8Array, at: number): 0 | 1 | 3 | 6 {
  if (isDigit(bytes[at])) return 1
  if (bytes[at] === 0x25 && bytes[at + 1] === 0x33 && isDigit(bytes[at + 2])) return 3
  const escaped =
    bytes[at] === 0x5c && // \
    (bytes[at + 1] === 0x75 || bytes[at + 1] === 0x55) && // u
    bytes[at + 2] === zero &&
    bytes[at + 3] === zero &&
    bytes[at + 4] === 0x33 &&
    isDigit(bytes[at + 5])
  return escaped ? 6 : 0
}

function tokenDigit(bytes: Uint8Array, at: number, token: 1 | 3 | 6): number {
  return bytes[at + token - 1]! - zero
}

function wipeLuhnRuns(bytes: Uint8Array): void {
  let at = 0
  while (at < bytes.length) {
    if (!isDigit(bytes[at]) || isWord(bytes[at - 1])) {
      at++
      continue
    }
    const end = runEnd(bytes, at)
    if (end > at && !isWord(bytes[end])) wipe(bytes, at, end)
    // Past the run, or past its first digit's group: a longer run was looked at as a whole.
    at = Math.max(end, at + 1)
    while (isDigit(bytes[at]) && isDigit(bytes[at - 1])) at++
  }
}

/** End of the longest run from `at` that has 12 to 19 digits and passes the Luhn check, else `at`. */
function runEnd(bytes: Uint8Array, at: number): number {
  let best = at
  let count = 0
  // Two sums at once: which digits are doubled depends on where the run ends.
  let odd = 0
  let even = 0
  let cursor = at
  while (cursor < bytes.length && count < longestRun) {
    if (isDigit(bytes[cursor])) {
      const digit = bytes[cursor]! - zero
      const doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2
      // `odd` is the sum for a run whose last digit is the one just read.
      const next = even + digit
      even = odd + doubled
      odd = next
      count++
      cursor++
      const whole = !isDigit(bytes[cursor])
      if (whole && count >= shortestRun && odd % 10 === 0) best = cursor
    } else if (isRunSeparator(bytes[cursor]!) && isDigit(bytes[cursor + 1])) cursor++
    else break
  }
  return best
}

const codeNames = [
  'csc',
  'cvc',
  'cvv',
  'cvn',
  'cvd',
  'cid',
  'securitycode',
  'cardcode',
  'verificationvalue',
  'verificationcode',
].map((name) => [...name].map((letter) => letter.charCodeAt(0)))

const codeInitials: ReadonlySet<number> = new Set(codeNames.map(([initial]) => initial!))

/** A name of the security code, then a few bytes that are no letters, then three or four digits. */
function wipeSecurityCodes(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at++) {
    if (!codeInitials.has(bytes[at]! | 0x20)) continue
    for (const name of codeNames) {
      const after = nameEnd(bytes, at, name)
      if (after > 0) wipeCodeAfter(bytes, after)
    }
  }
}

/** Compares without regard to case, `_`, `-` or spaces inside the name. */
function nameEnd(bytes: Uint8Array, at: number, name: readonly number[]): number {
  let cursor = at
  for (let i = 0; i < name.length; i++) {
    while (i > 0 && isNameSeparator(bytes[cursor])) cursor++
    if ((bytes[cursor]! | 0x20) !== name[i]) return 0
    cursor++
  }
  return cursor
}

/** `cvc2`, then `":"`, `=`, `</name>`-less XML `>` … at most this many bytes. */
const longestGap = 12

function wipeCodeAfter(bytes: Uint8Array, after: number): void {
  let cursor = after
  if (isDigit(bytes[cursor]) && !isDigit(bytes[cursor + 1])) cursor++
  const limit = cursor + longestGap
  while (cursor < limit && cursor < bytes.length && !isDigit(bytes[cursor])) {
    if (isLetter(bytes[cursor]!)) return
    cursor++
  }
  let end = cursor
  while (isDigit(bytes[end])) end++
  if (end - cursor === 3 || end - cursor === 4) wipe(bytes, cursor, end)
}

function wipe(bytes: Uint8Array, from: number, to: number): void {
  if (isBareNumber(bytes, from, to)) {
    bytes.fill(space, from, to)
    bytes[from] = zero
  } else bytes.fill(star, from, to)
}

/** Digits only, between JSON's punctuation, not inside quotes. */
function isBareNumber(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!isDigit(bytes[i])) return false
  let before = from - 1
  while (isBlank(bytes[before])) before--
  let after = to
  while (isBlank(bytes[after])) after++
  const opens = bytes[before] === 0x3a || bytes[before] === 0x2c || bytes[before] === 0x5b // : , [
  const closes = bytes[after] === 0x2c || bytes[after] === 0x7d || bytes[after] === 0x5d // , } ]
  return opens && closes
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= 0x39
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

function isWord(byte: number | undefined): boolean {
  return byte !== undefined && (isDigit(byte) || isLetter(byte) || byte === 0x5f)
}

function isRunSeparator(byte: number): boolean {
  return byte === space || byte === 0x2d || byte === 0x2e
}

function isNameSeparator(byte: number | undefined): boolean {
  return byte === 0x5f || byte === 0x2d || byte === space
}

function isBlank(byte: number | undefined): boolean {
  return byte === space || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

function isPercentSpace(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x25 && bytes[at + 1] === 0x32 && bytes[at + 2] === zero
}
