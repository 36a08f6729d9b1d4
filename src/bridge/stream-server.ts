import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Clock, Timer } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { CallBook } from './call-book.ts'
import type { TwilioSignature } from './stream/twilio-signature.ts'
import { TwilioStream } from './stream/twilio-stream.ts'

const streamPath = '/streams/twilio'
const checkEveryMs = 10_000
const requestWithinMs = 10_000
const longestBacklogMs = 400

export type StreamServerOptions = {
  readonly listen: { readonly host: string; readonly port: number }
  readonly clock: Clock
  readonly log: Log
  readonly signature: TwilioSignature
  readonly book: CallBook
  readonly maxCalls: number
  readonly maxMessageBytes: number
  readonly startTimeoutMs: number
  readonly jitterMs: number
}

/** The HTTP server that providers stream to. TLS ends in front of it. */
export class StreamServer {
  readonly #options: StreamServerOptions
  readonly #http: Server
  readonly #sockets: WebSocketServer
  readonly #streams = new Set<TwilioStream>()
  #accepting = true
  #timer: Timer

  constructor(options: StreamServerOptions) {
    this.#options = options
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // Compression would keep windows of tones and digits in memory, and gains nothing on base64 audio.
      perMessageDeflate: false,
      maxPayload: options.maxMessageBytes,
    })
    this.#http = createServer(
      { requestTimeout: requestWithinMs, headersTimeout: requestWithinMs },
      (request, response) => {
        const isHealth = request.method === 'GET' && request.url === '/healthz'
        response.writeHead(isHealth ? 200 : 404, { 'content-type': 'text/plain' }).end(isHealth ? 'ok\n' : '')
      },
    )
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    this.#timer = options.clock.after(checkEveryMs, () => this.#checkAlive())
  }

  listen(): Promise<void> {
    const { host, port } = this.#options.listen
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject)
      this.#http.listen(port, host, () => {
        this.#http.off('error', reject)
        const address = this.#http.address()
        if (address && typeof address === 'object')
          this.#options.log.info({ port: address.port }, 'listening')
        resolve()
      })
    })
  }

  /** No further stream is taken; those that are open go on. */
  stopAccepting(): void {
    this.#accepting = false
  }

  async close(): Promise<void> {
    this.stopAccepting()
    this.#timer.cancel()
    for (const stream of this.#streams) stream.close('bridge-stopping')
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve())
      this.#http.closeAllConnections()
      // Streams are no longer the server's connections: they end by their own closing handshake.
      this.#options.clock.after(0, resolve)
    })
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {})
    const refusal = this.#refusal(request)
    if (refusal) {
      this.#options.log.warn(refusal, 'stream not opened')
      socket.end(`HTTP/1.1 ${refusal.status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket))
  }

  #refusal({ url, headers }: IncomingMessage): { status: string; reason: string } | undefined {
    const { signature, maxCalls } = this.#options
    const header = headers['x-twilio-signature']
    const path = url?.split('?')[0]?.replace(/\/$/, '')
    if (path !== streamPath) return { status: '404 Not Found', reason: 'wrong-path' }
    if (!signature.isGenuine(typeof header === 'string' ? header : undefined))
      return { status: '403 Forbidden', reason: 'wrong-signature' }
    if (!this.#accepting) return { status: '503 Service Unavailable', reason: 'stopping' }
    if (this.#streams.size >= maxCalls * 2) return { status: '503 Service Unavailable', reason: 'full' }
    return undefined
  }

  #open(socket: WebSocket): void {
    const { clock, log, startTimeoutMs, jitterMs, book } = this.#options
    const stream: TwilioStream = new TwilioStream({
      socket,
      clock,
      log,
      startTimeoutMs,
      backlogMs: Math.min(jitterMs, longestBacklogMs),
      claim: ({ callId, token }, claimant) => book.claim(callId, token, claimant),
      onClosed: () => this.#streams.delete(stream),
    })
    this.#streams.add(stream)
  }

  #checkAlive(): void {
    for (const stream of this.#streams) stream.checkAlive()
    this.#timer = this.#options.clock.after(checkEveryMs, () => this.#checkAlive())
  }
}
