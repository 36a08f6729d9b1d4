/**
 * An idempotency key: 128 random bits, hexadecimal. `crypto.randomUUID` is missing in browsers on plain http outside
 * loopback; this is not.
 */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
