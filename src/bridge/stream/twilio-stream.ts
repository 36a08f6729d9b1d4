import type { WebSocket } from 'ws'
import type { Clock, Timer } from '../../base/clock.ts'
import { codeOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { LegEnd } from '../../contracts/bridge-port.ts'
import type { G711Law } from '../../dsp/tone-channel.ts'
import { inLaw } from '../law-converter.ts'
import type { LegListener, LegStream } from '../leg-stream.ts'
import { decodeBase64 } from './base64.ts'
import { MediaTimeline } from './media-timeline.ts'
import { clearMessage, MediaWriter, markMessage } from './media-writer.ts'
import { Refusals } from './refusals.ts'
import { MarkMessage, StartMessage, StartParameters, TwilioReader } from './twilio-wire.ts'

/** Most audio that one message may carry: ten frames. Twilio sends one. */
const mostOctets = 1_600
const mostRefusals = 100
const goneAfterMs = 2_000
/** Media flows without a pause: a stream that says nothing for so long is asked, and then given up, in ms. */
const askAfterMs = 20_000
const giveUpAfterMs = 40_000

/** RFC 6455 §7.4.1 */
const closeCodes: Record<LegEnd, number> = {
  'provider-stopped': 1000,
  'stream-lost': 1001,
  'protocol-violation': 1008,
  replaced: 1000,
  'call-released': 1000,
  'bridge-stopping': 1001,
}

export type TwilioStreamOptions = {
  readonly socket: WebSocket
  readonly clock: Clock
  readonly log: Log
  readonly startTimeoutMs: number
  /** Most audio that may wait for a slow receiver, in ms. */
  readonly backlogMs: number
  /** Finds the leg that a start message may become; undefined when it may not. */
  readonly claim: (who: StartParameters, stream: LegStream) => LegListener | undefined
  readonly onClosed: () => void
}

/** Shared by all streams: a message is handled to its end before the next one. */
const reader = new TwilioReader()
const audio = Buffer.allocUnsafeSlow(mostOctets)

/**
 * One WebSocket of Twilio Media Streams.
 *
 *   opened ──start, claimed──▶ live ──stop, close, violation──▶ ended
 *      └──────── anything else, or no start in time ───────────▶ ended
 *
 * Every message is wiped where it lies once it has been handled, so that neither a digit nor a tone stays behind.
 */
export class TwilioStream implements LegStream {
  readonly #options: TwilioStreamOptions
  readonly #refusals: Refusals
  readonly #timeline = new MediaTimeline()
  #listener: LegListener | undefined
  #writer: MediaWriter | undefined
  #sid = Buffer.alloc(0)
  #sequence = 0
  #ended = false
  #heardAtMs: number
  #droppedFrames = 0
  readonly #startTimer: Timer
  readonly law = 'mulaw'
  readonly maskable = true
  readonly keyDown = false
  streamSid = ''

  constructor(options: TwilioStreamOptions) {
    this.#options = options
    const { socket, clock, log, startTimeoutMs } = options
    const facts = () => ({ streamSid: this.streamSid })
    this.#refusals = new Refusals({ clock, log, facts, mostInWindow: mostRefusals })
    this.#heardAtMs = clock.monotonicMs()
    this.#startTimer = clock.after(startTimeoutMs, () => this.#violate('no-start-in-time'))
    socket.on('message', (data, isBinary) => this.#heard(data as Buffer, isBinary))
    socket.on('pong', () => {
      this.#heardAtMs = clock.monotonicMs()
    })
    socket.on('error', (error) => {
      const code = codeOf(error)
      log.warn({ ...facts(), code }, 'stream failed')
      this.#end(code.startsWith('WS_ERR') ? 'protocol-violation' : 'stream-lost')
    })
    socket.on('close', () => {
      this.#end('stream-lost')
      this.#writer?.wipe()
      options.onClosed()
    })
  }

  sendMedia(octets: Uint8Array, law: G711Law): void {
    const { socket } = this.#options
    if (this.#ended || socket.readyState !== socket.OPEN) return
    const message = this.#writer?.write(inLaw(octets, law, this.law))
    if (!message) {
      this.#dropFrame()
      return
    }
    socket.send(message.bytes, { binary: false }, message.sent)
  }

  sendMark(name: string): void {
    this.#say(markMessage(this.streamSid, name))
  }

  clear(): void {
    this.#say(clearMessage(this.streamSid))
  }

  close(why: LegEnd): void {
    this.#end(why)
  }

  /** Asks a stream that has gone quiet whether it is still there, and ends it when it is not. */
  checkAlive(): void {
    const silentMs = this.#options.clock.monotonicMs() - this.#heardAtMs
    if (silentMs > giveUpAfterMs) {
      this.#options.log.warn({ streamSid: this.streamSid, durationMs: silentMs }, 'stream given up')
      this.#end('stream-lost')
    } else if (silentMs > askAfterMs && !this.#ended) this.#options.socket.ping()
  }

  #say(message: string): void {
    const { socket } = this.#options
    if (!this.#ended && socket.readyState === socket.OPEN) socket.send(message)
  }

  #heard(data: Buffer, isBinary: boolean): void {
    try {
      if (this.#ended) return
      this.#heardAtMs = this.#options.clock.monotonicMs()
      const refusal = isBinary || !reader.read(data) ? 'malformed' : this.#handle(data)
      if (refusal === undefined) return
      if (!this.#listener) this.#violate(refusal)
      else if (this.#refusals.add(refusal)) this.#violate('too-many-refusals')
    } catch (error) {
      this.#options.log.error({ streamSid: this.streamSid, error }, 'message not handled')
      this.#end('protocol-violation')
    } finally {
      data.fill(0)
    }
  }

  /** Handles a message; returns why it was refused, if it was. */
  #handle(data: Buffer): string | undefined {
    const { event } = reader
    if (!this.#listener) {
      if (event === 'connected') return undefined
      return event === 'start' ? this.#start(data) : 'not-started'
    }
    if (event === 'connected' || event === 'start') return 'already-started'
    if (data.compare(this.#sid, 0, this.#sid.length, reader.streamSidStart, reader.streamSidEnd) !== 0)
      return 'wrong-stream'
    if (reader.sequence === this.#sequence) return 'duplicate'
    if (reader.sequence < this.#sequence) return 'out-of-order'
    const refusal = this.#handleLive(data, this.#listener)
    if (refusal === undefined) this.#sequence = reader.sequence
    return refusal
  }

  #handleLive(data: Buffer, listener: LegListener): string | undefined {
    switch (reader.event) {
      case 'media':
        return this.#media(data, listener)
      case 'dtmf':
        return this.#dtmf(data, listener)
      case 'mark': {
        const mark = MarkMessage.safeParse(parseJson(data))
        if (!mark.success) return 'malformed'
        listener.mark(mark.data.mark.name)
        return undefined
      }
      default:
        this.#end('provider-stopped')
        return undefined
    }
  }

  #start(data: Buffer): string | undefined {
    const message = StartMessage.safeParse(parseJson(data))
    if (!message.success) return 'unusable-start'
    const { start, streamSid } = message.data
    const who = StartParameters.safeParse(start.customParameters)
    if (!who.success || start.streamSid !== streamSid) return 'unusable-start'
    this.streamSid = streamSid
    this.#sid = Buffer.from(streamSid, 'latin1')
    this.#sequence = reader.sequence
    this.#writer = new MediaWriter(streamSid, Math.ceil(this.#options.backlogMs / 20) + 2)
    this.#listener = this.#options.claim(who.data, this)
    if (!this.#listener) return 'unknown-token'
    this.#startTimer.cancel()
    return undefined
  }

  #media(data: Buffer, listener: LegListener): string | undefined {
    if (!reader.inbound) return 'wrong-track'
    if (reader.chunk < 0 || reader.timestampMs < 0) return 'malformed'
    const octets = decodeBase64(data, reader.payloadStart, reader.payloadEnd, audio)
    if (octets < 0) return 'unreadable-audio'
    const arrival = this.#timeline.arrived(reader.chunk, reader.timestampMs, octets)
    if (arrival.kind === 'stale') return 'out-of-order'
    if (arrival.lostOctets > 0) listener.lost(arrival.lostOctets)
    listener.media(audio.subarray(0, octets))
    audio.fill(0, 0, octets)
    return undefined
  }

  #dtmf(data: Buffer, listener: LegListener): string | undefined {
    if (!reader.inbound) return 'wrong-track'
    const code = reader.digitAt < 0 ? 0 : data[reader.digitAt]!
    if (!isKey(code)) return 'malformed'
    listener.digit(code)
    return undefined
  }

  #dropFrame(): void {
    const count = ++this.#droppedFrames
    if ((count & (count - 1)) === 0)
      this.#options.log.warn({ streamSid: this.streamSid, count }, 'receiver too slow, audio dropped')
  }

  #violate(reason: string): void {
    if (this.#ended) return
    this.#options.log.warn({ streamSid: this.streamSid, reason }, 'stream refused')
    this.#end('protocol-violation')
  }

  #end(why: LegEnd): void {
    if (this.#ended) return
    this.#ended = true
    const { socket, clock } = this.#options
    this.#startTimer.cancel()
    socket.close(closeCodes[why])
    clock.after(goneAfterMs, () => socket.terminate())
    this.#listener?.ended(why)
  }
}

/** Only for messages that the reader has seen to hold no digit. */
function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'))
  } catch {
    return undefined
  }
}

function isKey(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2a || code === 0x23 || (code >= 0x41 && code <= 0x44)
}
