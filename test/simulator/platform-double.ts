import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type WebSocket, WebSocketServer } from 'ws'

export type Webhook = {
  readonly path: string
  readonly parameters: Record<string, string>
  readonly signature: string
  readonly url: string
}

// biome-ignore lint/suspicious/noExplicitAny: what a stream says is compared with literals, message by message
export type StreamMessage = any

/** One media stream as a platform sees it. */
export class SeenStream {
  readonly socket: WebSocket
  readonly messages: StreamMessage[] = []
  readonly arrivedMs: number[] = []
  readonly signature: string
  readonly path: string

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.socket = socket
    this.signature = String(request.headers['x-twilio-signature'])
    this.path = request.url ?? ''
    socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)))
      this.arrivedMs.push(performance.now())
    })
  }

  of(event: string): StreamMessage[] {
    return this.messages.filter((message) => message.event === event)
  }

  get start(): StreamMessage {
    return this.of('start')[0]
  }

  send(message: object): void {
    this.socket.send(JSON.stringify({ ...message, streamSid: this.start.streamSid }))
  }

  audio(): Buffer {
    return Buffer.concat(this.of('media').map(({ media }) => Buffer.from(media.payload, 'base64')))
  }
}

/** A platform for the simulated carrier to talk with: webhooks answered by the test, streams watched by the test. */
export class PlatformDouble {
  readonly webhooks: Webhook[] = []
  readonly streams: SeenStream[] = []
  /** Answers a webhook with TwiML; status callbacks come here too, and their answer does not matter. */
  answer: (webhook: Webhook) => string = () => '<Response><Hangup/></Response>'
  onStream: (stream: SeenStream) => void = () => {}
  readonly #server = createServer()
  readonly #sockets = new WebSocketServer({ server: this.#server, perMessageDeflate: false })

  async listen(): Promise<void> {
    this.#server.on('request', async (request, response) => {
      const parameters = Object.fromEntries(new URLSearchParams(await text(request)))
      const path = request.url ?? ''
      const signature = String(request.headers['x-twilio-signature'])
      const webhook = { path, parameters, signature, url: `${this.url}${path}` }
      this.webhooks.push(webhook)
      response.setHeader('Content-Type', 'text/xml').end(this.answer(webhook))
    })
    this.#sockets.on('connection', (socket, request) => {
      const stream = new SeenStream(socket, request)
      this.streams.push(stream)
      socket.on('error', () => {})
      socket.on('message', () => stream.messages.length === 2 && this.onStream(stream))
    })
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get streamUrl(): string {
    return this.url.replace('http', 'ws')
  }

  at(path: string): Webhook[] {
    return this.webhooks.filter((webhook) => webhook.path.startsWith(path))
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Waits for something that happens in another process or behind a socket. */
export async function eventually<T>(look: () => T | undefined | false, withinMs = 10_000): Promise<T> {
  const untilMs = performance.now() + withinMs
  for (;;) {
    const seen = look()
    if (seen) return seen
    if (performance.now() > untilMs) throw new Error(`did not happen within ${withinMs} ms: ${look}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
