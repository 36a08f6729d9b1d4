import type { Libc } from './libc.ts'
import { addressBytes } from './socket-address.ts'

/** More than a media packet may have: what is longer is told by its length and refused by the leg. */
export const mostBytes = 2_048
const mostBytesLong = BigInt(mostBytes)
/** Offsets of `msghdr`, its `iovec` and the address in a message's stretch; recvmsg(2), 64-bit glibc. */
const headerBytes = 64
const vectorAt = headerBytes
const nameAt = vectorAt + 32
const dataAt = nameAt + 32
/** Of one message. No power of two: their beginnings would all want the same lines of the processor's cache. */
export const messageBytes = dataAt + mostBytes
const nameLengthAt = 8
const dataLengthAt = vectorAt + 8

/** RTP with 20 ms of G.711. */
export const rtpHeaderBytes = 12
export const regularBytes = rtpHeaderBytes + 160

const dontWait = 0x40
const noSignal = 0x4000

/** Lengths as the kernel is told them. */
const long: bigint[] = []

/** A place in memory for one datagram that came, or that leaves. */
export class Message {
  /** The address that the datagram came from, or goes to. */
  readonly name: Buffer
  readonly nameAt: bigint
  /** The same as 32-bit words, to compare. */
  readonly nameWords: Int32Array
  /** Payload of a regular packet. */
  readonly frame: Uint8Array
  readonly #libc: Libc
  readonly #memory: Buffer
  readonly #words: Int32Array
  /** No Buffer, whose `fill` leaves JavaScript: there are two wipes a packet. */
  readonly #octets: Uint8Array
  readonly #at: bigint
  readonly #dataAt: bigint
  /** A view for each length that has been seen: there are few, and to make one costs as much as to copy a packet. */
  readonly #views: Buffer[] = []
  /** Octets from the first one that have been seen by anybody since they were wiped. */
  #used = 0

  /** `memory`: `messageBytes` of what never moves, beginning at `at`. */
  constructor(libc: Libc, memory: Buffer, at: bigint) {
    this.#libc = libc
    this.#memory = memory
    this.#at = at
    this.#dataAt = at + BigInt(dataAt)
    this.#words = new Int32Array(memory.buffer, memory.byteOffset, messageBytes / 4)
    this.#octets = new Uint8Array(memory.buffer, memory.byteOffset + dataAt, mostBytes)
    this.nameAt = at + BigInt(nameAt)
    this.name = memory.subarray(nameAt, nameAt + addressBytes)
    this.nameWords = this.#words.subarray(nameAt / 4, (nameAt + addressBytes) / 4)
    this.frame = memory.subarray(dataAt + rtpHeaderBytes, dataAt + regularBytes)
    memory.writeBigUInt64LE(this.nameAt, 0)
    memory.writeBigUInt64LE(at + BigInt(vectorAt), 16)
    memory.writeBigUInt64LE(1n, 24)
    memory.writeBigUInt64LE(this.#dataAt, vectorAt)
  }

  /** Octets of the datagram that came, or a number below zero. Says who sent it, too. */
  receive(fd: number): number {
    const words = this.#words
    words[nameLengthAt / 4] = addressBytes
    words[dataLengthAt / 4] = mostBytes
    return this.#came(this.#libc.recvmsg(fd, this.#at, dontWait))
  }

  /** As `receive`, where only one can have sent it: that costs the kernel less. */
  receiveFromPeer(fd: number): number {
    return this.#came(this.#libc.recv(fd, this.#dataAt, mostBytesLong, dontWait))
  }

  /** The first so many octets. */
  data(length: number): Buffer {
    if (length > this.#used) this.#used = length
    const made = this.#views[length] ?? this.#memory.subarray(dataAt, dataAt + length)
    this.#views[length] = made
    return made
  }

  /** Leaves nothing of what was said. */
  wipe(): void {
    if (this.#used > 0) this.#octets.fill(0, 0, this.#used)
    this.#used = 0
  }

  /** Sends so many octets; to `name` where it has a length, else to the socket's peer. Returns a number below zero on failure. */
  send(fd: number, length: number, nameLength: number): number {
    if (nameLength === 0) {
      long[length] ??= BigInt(length)
      return this.#libc.send(fd, this.#dataAt, long[length]!, dontWait | noSignal)
    }
    const words = this.#words
    words[nameLengthAt / 4] = nameLength
    words[dataLengthAt / 4] = length
    return this.#libc.sendmsg(fd, this.#at, dontWait | noSignal)
  }

  #came(octets: number): number {
    if (octets > this.#used) this.#used = octets
    return octets
  }
}

/** So many messages in one stretch of memory. */
export function messagesOf(libc: Libc, count: number): Message[] {
  const memory = Buffer.allocUnsafeSlow(count * messageBytes).fill(0)
  const at = libc.addressOf(memory)
  return Array.from({ length: count }, (_, n) => {
    const from = n * messageBytes
    return new Message(libc, memory.subarray(from, from + messageBytes), at + BigInt(from))
  })
}
