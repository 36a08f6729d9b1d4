import type { CardField } from '../../contracts/card.ts'
import type { DigitBuffer } from './digit-buffer.ts'
import { membersOf, type Span } from './json-members.ts'

const zero = 0x30
const star = 0x2a

/** The names of the pay-connector standard. */
const cardNames = ['cardnumber', 'expiry_month', 'expiry_year', 'cvv', 'postal_code'] as const
type CardName = (typeof cardNames)[number]

export type Taken = { readonly ok: true; readonly fields: readonly CardField[] } | { readonly ok: false }

/**
 * Takes the card out of a JSON object, byte by byte, into the digit buffer, and wipes it where it stood: `*` in a string,
 * `0` and spaces in a bare number, so that what is left is JSON of the same length without a digit of the card in it.
 * No string of the card is ever made. Not ok: the bytes are no flat JSON object, or a name comes twice; they are wiped whole.
 */
export function takeCard(body: Buffer, digits: DigitBuffer): Taken {
  const spans = membersOf(body, cardNames)
  if (!spans || [...spans.values()].some((span) => !isPlain(body, span))) {
    body.fill(0)
    return { ok: false }
  }
  const fields: CardField[] = []
  const take = (field: CardField, name: CardName) => {
    const span = spans.get(name)
    if (!span || isNothing(body, span)) return
    fields.push(field)
    append(body, span, field, digits)
  }
  take('pan', 'cardnumber')
  if (appendExpiry(body, spans, digits)) fields.push('expiry')
  take('csc', 'cvv')
  const postcode = spans.get('postal_code')
  // Postcodes with letters go nowhere: the card process fills digits only.
  if (postcode && isDigits(body, postcode)) take('postcode', 'postal_code')
  for (const span of spans.values()) wipe(body, span)
  return { ok: true, fields }
}

/** Digits, and nothing but spaces or dashes between them; anything else leaves the field short, and so refused. */
function append(body: Buffer, { from, to }: Span, field: CardField, digits: DigitBuffer): void {
  for (let at = from; at < to; at++) {
    const byte = body[at]!
    const fits = isDigit(byte) ? digits.append(field, byte) : byte === 0x20 || byte === 0x2d
    if (fits) continue
    digits.empty(field)
    return
  }
}

/** `1` or `01`, and `39` or `2039`, to `0139`. */
function appendExpiry(body: Buffer, spans: ReadonlyMap<CardName, Span>, digits: DigitBuffer): boolean {
  const month = spans.get('expiry_month')
  const year = spans.get('expiry_year')
  if (!month || !year || isNothing(body, month) || isNothing(body, year)) return false
  const monthBytes = month.to - month.from
  const yearBytes = year.to - year.from
  const fits = (monthBytes === 1 || monthBytes === 2) && (yearBytes === 2 || isThisCentury(body, year))
  if (!fits || !isDigits(body, month) || !isDigits(body, year)) return true
  if (monthBytes === 1) digits.append('expiry', zero)
  for (let at = month.from; at < month.to; at++) digits.append('expiry', body[at]!)
  for (let at = year.to - 2; at < year.to; at++) digits.append('expiry', body[at]!)
  return true
}

function isThisCentury(body: Buffer, { from, to }: Span): boolean {
  return to - from === 4 && body[from] === 0x32 && body[from + 1] === zero
}

function wipe(body: Buffer, { from, to, quoted }: Span): void {
  if (quoted) body.fill(star, from, to)
  else if (isDigit(body[from])) {
    body.fill(0x20, from, to)
    body[from] = zero
  }
}

/** A string, a number or null: an object or a list where a card belongs is refused. */
function isPlain(body: Buffer, { from, quoted }: Span): boolean {
  return quoted || isDigit(body[from]) || body[from] === 0x6e
}

/** An empty string, or `null`. */
function isNothing(body: Buffer, { from, to, quoted }: Span): boolean {
  return from === to || (!quoted && body[from] === 0x6e)
}

function isDigits(body: Buffer, { from, to }: Span): boolean {
  for (let at = from; at < to; at++) if (!isDigit(body[at])) return false
  return to > from
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= 0x39
}
