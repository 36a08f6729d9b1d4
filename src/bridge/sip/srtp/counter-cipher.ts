import { type Cipheriv, createCipheriv } from 'node:crypto'

const blockOctets = 16
/** Of the largest packet that is handled, in whole blocks. */
const largestStream = 2_048

/** AES in counter mode as SRTP uses it (RFC 3711 §4.1.1): each packet has a key stream of its own. */
export class CounterCipher {
  readonly #block: Cipheriv
  readonly #salt: Buffer
  readonly #counters = Buffer.alloc(largestStream)

  /** `key`: 16 octets; `salt`: 14. */
  constructor(key: Uint8Array, salt: Buffer) {
    // One cipher for all packets, fed with counter blocks: to make one anew for each packet costs more than its work.
    this.#block = createCipheriv('aes-128-ecb', key, null)
    this.#block.setAutoPadding(false)
    this.#salt = salt
  }

  /** Encrypts or decrypts in place, 2,048 octets at most. `index`: 48 bits of RTP, 31 of RTCP. */
  apply(octets: Uint8Array, ssrc: number, index: number): void {
    const length = Math.ceil(octets.length / blockOctets) * blockOctets
    const counters = this.#counters.subarray(0, length)
    for (let at = 0, n = 0; at < length; at += blockOctets, n++) {
      counters.set(this.#salt, at)
      counters.writeUInt32BE((counters.readUInt32BE(at + 4) ^ ssrc) >>> 0, at + 4)
      counters.writeUInt32BE((counters.readUInt32BE(at + 8) ^ Math.floor(index / 0x1_0000)) >>> 0, at + 8)
      counters.writeUInt16BE((counters.readUInt16BE(at + 12) ^ (index % 0x1_0000)) & 0xffff, at + 12)
      counters.writeUInt16BE(n, at + 14)
    }
    const stream = this.#block.update(counters)
    for (let i = 0; i < octets.length; i++) octets[i]! ^= stream[i]!
    stream.fill(0)
  }
}
