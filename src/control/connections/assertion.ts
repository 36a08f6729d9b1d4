import { importPKCS8, SignJWT } from 'jose'
import type { Secret } from '../../base/secret.ts'

export type AssertionOf = {
  readonly clientId: string
  /** The user that the integration acts for. */
  readonly subject: string
  readonly audience: string
  /** PKCS #8 PEM. */
  readonly privateKey: Secret
  readonly nowMs: number
}

/** Salesforce takes assertions of at most five minutes. */
const lifetimeSeconds = 180

/** The assertion of the JWT bearer flow (RFC 7523 §3), RS256. Throws when the key is not a private RSA key in PEM. */
export async function signAssertion(options: AssertionOf): Promise<string> {
  const { clientId, subject, audience, privateKey, nowMs } = options
  const key = await importPKCS8(privateKey.reveal(), 'RS256')
  const now = Math.floor(nowMs / 1_000)
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(clientId)
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .sign(key)
}
