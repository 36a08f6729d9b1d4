import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { codeOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'

/** Large enough for what piles up while the process is busy elsewhere, in bytes. */
const receiveBufferBytes = 512 * 1024

export type Source = { readonly address: string; readonly port: number }
type Receive = (bytes: Buffer, from: Source) => void

/** One UDP port of a party. Once its peer is known the kernel keeps everybody else out. */
export class MediaPort {
  readonly port: number
  readonly #socket: Socket
  readonly #log: Log
  #peer: Source | undefined
  #state: 'open' | 'connecting' | 'connected' | 'closed' = 'open'

  private constructor(socket: Socket, port: number, log: Log) {
    this.#socket = socket
    this.port = port
    this.#log = log
    // "Port unreachable" of a phone that has hung up or is not there yet: said once by a silence, not by a log.
    socket.on('error', (error) => log.debug({ port, code: codeOf(error) }, 'media port'))
  }

  /** Rejects with EADDRINUSE when the port is taken. */
  static open(host: string, port: number, log: Log): Promise<MediaPort> {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: receiveBufferBytes })
    return new Promise((resolve, reject) => {
      socket.once('error', (error) => {
        socket.close()
        reject(error)
      })
      socket.bind(port, host, () => {
        socket.removeAllListeners('error')
        resolve(new MediaPort(socket, socket.address().port, log))
      })
    })
  }

  get closed(): boolean {
    return this.#state === 'closed'
  }

  onMessage(receive: Receive): void {
    this.#socket.on('message', (bytes: Buffer, from: RemoteInfo) => receive(bytes, from))
  }

  /** From now on packets go there and come from there only. */
  connect(peer: Source): void {
    if (this.#peer?.address === peer.address && this.#peer.port === peer.port) return
    this.disconnect()
    this.#peer = peer
    if (this.#state === 'open') this.#begin(peer)
  }

  disconnect(): void {
    this.#peer = undefined
    if (this.#state !== 'connected') return
    this.#state = 'open'
    this.#socket.disconnect()
  }

  /** To the peer; to `to` as long as none is known. */
  send(bytes: Buffer, to: Source | undefined): void {
    if (this.#state === 'closed') return
    const goal = this.#peer ?? to
    // Nobody waits for it, and a callback would cost a turn of the event loop a packet.
    if (this.#state === 'connected') this.#socket.send(bytes)
    else if (goal) this.#socket.send(bytes, goal.port, goal.address, ignore)
  }

  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#socket.close()
  }

  /** Node connects a turn later; by then somebody else may be meant. */
  #begin(peer: Source): void {
    this.#state = 'connecting'
    this.#socket.connect(peer.port, peer.address, (error?: unknown) => {
      if (this.#state !== 'connecting') return
      this.#state = 'open'
      if (error) this.#log.warn({ port: this.port, error }, 'media port not connected')
      else if (this.#peer === peer) this.#state = 'connected'
      else {
        this.#socket.disconnect()
        if (this.#peer) this.#begin(this.#peer)
      }
    })
  }
}

function ignore(): void {}

/** The even port for RTP, and the odd one above it for RTCP (RFC 3550 §11). */
export type PortPair = { readonly rtp: MediaPort; readonly rtcp: MediaPort }

export type PortPairsOptions = {
  readonly host: string
  /** Both inclusive. */
  readonly portMin: number
  readonly portMax: number
  readonly log: Log
}

/** No pair of ports is free in the configured range. */
export class NoMediaPort extends Error {}

/** Pairs of ports from a range, in turn, so that a pair rests as long as possible before it is used again. */
export class PortPairs {
  readonly #options: PortPairsOptions
  readonly #first: number
  readonly #pairs: number
  readonly #used = new Set<number>()
  #next = 0

  constructor(options: PortPairsOptions) {
    this.#options = options
    this.#first = options.portMin + (options.portMin % 2)
    this.#pairs = Math.floor((options.portMax - this.#first + 1) / 2)
  }

  get free(): number {
    return this.#pairs - this.#used.size
  }

  /** Rejects with NoMediaPort. Ports that others hold are passed over. */
  async take(): Promise<PortPair> {
    for (let tried = 0; tried < this.#pairs; tried++) {
      const port = this.#first + 2 * this.#next
      this.#next = (this.#next + 1) % this.#pairs
      if (this.#used.has(port)) continue
      const pair = await this.takeAt(port)
      if (pair) return pair
    }
    throw new NoMediaPort('no media port is free')
  }

  /** The pair at `port`; null when somebody has it. */
  async takeAt(port: number): Promise<PortPair | null> {
    const { host, log } = this.#options
    if (this.#used.has(port)) return null
    this.#used.add(port)
    try {
      const rtp = await MediaPort.open(host, port, log)
      try {
        return { rtp, rtcp: await MediaPort.open(host, port + 1, log) }
      } catch (error) {
        rtp.close()
        throw error
      }
    } catch (error) {
      this.#used.delete(port)
      if (codeOf(error) === 'EADDRINUSE') return null
      throw error
    }
  }

  /** Closes the pair. Harmless when that has been done. */
  give({ rtp, rtcp }: PortPair): void {
    if (rtp.closed) return
    rtp.close()
    rtcp.close()
    this.#used.delete(rtp.port)
  }
}
