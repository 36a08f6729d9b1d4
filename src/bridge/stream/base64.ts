const alphabet = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1')
const pad = 0x3d
const notBase64 = 0xff

const sextetOf = new Uint8Array(256).fill(notBase64)
for (let i = 0; i < 64; i++) sextetOf[alphabet[i]!] = i

/**
 * Decodes base64 (RFC 4648 §4, padded) from bytes to bytes: audio that may hold a tone never becomes a string.
 * Returns the number of octets written, or -1 when the text is not base64 or does not fit.
 */
export function decodeBase64(text: Uint8Array, start: number, end: number, into: Uint8Array): number {
  const length = end - start
  if (length <= 0 || length % 4 !== 0) return -1
  const padding = text[end - 1] === pad ? (text[end - 2] === pad ? 2 : 1) : 0
  const octets = (length / 4) * 3 - padding
  if (octets > into.length) return -1
  let at = start
  let out = 0
  for (const whole = end - (padding > 0 ? 4 : 0); at < whole; at += 4) {
    const a = sextetOf[text[at]!]!
    const b = sextetOf[text[at + 1]!]!
    const c = sextetOf[text[at + 2]!]!
    const d = sextetOf[text[at + 3]!]!
    if ((a | b | c | d) > 63) return -1
    into[out++] = (a << 2) | (b >> 4)
    into[out++] = ((b << 4) | (c >> 2)) & 0xff
    into[out++] = ((c << 6) | d) & 0xff
  }
  if (padding === 0) return out
  const a = sextetOf[text[at]!]!
  const b = sextetOf[text[at + 1]!]!
  const c = padding === 2 ? 0 : sextetOf[text[at + 2]!]!
  if ((a | b | c) > 63) return -1
  into[out++] = (a << 2) | (b >> 4)
  if (padding === 1) into[out++] = ((b << 4) | (c >> 2)) & 0xff
  return out
}

/** Length of the base64 of `octets` octets, padding included. */
export function base64Length(octets: number): number {
  return Math.ceil(octets / 3) * 4
}

/** Encodes `octets` as base64 into `into` from `at` on; returns the position after the last byte written. */
export function encodeBase64(octets: Uint8Array, into: Uint8Array, at: number): number {
  const whole = octets.length - (octets.length % 3)
  let i = 0
  for (; i < whole; i += 3) {
    const a = octets[i]!
    const b = octets[i + 1]!
    const c = octets[i + 2]!
    into[at++] = alphabet[a >> 2]!
    into[at++] = alphabet[((a << 4) | (b >> 4)) & 63]!
    into[at++] = alphabet[((b << 2) | (c >> 6)) & 63]!
    into[at++] = alphabet[c & 63]!
  }
  if (i === octets.length) return at
  const a = octets[i]!
  const b = octets[i + 1] ?? 0
  into[at++] = alphabet[a >> 2]!
  into[at++] = alphabet[((a << 4) | (b >> 4)) & 63]!
  into[at++] = i + 1 < octets.length ? alphabet[(b << 2) & 63]! : pad
  into[at++] = pad
  return at
}
