import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { AppError } from '../../base/errors.ts'
import { Secret } from '../../base/secret.ts'

/** There is no `control.sealingKeys`: nothing secret of a merchant's may be stored. */
export class SealingKeyMissing extends AppError {
  readonly code = 'SEALING_KEY_MISSING'
  readonly remedy = 'page-someone'
  constructor() {
    super('control.sealingKeys has no key: make one with `openssl rand -base64 32`')
  }
}

/** Something stored was sealed under a key that the configuration no longer has, or was moved or changed. */
export class SealBroken extends AppError {
  readonly code = 'SEAL_BROKEN'
  readonly remedy = 'page-someone'
  constructor() {
    super(
      'a stored secret cannot be opened: keep the old key in control.sealingKeys until everything is sealed anew',
    )
  }
}

/** `key` is 32 bytes in base64. */
export type SealingKey = { readonly id: string; readonly key: Secret }

const prefix = 'sealed:1:'
const nonceBytes = 12
const tagBytes = 16

/**
 * Seals short secrets for the database: AES-256-GCM (NIST SP 800-38D) with a random nonce, written as
 * `sealed:1:<key id>:<base64url of nonce, ciphertext and tag>`. The place that it belongs to goes into the seal, so
 * that a secret copied to another row does not open there. The first key seals; all of them open.
 */
export class Sealer {
  readonly #keys: ReadonlyMap<string, Buffer>
  readonly #current: string | undefined

  constructor(keys: readonly SealingKey[]) {
    this.#keys = new Map(keys.map(({ id, key }) => [id, keyBytes(key)]))
    this.#current = keys[0]?.id
  }

  get canSeal(): boolean {
    return this.#current !== undefined
  }

  /** @param place what the secret belongs to, for example `connections con_… client` */
  seal(secret: Secret, place: string): string {
    const id = this.#current
    const key = id === undefined ? undefined : this.#keys.get(id)
    if (id === undefined || key === undefined) throw new SealingKeyMissing()
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(`${id} ${place}`))
    const sealed = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()])
    const bytes = Buffer.concat([nonce, sealed, cipher.getAuthTag()])
    return `${prefix}${id}:${bytes.toString('base64url')}`
  }

  open(text: string, place: string): Secret {
    const [id = '', body = ''] = text.startsWith(prefix) ? text.slice(prefix.length).split(':') : []
    const key = this.#keys.get(id)
    const bytes = Buffer.from(body, 'base64url')
    if (key === undefined || bytes.length < nonceBytes + tagBytes) throw new SealBroken()
    try {
      const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
      cipher.setAAD(Buffer.from(`${id} ${place}`)).setAuthTag(bytes.subarray(-tagBytes))
      const sealed = bytes.subarray(nonceBytes, -tagBytes)
      return new Secret(Buffer.concat([cipher.update(sealed), cipher.final()]).toString('utf8'))
    } catch {
      throw new SealBroken()
    }
  }

  /** A key of its own for another use of the newest key (HKDF, RFC 5869). */
  keyFor(use: string): Uint8Array {
    const key = this.#current === undefined ? undefined : this.#keys.get(this.#current)
    if (key === undefined) throw new SealingKeyMissing()
    return new Uint8Array(hkdfSync('sha256', key, '', use, 32))
  }

  isSealed(text: string): boolean {
    return text.startsWith(prefix)
  }

  /** True when there is a newer key than the one that this was sealed with, or when it is not sealed at all. */
  isStale(text: string): boolean {
    return this.#current !== undefined && !text.startsWith(`${prefix}${this.#current}:`)
  }
}

function keyBytes(key: Secret): Buffer {
  const bytes = Buffer.from(key.reveal(), 'base64')
  if (bytes.length !== 32) throw new RangeError('a sealing key must be 32 bytes in base64')
  return bytes
}
