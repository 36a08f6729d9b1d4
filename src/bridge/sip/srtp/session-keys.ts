import { createCipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { CounterCipher } from './counter-cipher.ts'
import { masterKeyOctets, masterSaltOctets } from './suite.ts'

/** Labels of RFC 3711 §4.3.2: cipher key, authentication key and salt of RTP, and the same of RTCP. */
const labels = { rtp: [0, 1, 2], rtcp: [3, 4, 5] } as const
const authKeyOctets = 20

/** Octets of the key derivation function: AES in counter mode, once for the whole session (key derivation rate 0). */
export function deriveKey(master: Uint8Array, label: number, octets: number): Buffer {
  const counter = Buffer.alloc(16)
  counter.set(master.subarray(masterKeyOctets, masterKeyOctets + masterSaltOctets))
  counter[7]! ^= label
  return createCipheriv('aes-128-ctr', master.subarray(0, masterKeyOctets), counter).update(
    Buffer.alloc(octets),
  )
}

/** What RTP, or RTCP, of one master key is encrypted and signed with (RFC 3711 §4). */
export class SessionKeys {
  readonly cipher: CounterCipher
  readonly #auth: KeyObject

  /** `master`: 16 octets of key and 14 of salt. */
  constructor(master: Uint8Array, kind: 'rtp' | 'rtcp') {
    const [cipher, auth, salt] = labels[kind]
    this.cipher = new CounterCipher(
      deriveKey(master, cipher, masterKeyOctets),
      deriveKey(master, salt, masterSaltOctets),
    )
    this.#auth = createSecretKey(deriveKey(master, auth, authKeyOctets))
  }

  /** HMAC-SHA1 over the parts (§4.2.1); truncated by whoever asks. */
  sign(...parts: readonly Uint8Array[]): Buffer {
    const hmac = createHmac('sha1', this.#auth)
    for (const part of parts) hmac.update(part)
    return hmac.digest()
  }
}
