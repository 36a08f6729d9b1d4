import { createHash, createHmac } from 'node:crypto'

type Plain = { readonly fill: 'date' } | { readonly fill: 'body-digest' }

/** A piece of a header that only the sender can know: the time, the finished body's digest, a MAC over both. */
export type HeaderPart =
  | string
  | Plain
  | { readonly fill: 'mac'; readonly keyBase64: string; readonly message: readonly (string | Plain)[] }

export type ComputedHeader = { readonly name: string; readonly parts: readonly HeaderPart[] }

export type Sending = {
  /** The body as it goes over the wire. Where it holds a card, only the card process has it. */
  readonly body: Uint8Array
  readonly nowMs: number
}

/**
 * Headers of gateways that want the body signed. Their length does not depend on the body: a date is 29 bytes
 * (RFC 9110 §5.6.7), a SHA-256 and an HMAC-SHA-256 are 44 in base64.
 */
export function computeHeaders(
  headers: readonly ComputedHeader[],
  { body, nowMs }: Sending,
): { name: string; value: string }[] {
  const date = new Date(nowMs).toUTCString()
  const digest = createHash('sha256').update(body).digest('base64')
  const plain = (part: string | Plain) =>
    typeof part === 'string' ? part : part.fill === 'date' ? date : digest
  const value = (part: HeaderPart) => {
    if (typeof part === 'string' || part.fill !== 'mac') return plain(part)
    const message = part.message.map(plain).join('')
    return createHmac('sha256', Buffer.from(part.keyBase64, 'base64')).update(message).digest('base64')
  }
  return headers.map(({ name, parts }) => ({ name, value: parts.map(value).join('') }))
}
