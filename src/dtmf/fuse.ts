import { silentLog } from '../base/log.ts'
import { CallerGuard } from '../bridge/caller-guard.ts'
import { RtpOrder } from '../bridge/sip/rtp-order.ts'
import { keyOfEvent, readTelephoneEvent, TelephoneEvents } from '../bridge/sip/telephone-event.ts'
import { MediaTimeline } from '../bridge/stream/media-timeline.ts'
import { g711Tables } from '../dsp/g711.ts'
import type { G711Law } from '../dsp/tone-channel.ts'
import { createToneChannel } from '../dsp/tone-guard.ts'
import type { TracedRtp, TraceLine, TwilioMessage } from './trace.ts'

export type FuseOptions = {
  readonly law: G711Law
  /** Payload type of telephone events. They count whether or not they were agreed on, and are never passed on. */
  readonly eventPayloadType: number
  /** A press, once, at the arrival of what told of it first. */
  readonly pressed: (digit: string, atMs: number) => void
  /** What goes to the agent, who is masked from the first packet on. */
  readonly sent: (packet: {
    readonly kind: 'rtp' | 'ws'
    readonly pt: number
    readonly payload: Uint8Array
  }) => void
}

const frame = 160
const longestLeadFrames = 200
/** RFC 3551 */
const audioTypes = { mulaw: 0, alaw: 8 } as const

/**
 * One caller's leg as a bridge runs it, out of a trace of what arrived: the tone channel, the provider's words and the
 * ledger that counts each press once.
 */
export class FusedLeg {
  readonly #options: FuseOptions
  readonly #guard: CallerGuard
  readonly #events = new TelephoneEvents()
  readonly #order: RtpOrder
  readonly #timeline = new MediaTimeline()
  readonly #out = new Uint8Array(frame)
  readonly #audioType: number
  #entry: 'rtp' | 'ws' = 'rtp'
  #atMs = 0
  #begun = false

  constructor(options: FuseOptions) {
    this.#options = options
    const { law, pressed } = options
    this.#audioType = audioTypes[law]
    this.#guard = new CallerGuard({
      channel: createToneChannel({ law, lookaheadMs: 20, fill: 'noise' }),
      log: silentLog,
      callId: 'trace',
      onPress: ({ digit }) => pressed(String.fromCharCode(digit), this.#atMs),
      onFrame: () => {},
      onFailed: () => {},
    })
    this.#order = new RtpOrder({
      media: ({ payload }) => this.#audio(payload),
      lost: (octets) => this.#lost(octets),
    })
    this.#secure()
  }

  take(line: TraceLine): void {
    this.#atMs = line.t
    this.#entry = line.kind
    if (line.kind === 'rtp') this.#rtp(line)
    else this.#message(line.msg)
  }

  end(): void {
    this.#order.flush()
    this.#guard.stage.release()
  }

  /** On a call the mask has long been in force when digits are keyed: the delay line begins full of silence. */
  #secure(): void {
    const quiet = new Uint8Array(frame).fill(g711Tables(this.#options.law).silence)
    this.#guard.arm()
    for (let i = 0; i < longestLeadFrames && !this.#guard.secured; i++)
      this.#guard.stage.process(quiet, this.#out)
    this.#begun = true
  }

  #rtp({ seq, ts, ssrc, m, pt, payload }: TracedRtp): void {
    const bytes = Buffer.from(payload, 'base64')
    const packet = { sequence: seq, timestamp: ts, ssrc, payload: bytes }
    this.#events.expire(this.#atMs)
    if (pt === this.#options.eventPayloadType) {
      const event = readTelephoneEvent(bytes)
      const told =
        event &&
        this.#events.take({ ssrc, sequence: seq, timestamp: ts, marker: Boolean(m), event, atMs: this.#atMs })
      if (event && told?.is === 'press') this.#key(keyOfEvent(event.code)!)
      bytes.fill(0)
    }
    // Whatever is not audio that can be masked uses up its sequence number and goes nowhere.
    this.#order.push(packet, pt === this.#audioType, this.#atMs)
  }

  #message(message: TwilioMessage): void {
    if (message.event === 'dtmf') {
      if ((message.dtmf.track ?? 'inbound_track') === 'inbound_track')
        this.#key(message.dtmf.digit.charCodeAt(0))
    } else if (message.event === 'media' && (message.media.track ?? 'inbound') === 'inbound') {
      const { chunk, timestamp, payload } = message.media
      const octets = Buffer.from(payload, 'base64')
      const arrival = this.#timeline.arrived(chunk, timestamp, octets.length)
      if (arrival.kind === 'stale') return
      this.#lost(arrival.lostOctets)
      this.#audio(octets)
    }
  }

  #key(code: number): void {
    this.#guard.message(code, this.#guard.octets / 8, 0)
  }

  #audio(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; at += frame) {
      const part = octets.subarray(at, at + frame)
      const out = this.#out.subarray(0, part.length)
      if (this.#guard.stage.process(part, out)) this.#send(out)
    }
  }

  #lost(octets: number): void {
    for (let left = octets; left > 0; left -= frame) {
      const out = this.#out.subarray(0, Math.min(left, frame))
      if (this.#guard.stage.lost(out.length, out)) this.#send(out)
    }
  }

  #send(payload: Uint8Array): void {
    if (this.#begun) this.#options.sent({ kind: this.#entry, pt: this.#audioType, payload })
  }
}
