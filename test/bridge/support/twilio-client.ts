import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'

const frameOctets = 160

export type ClientOptions = { url: string; signature: string; headers?: Record<string, string> }

/** Twilio's side of one media stream: speaks the protocol, plays audio at 20 ms a frame and keeps what it hears. */
export class TwilioClient {
  readonly socket: WebSocket
  readonly streamSid = `MZ${randomBytes(16).toString('hex')}`
  /** Every octet that came to be played, and when each frame came. */
  get heard(): Buffer {
    return Buffer.concat(this.#heard)
  }
  readonly frameTimesMs: number[] = []
  readonly messages: string[] = []
  closed: { code: number } | undefined
  sequence = 1
  readonly #heard: Buffer[] = []
  #chunk = 0
  #timestampMs = 0

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      const message = JSON.parse(String(data))
      this.messages.push(message.event)
      if (message.event === 'media') {
        this.frameTimesMs.push(performance.now())
        this.#heard.push(Buffer.from(message.media.payload, 'base64'))
      }
      // A provider that plays at once, as soon as a mark comes.
      if (message.event === 'mark') this.say({ event: 'mark', mark: message.mark })
    })
    socket.on('close', (code) => {
      this.closed = { code }
    })
    socket.on('error', () => {})
  }

  /** Forgets what has been heard so far. */
  forget(): void {
    this.#heard.length = 0
  }

  /** Opens the stream; rejects with the HTTP status when the upgrade is refused. */
  static open({ url, signature, headers }: ClientOptions): Promise<TwilioClient> {
    const socket = new WebSocket(url, {
      headers: { 'x-twilio-signature': signature, ...headers },
      perMessageDeflate: false,
    })
    const client = new TwilioClient(socket)
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(client))
      socket.on('unexpected-response', (_, response) => {
        reject(new Error(`HTTP ${response.statusCode}`))
        response.destroy()
      })
    })
  }

  start(callId: string, token: string): void {
    this.socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }))
    const start = {
      streamSid: this.streamSid,
      accountSid: 'AC00',
      callSid: 'CA00',
      tracks: ['inbound'],
      customParameters: { callId, token },
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    }
    this.socket.send(
      JSON.stringify({ event: 'start', sequenceNumber: '1', streamSid: this.streamSid, start }),
    )
  }

  say(message: object): void {
    const sequenceNumber = String(++this.sequence)
    this.socket.send(JSON.stringify({ sequenceNumber, streamSid: this.streamSid, ...message }))
  }

  media(octets: Uint8Array): void {
    const payload = Buffer.from(octets).toString('base64')
    const media = {
      track: 'inbound',
      chunk: String(++this.#chunk),
      timestamp: String(this.#timestampMs),
      payload,
    }
    this.#timestampMs += octets.length / 8
    this.say({ event: 'media', media })
  }

  /** The provider's own word for a key. */
  dtmf(digit: string): void {
    this.say({ event: 'dtmf', dtmf: { track: 'inbound_track', digit } })
  }

  /** Speaks `octets` in real time, and calls back before each frame with its number. */
  async play(octets: Uint8Array, before: (frame: number) => void = () => {}): Promise<void> {
    const startMs = performance.now()
    for (let frame = 0; frame * frameOctets < octets.length; frame++) {
      const waitMs = startMs + frame * 20 - performance.now()
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
      before(frame)
      this.media(octets.subarray(frame * frameOctets, (frame + 1) * frameOctets))
    }
  }

  stop(): void {
    this.say({ event: 'stop', stop: { accountSid: 'AC00', callSid: 'CA00' } })
  }

  async untilClosed(withinMs = 5_000): Promise<number> {
    if (this.closed) return this.closed.code
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('still open')), withinMs)
      this.socket.once('close', (code) => {
        clearTimeout(timer)
        resolve(code)
      })
    })
  }
}
