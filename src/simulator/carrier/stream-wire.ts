import { z } from 'zod'

/**
 * Twilio's Media Streams, bidirectional (`<Connect><Stream>`), as a server sees it: numbers are strings.
 * Source: Twilio, "Media Streams: WebSocket messages".
 */
const Sid = z.string()

/** What a platform may send. Members that Twilio does not know are ignored by it, and so here. */
export const FromPlatform = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('media'),
    streamSid: Sid,
    media: z.object({ payload: z.base64().max(1_400_000) }),
  }),
  z.object({ event: z.literal('mark'), streamSid: Sid, mark: z.object({ name: z.string().max(1_000) }) }),
  z.object({ event: z.literal('clear'), streamSid: Sid }),
])
export type FromPlatform = z.infer<typeof FromPlatform>

export const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 } as const

export type StreamIdentity = {
  readonly accountSid: string
  readonly callSid: string
  readonly streamSid: string
}

/** Writes one stream's messages, and counts them as Twilio does: `start` is number 1. */
export class StreamWriter {
  readonly #identity: StreamIdentity
  #sequence = 0
  #chunk = 0

  constructor(identity: StreamIdentity) {
    this.#identity = identity
  }

  connected(): string {
    return JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' })
  }

  start(customParameters: Readonly<Record<string, string>>): string {
    const { accountSid, callSid, streamSid } = this.#identity
    const start = { accountSid, streamSid, callSid, tracks: ['inbound'], mediaFormat, customParameters }
    return this.#numbered('start', { start })
  }

  /** One frame of 20 ms. */
  media(frame: Buffer): string {
    const timestamp = String(this.#chunk * 20)
    const chunk = String(++this.#chunk)
    // Written by hand: at a hundred calls this is ten thousand messages a second.
    return `{"event":"media","sequenceNumber":"${++this.#sequence}","media":{"track":"inbound","chunk":"${chunk}","timestamp":"${timestamp}","payload":"${frame.toString('base64')}"},"streamSid":"${this.#identity.streamSid}"}`
  }

  dtmf(digit: string): string {
    return this.#numbered('dtmf', { dtmf: { track: 'inbound_track', digit } })
  }

  mark(name: string): string {
    return this.#numbered('mark', { mark: { name } })
  }

  stop(): string {
    const { accountSid, callSid } = this.#identity
    return this.#numbered('stop', { stop: { accountSid, callSid } })
  }

  #numbered(event: string, body: object): string {
    const sequenceNumber = String(++this.#sequence)
    return JSON.stringify({ event, sequenceNumber, ...body, streamSid: this.#identity.streamSid })
  }
}
