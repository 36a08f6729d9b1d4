import type { Log } from '../../../base/log.ts'
import type { Family, Libc } from './libc.ts'
import type { MediaSocket, Receive, Source } from './media-socket.ts'
import type { Message } from './message.ts'
import { addressBytes, inet, readAddress, writeAddress } from './socket-address.ts'
import type { SocketPoller } from './socket-poller.ts'

/** EAGAIN: nothing is there to be read, or no room to send (errno(3)). */
const again = 11

/** What all sockets have in common. */
export type NativeParts = {
  readonly libc: Libc
  readonly incoming: Message
  readonly outgoing: Message
  readonly poller: SocketPoller
}

export type NativeSocketOptions = {
  readonly fd: number
  readonly family: Family
  readonly port: number
  readonly parts: NativeParts
  readonly log: Log
}

/** A UDP socket of the kernel's. Every call is made at once: nothing of it is queued in this process. */
export class NativeSocket implements MediaSocket {
  readonly fd: number
  readonly port: number
  // In fields and not in options: of a thousand sockets each packet finds another one, and each object costs a fetch.
  readonly #parts: NativeParts
  readonly #family: Family
  readonly #log: Log
  #receive: Receive | undefined
  #peer: Source | undefined
  #connected = false
  #closed = false
  /** Who the last packet came from; of IPv4, the two words of its address too. */
  #from: Source | undefined
  #fromPort = 0
  #fromHost = 0

  /** Throws when the kernel does not let us wait for it. */
  constructor({ fd, family, port, parts, log }: NativeSocketOptions) {
    this.fd = fd
    this.port = port
    this.#parts = parts
    this.#family = family
    this.#log = log
    parts.poller.add(this)
  }

  get closed(): boolean {
    return this.#closed
  }

  onMessage(receive: Receive): void {
    this.#receive = receive
  }

  connect(peer: Source): void {
    if (this.#closed) return
    if (this.#peer?.address === peer.address && this.#peer.port === peer.port) return
    this.disconnect()
    this.#peer = peer
    const { libc, outgoing } = this.#parts
    const bytes = writeAddress(libc, outgoing.name, peer, this.#family)
    this.#connected = bytes > 0 && libc.connect(this.fd, outgoing.nameAt, bytes) === 0
    if (!this.#connected) this.#log.warn({ port: this.port }, 'media port not connected')
  }

  disconnect(): void {
    this.#peer = undefined
    if (!this.#connected) return
    this.#connected = false
    const { libc, outgoing } = this.#parts
    // An address of no family takes the peer away (connect(2)).
    outgoing.name.fill(0)
    libc.connect(this.fd, outgoing.nameAt, addressBytes)
  }

  room(octets: number): Buffer {
    return this.#parts.outgoing.data(octets)
  }

  send(bytes: Buffer, to: Source | undefined): void {
    const { outgoing, poller } = this.#parts
    const nameLength = this.#connected ? 0 : this.#name(this.#peer ?? to)
    if (nameLength !== null && !this.#closed && outgoing.send(this.fd, bytes, nameLength) < 0) this.#failed()
    // In a round the next packet takes its place at once; the round's end wipes.
    if (!poller.looking) outgoing.wipe()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    const { libc, poller } = this.#parts
    poller.remove(this)
    libc.close(this.fd)
  }

  /** Takes one packet. */
  ready(): void {
    const { incoming } = this.#parts
    const octets = incoming.receive(this.fd)
    if (octets < 0) this.#failed()
    else this.#receive?.(incoming.data(octets), this.#source(incoming))
  }

  /** Writes where to, unless that is nowhere. */
  #name(goal: Source | undefined): number | null {
    if (!goal) return null
    const { libc, outgoing } = this.#parts
    return writeAddress(libc, outgoing.name, goal, this.#family) || null
  }

  #source({ name, nameWords }: Message): Source {
    const known = this.#family === inet && this.#fromPort === nameWords[0] && this.#fromHost === nameWords[1]
    if (known && this.#from) return this.#from
    this.#fromPort = nameWords[0]!
    this.#fromHost = nameWords[1]!
    this.#from = readAddress(this.#parts.libc, name)
    return this.#from
  }

  /** "Port unreachable" of a phone that has hung up or is not there yet: said once by a silence, not by a log. */
  #failed(): void {
    const errno = this.#parts.libc.errno()
    if (errno !== again) this.#log.debug({ port: this.port, code: `errno ${errno}` }, 'media port')
  }
}
