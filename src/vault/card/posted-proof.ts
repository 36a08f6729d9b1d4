import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Door } from '../door-messages.ts'
import type { PostedHead } from './posted-head.ts'

/** RFC 7617, compared as digests and in a time that says nothing of how much was right. */
export function hasCredentials({ headers }: PostedHead, { credentialsSha256 }: Door): boolean {
  const shown = /^Basic +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? ''
  return same(createHash('sha256').update(shown, 'latin1').digest('hex'), credentialsSha256)
}

/**
 * Twilio's signature of a request with a JSON body: `bodySHA256` in the query is the body's digest, and
 * `X-Twilio-Signature` the HMAC-SHA-1 of the whole address. https://www.twilio.com/docs/usage/security
 * The body is read as bytes, before the card is taken out of it.
 */
export function isSigned({ target, headers }: PostedHead, body: Uint8Array, { signature }: Door): boolean {
  if (!signature) return true
  const digest = /[?&]bodySHA256=([0-9a-fA-F]{64})(?:&|$)/.exec(target)?.[1]?.toLowerCase() ?? ''
  const mac = createHmac('sha1', signature.token)
    .update(`${signature.origin}${target}`, 'utf8')
    .digest('base64')
  const isOfBody = same(createHash('sha256').update(body).digest('hex'), digest)
  return same(mac, headers.get('x-twilio-signature') ?? '') && isOfBody
}

function same(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'latin1').digest()
  return timingSafeEqual(digest(one), digest(other))
}
