import { WebSocket } from 'ws'
import type { Log } from '../../base/log.ts'
import type { Ticker } from '../ticker.ts'
import { Playout } from './playout.ts'
import { twilioSignature } from './signature.ts'
import { FromPlatform, type StreamIdentity, StreamWriter } from './stream-wire.ts'

/** Time for the platform to accept the connection, in ms. */
const handshakeMs = 5_000
/** About twenty seconds of audio that the platform has not read: it hangs. */
const mostUnreadBytes = 262_144
const largestMessageBytes = 1_500_000

export type StreamEnd = 'stopped-by-us' | 'closed-by-platform' | 'not-connected'

export type MediaStreamOptions = {
  readonly url: string
  readonly authToken: string
  readonly identity: StreamIdentity
  readonly parameters: Readonly<Record<string, string>>
  readonly ticker: Ticker
  readonly log: Log
  /** Asked every 20 ms to send what is due. */
  readonly mouth: (send: (frame: Buffer) => void) => void
  /** What the line hears: called every 20 ms in which something was played. `chunk` counts frames from 1. */
  readonly ear: (frame: Buffer, chunk: number) => void
  readonly onStart: () => void
  /** Once, whatever happened. */
  readonly onEnd: (why: StreamEnd) => void
}

/** One bidirectional media stream to the platform: a WebSocket client that behaves as Twilio's. */
export class MediaStream {
  readonly #options: MediaStreamOptions
  readonly #socket: WebSocket
  readonly #writer: StreamWriter
  readonly #playout = new Playout()
  #at: 'connecting' | 'streaming' | 'ended' = 'connecting'
  #stopTicking: () => void = () => {}
  #ticks = 0

  constructor(options: MediaStreamOptions) {
    this.#options = options
    this.#writer = new StreamWriter(options.identity)
    this.#socket = new WebSocket(options.url, {
      headers: { 'X-Twilio-Signature': twilioSignature(options.authToken, options.url) },
      perMessageDeflate: false,
      handshakeTimeout: handshakeMs,
      maxPayload: largestMessageBytes,
    })
    this.#socket.on('open', () => this.#open())
    this.#socket.on('message', (data, isBinary) => this.#take(data as Buffer, isBinary))
    this.#socket.on('error', (error) => options.log.debug({ ...this.#facts, error }, 'media stream failed'))
    this.#socket.on('close', () =>
      this.#end(this.#at === 'connecting' ? 'not-connected' : 'closed-by-platform'),
    )
  }

  get streamSid(): string {
    return this.#options.identity.streamSid
  }

  get streaming(): boolean {
    return this.#at === 'streaming'
  }

  /** The provider's message of a pressed key. */
  dtmf(digit: string): void {
    if (this.streaming) this.#socket.send(this.#writer.dtmf(digit))
  }

  /** The call is over, or goes another way: says so and closes. */
  stop(): void {
    if (this.#at === 'ended') return
    if (this.streaming) this.#socket.send(this.#writer.stop())
    this.#end('stopped-by-us')
  }

  get #facts() {
    const { callSid, streamSid } = this.#options.identity
    return { callSid, streamSid }
  }

  #open(): void {
    if (this.#at === 'ended') return
    this.#at = 'streaming'
    this.#socket.send(this.#writer.connected())
    this.#socket.send(this.#writer.start(this.#options.parameters))
    this.#options.onStart()
    this.#stopTicking = this.#options.ticker.add(() => this.#tick())
  }

  #tick(): void {
    if (this.#socket.bufferedAmount > mostUnreadBytes) {
      this.#options.log.warn(this.#facts, 'the platform does not read its media stream')
      this.#socket.terminate()
      return
    }
    this.#options.mouth((frame) => this.#socket.send(this.#writer.media(frame)))
    const played = this.#playout.pull()
    this.#ticks++
    if (played.frame) this.#options.ear(played.frame, this.#ticks)
    for (const name of played.marks) this.#socket.send(this.#writer.mark(name))
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (!this.streaming) return
    const message = isBinary ? undefined : readMessage(data)
    if (!message || message.streamSid !== this.#options.identity.streamSid) {
      this.#options.log.warn(
        { ...this.#facts, sizeBytes: data.length },
        'ignored a message that Twilio would not take',
      )
      return
    }
    switch (message.event) {
      case 'media':
        this.#playout.push(Buffer.from(message.media.payload, 'base64'))
        break
      case 'mark':
        this.#playout.mark(message.mark.name)
        break
      case 'clear':
        for (const name of this.#playout.clear()) this.#socket.send(this.#writer.mark(name))
    }
  }

  #end(why: StreamEnd): void {
    if (this.#at === 'ended') return
    this.#at = 'ended'
    this.#stopTicking()
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1000)
    else this.#socket.terminate()
    this.#options.onEnd(why)
  }
}

function readMessage(data: Buffer): FromPlatform | undefined {
  try {
    const read = FromPlatform.safeParse(JSON.parse(data.toString('utf8')))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}
