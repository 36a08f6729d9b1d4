import type { Libc } from './libc.ts'
import { addressBytes } from './socket-address.ts'

/** More than a media packet may have: what is longer is told by its length and refused by the leg. */
const mostBytes = 2_048
/** Offsets of `msghdr`, its `iovec` and the address in the slab; recvmsg(2), 64-bit glibc. */
const headerBytes = 64
const vectorAt = headerBytes
const nameAt = vectorAt + 32
const dataAt = nameAt + 32
const slabBytes = dataAt + mostBytes
const nameLengthAt = 8
const dataLengthAt = vectorAt + 8

const dontWait = 0x40
const noSignal = 0x4000

/** The one place in memory that datagrams come into, or leave from, one at a time. */
export class Message {
  /** The address that the datagram came from, or goes to. */
  readonly name: Buffer
  readonly nameAt: bigint
  /** The same as 32-bit words, to compare. */
  readonly nameWords: Int32Array
  readonly #libc: Libc
  readonly #slab = Buffer.allocUnsafeSlow(slabBytes).fill(0)
  readonly #words: Int32Array
  readonly #at: bigint
  /** A view for each length that has been seen: there are few, and to make one costs as much as to copy a packet. */
  #used = false
  readonly #views: Buffer[] = []

  constructor(libc: Libc) {
    this.#libc = libc
    const slab = this.#slab
    this.#at = libc.addressOf(slab)
    this.#words = new Int32Array(slab.buffer, slab.byteOffset, slabBytes / 4)
    this.nameAt = this.#at + BigInt(nameAt)
    this.name = slab.subarray(nameAt, nameAt + addressBytes)
    this.nameWords = this.#words.subarray(nameAt / 4, (nameAt + addressBytes) / 4)
    slab.writeBigUInt64LE(this.nameAt, 0)
    slab.writeBigUInt64LE(this.#at + BigInt(vectorAt), 16)
    slab.writeBigUInt64LE(1n, 24)
    slab.writeBigUInt64LE(this.#at + BigInt(dataAt), vectorAt)
  }

  /** Octets of the datagram that came, or a number below zero. */
  receive(fd: number): number {
    const words = this.#words
    words[nameLengthAt / 4] = addressBytes
    words[dataLengthAt / 4] = mostBytes
    return this.#libc.recvmsg(fd, this.#at, dontWait)
  }

  /** The first so many octets. */
  data(length: number): Buffer {
    this.#used = true
    const made = this.#views[length] ?? this.#slab.subarray(dataAt, dataAt + length)
    this.#views[length] = made
    return made
  }

  /** Leaves nothing of what was said. */
  wipe(): void {
    if (this.#used) this.#slab.fill(0, dataAt)
    this.#used = false
  }

  /** Sends; to `name` where it has a length, else to the socket's peer. Returns a number below zero on failure. */
  send(fd: number, bytes: Buffer, nameLength: number): number {
    if (bytes.length > mostBytes) return -1
    const words = this.#words
    const data = this.data(bytes.length)
    // Mostly it has been written there.
    if (data !== bytes) data.set(bytes)
    words[nameLengthAt / 4] = nameLength
    words[dataLengthAt / 4] = bytes.length
    return this.#libc.sendmsg(fd, this.#at, dontWait | noSignal)
  }
}
