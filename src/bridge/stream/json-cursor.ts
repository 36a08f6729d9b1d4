const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const braceOpen = 0x7b
const braceClose = 0x7d
const bracketOpen = 0x5b
const bracketClose = 0x5d
const zero = 0x30
const deepest = 16
const longestInteger = 15

export type Member = 'member' | 'end' | 'bad'

/**
 * Walks over JSON (RFC 8259) where it lies, byte by byte, so that no value of it becomes a JavaScript string: strings
 * stay readable in the heap for minutes. It accepts a little more than JSON (any bare word as a value), never less;
 * on anything else its methods say so, and none throws or reads past the end.
 */
export class JsonCursor {
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0
  /** First byte of the last string or key read, and the byte after it; quotes excluded. */
  start = 0
  end = 0
  /** True when that string holds a backslash. */
  escaped = false

  open(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#at = 0
  }

  /** Lets go of the bytes, which the owner is about to wipe. */
  close(): void {
    this.#bytes = new Uint8Array(0)
  }

  /** Steps into an object. */
  enter(): boolean {
    return this.#take(braceOpen)
  }

  /** Moves to the value of the next member, whose key is then the last string read. */
  next(isFirst: boolean): Member {
    this.#skipSpace()
    if (this.#take(braceClose)) return 'end'
    if (!isFirst && !this.#take(comma)) return 'bad'
    return this.string() && this.#take(colon) ? 'member' : 'bad'
  }

  /** Reads a string. */
  string(): boolean {
    if (!this.#take(quote)) return false
    const bytes = this.#bytes
    this.start = this.#at
    this.escaped = false
    for (let at = this.#at; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (byte === quote) {
        this.end = at
        this.#at = at + 1
        return true
      }
      if (byte < 0x20) return false
      if (byte === backslash) {
        this.escaped = true
        at++
      }
    }
    return false
  }

  /** Reads a whole number, bare or as a string (as Twilio writes them); -1 when it is not one. */
  integer(): number {
    this.#skipSpace()
    if (this.#bytes[this.#at] === quote) {
      if (!this.string()) return -1
    } else {
      this.start = this.#at
      while (isDigit(this.#bytes[this.#at])) this.#at++
      this.end = this.#at
    }
    const length = this.end - this.start
    if (length < 1 || length > longestInteger) return -1
    let value = 0
    for (let at = this.start; at < this.end; at++) {
      if (!isDigit(this.#bytes[at])) return -1
      value = value * 10 + this.#bytes[at]! - zero
    }
    return value
  }

  /** Passes over a value of any kind. */
  skip(depth = 0): boolean {
    if (depth > deepest) return false
    this.#skipSpace()
    switch (this.#bytes[this.#at]) {
      case quote:
        return this.string()
      case braceOpen:
        return this.#skipObject(depth)
      case bracketOpen:
        return this.#skipArray(depth)
      default:
        return this.#skipWord()
    }
  }

  /** True when only white space is left. */
  finished(): boolean {
    this.#skipSpace()
    return this.#at >= this.#bytes.length
  }

  /** True when the last string read is `text`, byte for byte. */
  is(text: Uint8Array): boolean {
    if (this.end - this.start !== text.length) return false
    for (let i = 0; i < text.length; i++) if (this.#bytes[this.start + i] !== text[i]) return false
    return true
  }

  #skipObject(depth: number): boolean {
    this.enter()
    for (let isFirst = true; ; isFirst = false) {
      const member = this.next(isFirst)
      if (member === 'end') return true
      if (member === 'bad' || !this.skip(depth + 1)) return false
    }
  }

  #skipArray(depth: number): boolean {
    this.#take(bracketOpen)
    if (this.#take(bracketClose)) return true
    do {
      if (!this.skip(depth + 1)) return false
    } while (this.#take(comma))
    return this.#take(bracketClose)
  }

  /** A number, `true`, `false` or `null`. */
  #skipWord(): boolean {
    const from = this.#at
    while (this.#at < this.#bytes.length && isWord(this.#bytes[this.#at]!)) this.#at++
    return this.#at > from
  }

  #take(byte: number): boolean {
    this.#skipSpace()
    if (this.#bytes[this.#at] !== byte) return false
    this.#at++
    return true
  }

  #skipSpace(): void {
    const bytes = this.#bytes
    while (this.#at < bytes.length) {
      const byte = bytes[this.#at]!
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.#at++
    }
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= 0x39
}

/** Letters, digits, `+`, `-` and `.` */
function isWord(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    isDigit(byte) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  )
}
