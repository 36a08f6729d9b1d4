import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits as base64url, 43 characters: a session's cookie, a stream's token. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * SHA-256 in hexadecimal, under which a random secret is stored and looked up. A fast hash is right here: there is
 * nothing to guess in 256 random bits, and looking up by hash gives an attacker no timing of the secret itself.
 */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
