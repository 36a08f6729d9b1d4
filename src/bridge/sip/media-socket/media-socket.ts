import type { Log } from '../../../base/log.ts'
import type { LegNumbers, LegTable } from '../../leg-numbers.ts'
import type { Rounds } from '../../round-clock.ts'

export type Source = { readonly address: string; readonly port: number }

/** Takes a datagram. Its octets are valid during the call only: the memory is used again, and wiped. */
export type Receive = (bytes: Buffer, from: Source) => void

/** One UDP port of a party. Once its peer is known the kernel keeps everybody else out. */
export type MediaSocket = {
  readonly port: number
  readonly closed: boolean
  onMessage(receive: Receive): void
  /** From now on packets go there and come from there only. */
  connect(peer: Source): void
  disconnect(): void
  /** Memory to write a packet of so many octets in, good until the next `room` or `send` of any socket. */
  room(octets: number): Buffer
  /** To the peer; to `to` as long as none is known. The octets are the socket's from then on. */
  send(bytes: Buffer, to: Source | undefined): void
  close(): void
  /** Regular packets may go straight by these numbers from now on; their descriptor is told there. */
  lead?(numbers: LegNumbers): void
}

/** Where media sockets come from: Node's own, or the kernel's without Node in between. */
export type MediaSockets = {
  readonly kind: 'dgram' | 'native'
  /** Rejects with EADDRINUSE when the port is taken. */
  open(host: string, port: number, log: Log): Promise<MediaSocket>
}

/** What lets packets go straight from socket to socket. */
export type Straight = { readonly table: LegTable; readonly rounds: Rounds }

/** Large enough for what piles up while the process is busy elsewhere, in bytes. */
export const receiveBufferBytes = 512 * 1024
