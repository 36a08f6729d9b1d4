import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Log } from '../../../base/log.ts'
import { Departures } from './departures.ts'
import type { Family, Libc } from './libc.ts'
import {
  type MediaSocket,
  type MediaSockets,
  receiveBufferBytes,
  type Source,
  type Straight,
} from './media-socket.ts'
import { type NativeParts, NativeSocket } from './native-socket.ts'
import { addressBytes, familyOf, writeAddress } from './socket-address.ts'
import { SocketPoller } from './socket-poller.ts'
import { StraightWay } from './straight-way.ts'

const datagram = 2
const nonBlocking = 0o4_000
const closeOnExec = 0o2_000_000
const solSocket = 1
const receiveBuffer = 8
/** errno(3), those that a bind may meet in life. */
const codes = new Map([
  [13, 'EACCES'],
  [24, 'EMFILE'],
  [98, 'EADDRINUSE'],
  [99, 'EADDRNOTAVAIL'],
])

/** The kernel's own sockets, called through `node:ffi`: what Node adds to each packet is left out. Linux only. */
export class NativeSockets implements MediaSockets {
  readonly kind = 'native'
  readonly #libc: Libc
  readonly #parts: NativeParts
  /** An option's value, and the length of an address: at least 65 bytes, so that they never move. */
  readonly #value = Buffer.allocUnsafeSlow(128).fill(0)

  /** With `straight`, regular packets go from socket to socket by their legs' numbers. */
  constructor(libc: Libc, straight?: Straight) {
    this.#libc = libc
    const departures = new Departures(libc)
    const way = straight && new StraightWay(straight.table, departures)
    const poller = new SocketPoller({ libc, departures, rounds: straight?.rounds, way })
    this.#parts = { libc, departures, poller }
  }

  async open(host: string, port: number, log: Log): Promise<MediaSocket> {
    const address = isIP(host) ? host : (await lookup(host)).address
    const libc = this.#libc
    const family = familyOf(address)
    const fd = libc.socket(family, datagram | nonBlocking | closeOnExec)
    if (fd < 0) throw this.#failure('socket')
    try {
      this.#bind(fd, family, { address, port })
      return new NativeSocket({ fd, family, port: this.#portOf(fd), parts: this.#parts, log })
    } catch (error) {
      libc.close(fd)
      throw error
    }
  }

  #bind(fd: number, family: Family, to: Source): void {
    const libc = this.#libc
    const { name, nameAt } = this.#parts.departures.next
    this.#value.writeInt32LE(receiveBufferBytes)
    libc.setsockopt(fd, solSocket, receiveBuffer, libc.addressOf(this.#value), 4)
    const bytes = writeAddress(libc, name, to, family)
    if (bytes === 0) throw new Error(`${to.address} is no IP address to bind media ports to`)
    if (libc.bind(fd, nameAt, bytes) < 0) throw this.#failure('bind')
  }

  #portOf(fd: number): number {
    const { name, nameAt } = this.#parts.departures.next
    this.#value.writeInt32LE(addressBytes)
    if (this.#libc.getsockname(fd, nameAt, this.#libc.addressOf(this.#value)) < 0)
      throw this.#failure('getsockname')
    return name.readUInt16BE(2)
  }

  #failure(call: string): Error {
    const errno = this.#libc.errno()
    const code = codes.get(errno) ?? `errno ${errno}`
    return Object.assign(new Error(`${call}: ${code}`), { code })
  }
}
