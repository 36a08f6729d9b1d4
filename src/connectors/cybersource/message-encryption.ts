import { constants, createDecipheriv, privateDecrypt } from 'node:crypto'
import { z } from 'zod'

/** Hash of OAEP for each way to wrap the key that is understood here (RFC 7518 §4.3). */
const oaepHashes: Readonly<Record<string, string>> = { 'RSA-OAEP': 'sha1', 'RSA-OAEP-256': 'sha256' }

const Header = z.object({ alg: z.enum(['RSA-OAEP', 'RSA-OAEP-256']), enc: z.literal('A256GCM') })

/** header.key.iv.text.tag, each base64url (RFC 7516 §7.1). */
const compact = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}$/

export const isEncrypted = (text: string): boolean => compact.test(text)

/**
 * Message-level encryption: a JSON Web Encryption for one of these private keys (PEM). Undefined for what none of them opens, and for
 * any other algorithm than these: the sender does not choose how it is read.
 * https://developer.cybersource.com/docs/cybs/en-us/webhooks/implementation/all/rest/webhooks/wh-fg-mle-intro.html
 */
export function decrypted(text: string, privateKeys: readonly string[]): Uint8Array | undefined {
  const [header = '', ...rest] = text.split('.')
  const [wrapped, iv, ciphertext, tag] = rest.map((part) => Buffer.from(part, 'base64url'))
  const algorithms = headerOf(header)
  if (!algorithms || !wrapped || !iv || !ciphertext || tag?.length !== 16) return undefined
  for (const key of privateKeys) {
    try {
      const contentKey = privateDecrypt(
        { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: oaepHashes[algorithms.alg]! },
        wrapped,
      )
      const decipher = createDecipheriv('aes-256-gcm', contentKey, iv, { authTagLength: 16 })
      decipher.setAAD(Buffer.from(header, 'ascii')).setAuthTag(tag)
      return Buffer.concat([decipher.update(ciphertext), decipher.final()])
    } catch {
      // For another key, or changed on the way: both look alike, and so they should.
    }
  }
  return undefined
}

function headerOf(encoded: string): z.output<typeof Header> | undefined {
  try {
    return Header.safeParse(JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}
