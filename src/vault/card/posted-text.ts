import type { CardField } from '../../contracts/card.ts'
import type { PostedRequest } from '../../contracts/posted-card.ts'
import { membersOf, type Span } from './json-members.ts'

const names = [
  'method',
  'transaction_id',
  'payment_method',
  'amount',
  'currency_code',
  'description',
  'parameters',
] as const
type Name = (typeof names)[number]

/**
 * What control may know of the request, from bytes that hold no card any more: these members and no other, each as text.
 * Undefined when it is none that this standard has: bank accounts, for example, which are not taken.
 */
export function readPosted(body: Buffer, fields: readonly CardField[]): PostedRequest | undefined {
  const spans = membersOf(body, names)
  const text = (name: Name, longest: number) => textOf(body, spans?.get(name), longest)
  const method = text('method', 16)
  const transactionId = text('transaction_id', 100)
  if ((method !== 'charge' && method !== 'tokenize') || transactionId === null) return undefined
  if (
    !/^[\x21-\x7e]+$/.test(transactionId) ||
    (text('payment_method', 32) ?? 'credit-card') !== 'credit-card'
  )
    return undefined
  const parameters = spans?.get('parameters')
  const inner = parameters && body.subarray(parameters.from, parameters.to)
  const reference = inner && textOf(inner, membersOf(inner, ['reference'])?.get('reference'), 64)
  const currencyCode = text('currency_code', 3)
  return {
    method,
    transactionId,
    amount: text('amount', 16),
    currencyCode: currencyCode !== null && /^[A-Za-z]{3}$/.test(currencyCode) ? currencyCode : null,
    description: text('description', 200),
    reference: reference ?? null,
    fields: [...fields],
  }
}

/** Visible text of at most so many characters, a number as text; null for anything else. */
function textOf(body: Buffer, span: Span | undefined, longest: number): string | null {
  if (!span) return null
  const raw = body.toString('utf8', span.from, span.to)
  if (!span.quoted && !/^-?\d{1,12}(\.\d{1,6})?$/.test(raw)) return null
  const text = (span.quoted ? unescaped(raw) : raw).trim()
  return text === '' || text.length > longest ? null : text
}

const escapes: Readonly<Record<string, string>> = { n: ' ', t: ' ', r: ' ', b: '', f: '' }

/** RFC 8259 §7, for one line of text. */
function unescaped(raw: string): string {
  return raw.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_all, code: string | undefined, letter: string) =>
    code === undefined ? (escapes[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
