import { z } from 'zod'
import { JsonCursor } from './json-cursor.ts'

/**
 * Twilio Media Streams, bidirectional (https://www.twilio.com/docs/voice/media-streams/websocket-messages). These
 * schemas are open objects, unlike ours: the provider may add a property any day, and calls have to go on.
 */
const Sid = z.string().regex(/^[A-Za-z0-9]{1,64}$/)

export const StartMessage = z.object({
  event: z.literal('start'),
  streamSid: Sid,
  start: z.object({
    streamSid: Sid,
    callSid: Sid,
    tracks: z.array(z.enum(['inbound', 'outbound'])).min(1),
    customParameters: z.record(z.string(), z.string()),
    mediaFormat: z.object({
      encoding: z.literal('audio/x-mulaw'),
      sampleRate: z.literal(8000),
      channels: z.literal(1),
    }),
  }),
})
export type StartMessage = z.infer<typeof StartMessage>

/** What a stream's custom parameters have to say; others may stand beside them. */
export const StartParameters = z.object({ callId: z.string().max(64), token: z.string().min(32).max(128) })
export type StartParameters = z.infer<typeof StartParameters>

export const MarkMessage = z.object({ mark: z.object({ name: z.string().max(64) }) })

export type TwilioEvent = 'connected' | 'start' | 'media' | 'dtmf' | 'mark' | 'stop'

const text = (value: string) => Buffer.from(value, 'latin1')
const events = (['media', 'dtmf', 'mark', 'connected', 'start', 'stop'] as const).map(
  (event) => [event, text(event)] as const,
)
const key = {
  event: text('event'),
  sequenceNumber: text('sequenceNumber'),
  streamSid: text('streamSid'),
  media: text('media'),
  dtmf: text('dtmf'),
  track: text('track'),
  chunk: text('chunk'),
  timestamp: text('timestamp'),
  payload: text('payload'),
  digit: text('digit'),
}
const inboundMedia = text('inbound')
const inboundDtmf = text('inbound_track')

/**
 * Finds what counts in one message without copying any of it: a digit stays the byte that arrived, to be wiped where
 * it lies. One reader serves all streams; its fields hold until the next `read`. Absent numbers are -1.
 */
export class TwilioReader {
  readonly #cursor = new JsonCursor()
  event: TwilioEvent | undefined
  sequence = -1
  chunk = -1
  /** Presentation time, ms since the stream began. */
  timestampMs = -1
  /** True when the `media` or `dtmf` object names the party's own track. */
  inbound = false
  payloadStart = 0
  payloadEnd = 0
  digitAt = -1
  streamSidStart = 0
  streamSidEnd = 0

  /** False when the bytes are not a message of the protocol. */
  read(bytes: Uint8Array): boolean {
    this.event = undefined
    this.sequence = this.chunk = this.timestampMs = this.digitAt = -1
    this.payloadStart = this.payloadEnd = this.streamSidStart = this.streamSidEnd = 0
    this.inbound = false
    this.#cursor.open(bytes)
    const understood = this.#message() && this.#cursor.finished()
    this.#cursor.close()
    // A digit in a message of another name would go on to JSON.parse: there is no such message.
    return understood && this.event !== undefined && (this.digitAt < 0 || this.event === 'dtmf')
  }

  #message(): boolean {
    const cursor = this.#cursor
    if (!cursor.enter()) return false
    for (let isFirst = true; ; isFirst = false) {
      const member = cursor.next(isFirst)
      if (member === 'end') return true
      if (member === 'bad' || !this.#member()) return false
    }
  }

  #member(): boolean {
    const cursor = this.#cursor
    if (cursor.is(key.event)) {
      // A second name could pass a digit off as something else.
      if (this.event !== undefined || !cursor.string()) return false
      this.event = events.find(([, name]) => cursor.is(name))?.[0]
      return this.event !== undefined
    }
    if (cursor.is(key.sequenceNumber)) {
      this.sequence = cursor.integer()
      return this.sequence >= 0
    }
    if (cursor.is(key.streamSid)) {
      if (!cursor.string()) return false
      this.streamSidStart = cursor.start
      this.streamSidEnd = cursor.end
      return true
    }
    if (cursor.is(key.media)) return this.#object(inboundMedia)
    if (cursor.is(key.dtmf)) return this.#object(inboundDtmf)
    return cursor.skip()
  }

  #object(inboundTrack: Uint8Array): boolean {
    const cursor = this.#cursor
    if (!cursor.enter()) return false
    for (let isFirst = true; ; isFirst = false) {
      const member = cursor.next(isFirst)
      if (member === 'end') return true
      if (member === 'bad' || !this.#property(inboundTrack)) return false
    }
  }

  #property(inboundTrack: Uint8Array): boolean {
    const cursor = this.#cursor
    if (cursor.is(key.payload)) {
      if (!cursor.string() || cursor.escaped) return false
      this.payloadStart = cursor.start
      this.payloadEnd = cursor.end
      return true
    }
    if (cursor.is(key.digit)) {
      if (!cursor.string() || cursor.end - cursor.start !== 1) return false
      this.digitAt = cursor.start
      return true
    }
    if (cursor.is(key.track)) {
      if (!cursor.string()) return false
      this.inbound = cursor.is(inboundTrack)
      return true
    }
    if (cursor.is(key.chunk)) {
      this.chunk = cursor.integer()
      return this.chunk >= 0
    }
    if (cursor.is(key.timestamp)) {
      this.timestampMs = cursor.integer()
      return this.timestampMs >= 0
    }
    return cursor.skip()
  }
}
