import type { ServerResponse } from 'node:http'
import type { Clock, Timer } from '../../base/clock.ts'
import type { FeedEntry } from '../desk-feed.ts'

/** Bytes that may wait for a slow reader; beyond that the stream ends, and the reader comes back for the rest. */
const mostWaitingBytes = 512 * 1024
const heartbeatMs = 15_000

export type EventStreamOptions = {
  readonly response: ServerResponse
  readonly headers: Readonly<Record<string, string | number | string[] | undefined>>
  readonly clock: Clock
  /** Asked with every heartbeat: false ends the stream. */
  readonly stillAllowed: () => Promise<boolean>
  /** Once, however the stream ends. */
  readonly onEnd: () => void
}

/** One reader of server-sent events (HTML standard §9.2): named events with ids, and a comment as heartbeat. */
export class EventStream {
  readonly #options: EventStreamOptions
  #heartbeat: Timer | undefined
  #ended = false

  constructor(options: EventStreamOptions) {
    this.#options = options
    const { response, headers } = options
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx and its like would hold events back otherwise.
      'x-accel-buffering': 'no',
    })
    response.on('close', () => this.end())
    response.on('error', () => this.end())
    response.socket?.setNoDelay(true)
    // The reader's own first wait after a lost connection, in ms.
    this.#write('retry: 1000\n\n')
    this.#beatLater()
  }

  /** Without an id, an event does not move the place from which the reader will go on. */
  send({ id, type, json }: Omit<FeedEntry, 'id'> & { readonly id?: string }): void {
    this.#write(`${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${json}\n\n`)
  }

  sendAll(entries: readonly FeedEntry[]): void {
    for (const entry of entries) this.send(entry)
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#heartbeat?.cancel()
    this.#options.response.end()
    this.#options.onEnd()
  }

  #write(text: string): void {
    if (this.#ended) return
    const { response } = this.#options
    response.write(text)
    if (response.writableLength <= mostWaitingBytes) return
    this.end()
    response.destroy()
  }

  #beatLater(): void {
    this.#heartbeat = this.#options.clock.after(heartbeatMs, () => {
      this.#options.stillAllowed().then(
        (allowed) => {
          if (!allowed) return this.end()
          this.#write(': still here\n\n')
          if (!this.#ended) this.#beatLater()
        },
        () => this.end(),
      )
    })
  }
}
