/** What bencode can say: byte strings, integers, lists and dictionaries. Strings are latin-1, one character a byte. */
export type BencodeValue =
  | string
  | number
  | readonly BencodeValue[]
  | { readonly [key: string]: BencodeValue }

/** Deeper nesting than any message needs: a sender that is broken or hostile. */
const deepest = 16
const longestNumber = 15
const colon = 0x3a
const [letterD, letterE, letterI, letterL] = [...'deil'].map((letter) => letter.charCodeAt(0))

/** Bytes that are no bencode. */
export class BencodeInvalid extends Error {}

/**
 * Reads one value that fills the bytes whole (BEP 3). Keys need not be sorted: senders forget it. Throws BencodeInvalid.
 */
export function decodeBencode(bytes: Uint8Array): BencodeValue {
  const reader = new Reader(bytes)
  const value = reader.value(0)
  if (!reader.atEnd) throw new BencodeInvalid('bytes after the value')
  return value
}

export function encodeBencode(value: BencodeValue): Buffer {
  return Buffer.from(text(value), 'latin1')
}

function text(value: BencodeValue): string {
  if (typeof value === 'string') return `${value.length}:${value}`
  if (typeof value === 'number') return `i${Math.trunc(value)}e`
  if (isList(value)) return `l${value.map(text).join('')}e`
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `d${pairs.map(([key, child]) => text(key) + text(child)).join('')}e`
}

function isList(value: BencodeValue): value is readonly BencodeValue[] {
  return Array.isArray(value)
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  value(depth: number): BencodeValue {
    if (depth > deepest) throw new BencodeInvalid('nested too deeply')
    switch (this.#bytes[this.#at]) {
      case letterI:
        this.#at++
        return this.#number(letterE!)
      case letterL:
        return this.#list(depth)
      case letterD:
        return this.#dictionary(depth)
      default:
        return this.#string()
    }
  }

  #list(depth: number): BencodeValue[] {
    const items: BencodeValue[] = []
    this.#at++
    while (!this.#ends()) items.push(this.value(depth + 1))
    return items
  }

  #dictionary(depth: number): Record<string, BencodeValue> {
    // Without a prototype, so that a key like `__proto__` is a key like any other.
    const pairs: Record<string, BencodeValue> = Object.create(null)
    this.#at++
    while (!this.#ends()) pairs[this.#string()] = this.value(depth + 1)
    return pairs
  }

  #ends(): boolean {
    if (this.#at >= this.#bytes.length) throw new BencodeInvalid('ends too early')
    if (this.#bytes[this.#at] !== letterE) return false
    this.#at++
    return true
  }

  #string(): string {
    const length = this.#number(colon)
    const from = this.#at
    if (length < 0 || length > this.#bytes.length - from) throw new BencodeInvalid('string too long')
    this.#at += length
    return this.#bytes.toString('latin1', from, this.#at)
  }

  #number(terminator: number): number {
    const end = this.#bytes.indexOf(terminator, this.#at)
    const digits =
      end < 0 || end - this.#at > longestNumber ? '' : this.#bytes.toString('latin1', this.#at, end)
    if (!/^-?\d+$/.test(digits)) throw new BencodeInvalid('not a number')
    this.#at = end + 1
    return Number(digits)
  }
}
