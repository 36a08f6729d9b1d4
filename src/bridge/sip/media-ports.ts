import { codeOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { MediaSocket, MediaSockets } from './media-socket/media-socket.ts'

/** The even port for RTP, and the odd one above it for RTCP (RFC 3550 §11). */
export type PortPair = { readonly rtp: MediaSocket; readonly rtcp: MediaSocket }

export type PortPairsOptions = {
  readonly host: string
  /** Both inclusive. */
  readonly portMin: number
  readonly portMax: number
  readonly log: Log
  readonly sockets: MediaSockets
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
    const { host, log, sockets } = this.#options
    if (this.#used.has(port)) return null
    this.#used.add(port)
    try {
      const rtp = await sockets.open(host, port, log)
      try {
        return { rtp, rtcp: await sockets.open(host, port + 1, log) }
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
