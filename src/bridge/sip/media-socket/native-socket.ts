import type { Log } from '../../../base/log.ts'
import { int, type LegNumbers } from '../../leg-numbers.ts'
import type { Departures } from './departures.ts'
import type { Family, Libc } from './libc.ts'
import type { MediaSocket, Receive, Source } from './media-socket.ts'
import { type Message, mostBytes } from './message.ts'
import { addressBytes, inet, readAddress, writeAddress } from './socket-address.ts'
import type { SocketPoller } from './socket-poller.ts'

/** EAGAIN: nothing is there to be read, or no room to send (errno(3)). */
const again = 11

/** What all sockets have in common. */
export type NativeParts = {
  readonly libc: Libc
  readonly departures: Departures
  readonly poller: SocketPoller
}

export type NativeSocketOptions = {
  readonly fd: number
  readonly family: Family
  readonly port: number
  readonly parts: NativeParts
  readonly log: Log
}

/** A UDP socket of the kernel's. What is sent during a round leaves at its end, everything else at once. */
export class NativeSocket implements MediaSocket {
  readonly fd: number
  readonly port: number
  // In fields and not in options: of a thousand sockets each packet finds another one, and each object costs a fetch.
  readonly #parts: NativeParts
  readonly #family: Family
  readonly #log: Log
  #receive: Receive | undefined
  #numbers: LegNumbers | undefined
  #peer: Source | undefined
  #connected = false
  /** How many looks had left nothing unread when the peer became known: packets of others may lie before its first. */
  #connectedAtLook = 0
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
    const { libc, departures, poller } = this.#parts
    departures.leave()
    const { name, nameAt } = departures.next
    const bytes = writeAddress(libc, name, peer, this.#family)
    this.#connected = bytes > 0 && libc.connect(this.fd, nameAt, bytes) === 0
    this.#connectedAtLook = poller.emptied
    this.#tellDescriptor()
    if (!this.#connected) this.#log.warn({ port: this.port }, 'media port not connected')
  }

  disconnect(): void {
    this.#peer = undefined
    if (!this.#connected) return
    this.#connected = false
    this.#tellDescriptor()
    const { libc, departures } = this.#parts
    departures.leave()
    const { name, nameAt } = departures.next
    // An address of no family takes the peer away (connect(2)).
    name.fill(0)
    libc.connect(this.fd, nameAt, addressBytes)
  }

  room(octets: number): Buffer {
    return this.#parts.departures.next.data(octets)
  }

  send(bytes: Buffer, to: Source | undefined): void {
    const { departures, poller } = this.#parts
    const message = departures.next
    const nameLength = this.#connected ? 0 : this.#name(message, this.#peer ?? to)
    if (nameLength !== null && !this.#closed && bytes.length <= mostBytes) {
      const data = message.data(bytes.length)
      // Mostly it has been written there.
      if (data !== bytes) data.set(bytes)
      departures.add(this.fd, bytes.length, nameLength)
    }
    if (poller.looking) return
    departures.leave()
    departures.wipe()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#connected = false
    this.#tellDescriptor()
    const { libc, departures, poller } = this.#parts
    // The next socket may get this one's number.
    departures.leave()
    poller.remove(this)
    libc.close(this.fd)
  }

  lead(numbers: LegNumbers): void {
    this.#numbers = numbers
    this.#tellDescriptor()
  }

  take(into: Message): number {
    const octets = into.receive(this.fd)
    if (octets < 0) this.failed()
    return octets
  }

  handle(message: Message, octets: number): void {
    if (!this.#closed) this.#receive?.(message.data(octets), this.#source(message))
    // Two looks after it was connected, nothing that a stranger sent before can lie there any more.
    const { poller } = this.#parts
    if (this.#connected && poller.emptied > this.#connectedAtLook + 1) poller.trust(this.fd, this.#numbers)
  }

  handleOfPeer(message: Message, octets: number): void {
    if (!this.#closed && this.#peer) this.#receive?.(message.data(octets), this.#peer)
  }

  /** "Port unreachable" of a phone that has hung up or is not there yet: said once by a silence, not by a log. */
  failed(): void {
    const errno = this.#parts.libc.errno()
    if (errno !== again) this.#log.debug({ port: this.port, code: `errno ${errno}` }, 'media port')
  }

  /** Who sends by our numbers does so without asking us; what comes has to be known for its peer's anew. */
  #tellDescriptor(): void {
    this.#parts.poller.distrust(this.fd)
    const numbers = this.#numbers
    if (numbers) numbers.ints[numbers.at + int.fd] = this.#connected ? this.fd : 0
  }

  /** Writes where to, unless that is nowhere. */
  #name({ name }: Message, goal: Source | undefined): number | null {
    if (!goal) return null
    return writeAddress(this.#parts.libc, name, goal, this.#family) || null
  }

  #source({ name, nameWords }: Message): Source {
    const known = this.#family === inet && this.#fromPort === nameWords[0] && this.#fromHost === nameWords[1]
    if (known && this.#from) return this.#from
    this.#fromPort = nameWords[0]!
    this.#fromHost = nameWords[1]!
    this.#from = readAddress(this.#parts.libc, name)
    return this.#from
  }
}
