import type { G711Law } from '../../dsp/tone-channel.ts'
import { int, LegNumbers, real } from '../leg-numbers.ts'
import type { RtpPacket } from './rtp-packet.ts'

/** A pause that the timestamps show, in ms; less is jitter, which they must not show. */
export const pauseMs = 60
/** How fast a slow drift between the audio and our clock is forgiven, of what is left at each packet. */
export const forgiveness = 0.01
const longestPtimeMs = 60
export const unitsPerMs = 8
const headerBytes = 12
export const payloadTypes: Record<G711Law, number> = { mulaw: 0, alaw: 8 }

export type RtpSenderOptions = {
  readonly ssrc: number
  readonly firstSequence: number
  readonly firstTimestamp: number
  /** Memory to write a packet of so many octets in, good until it has been sent. */
  readonly room: (octets: number) => Buffer
  readonly send: (packet: Buffer) => void
  /** Where it keeps count. */
  readonly numbers?: LegNumbers
}

/** One packet of an event or of audio that passes as it is. */
export type Relayed = Pick<RtpPacket, 'marker' | 'timestamp' | 'ssrc' | 'payload'> & {
  readonly payloadType: number
  readonly clockRate: number
}

type Mapping = { readonly key: string; readonly offset: number; lastMs: number }

/**
 * What one party hears, as one RTP stream for the whole call: one SSRC, sequence numbers without a gap, timestamps
 * that go on with time, whatever mask, hold, re-INVITE or change of source happen on the other side (RFC 3550 §5.1).
 */
export class RtpSender {
  readonly #options: RtpSenderOptions
  readonly #pending = Buffer.alloc(longestPtimeMs * unitsPerMs)
  #pendingLaw: G711Law = 'mulaw'
  #mapping: Mapping | undefined
  readonly #numbers: LegNumbers

  constructor(options: RtpSenderOptions) {
    this.#options = options
    const { firstSequence, firstTimestamp, ssrc, numbers = new LegNumbers() } = options
    this.#numbers = numbers
    const { ints, at } = numbers
    ints[at + int.ssrcOut] = ssrc
    ints[at + int.sequenceOut] = firstSequence & 0xffff
    ints[at + int.timestampOut] = firstTimestamp
    ints[at + int.ptimeOut] = 20 * unitsPerMs
  }

  /** For RTCP: packets and octets of payload (RFC 3550 §6.4.1). */
  get packets(): number {
    return this.#numbers.ints[this.#numbers.at + int.packetsOut]!
  }

  get octets(): number {
    return this.#numbers.reals[this.#numbers.realsAt + real.octetsOut]!
  }

  get ssrc(): number {
    return this.#numbers.ints[this.#numbers.at + int.ssrcOut]! >>> 0
  }

  set ptimeMs(ms: number) {
    this.#numbers.ints[this.#numbers.at + int.ptimeOut] = Math.min(longestPtimeMs, ms) * unitsPerMs
  }

  get #ptimeOctets(): number {
    return this.#numbers.ints[this.#numbers.at + int.ptimeOut]!
  }

  get #pendingOctets(): number {
    return this.#numbers.ints[this.#numbers.at + int.pendingOut]!
  }

  set #pendingOctets(octets: number) {
    this.#numbers.ints[this.#numbers.at + int.pendingOut] = octets
  }

  get #nextTimestamp(): number {
    return this.#numbers.ints[this.#numbers.at + int.timestampOut]! >>> 0
  }

  set #nextTimestamp(timestamp: number) {
    this.#numbers.ints[this.#numbers.at + int.timestampOut] = timestamp
  }

  /** The RTP timestamp of this moment, for RTCP. */
  timestampAt(nowMs: number): number {
    const { reals, realsAt } = this.#numbers
    const originMs = reals[realsAt + real.originMs]!
    if (Number.isNaN(originMs)) return this.#nextTimestamp
    return (reals[realsAt + real.originTimestamp]! + Math.round((nowMs - originMs) * unitsPerMs)) >>> 0
  }

  /** G.711, cut or gathered to the party's packet time. */
  audio(octets: Uint8Array, law: G711Law, nowMs: number): void {
    if (this.#pendingOctets > 0 && (this.#pendingLaw !== law || this.#paused(nowMs))) this.flush(nowMs)
    this.#pendingLaw = law
    if (this.#pendingOctets === 0 && octets.length === this.#ptimeOctets) {
      this.#audio(octets, nowMs)
      return
    }
    for (let at = 0; at < octets.length; ) {
      const part = Math.min(octets.length - at, this.#ptimeOctets - this.#pendingOctets)
      this.#pending.set(octets.subarray(at, at + part), this.#pendingOctets)
      this.#pendingOctets += part
      at += part
      if (this.#pendingOctets >= this.#ptimeOctets) this.flush(nowMs)
    }
  }

  /** Sends what waits for its packet to become full. */
  flush(nowMs: number): void {
    if (this.#pendingOctets === 0) return
    const payload = this.#pending.subarray(0, this.#pendingOctets)
    this.#audio(payload, nowMs)
    payload.fill(0)
    this.#pendingOctets = 0
  }

  #audio(payload: Uint8Array, nowMs: number): void {
    const resumed = this.#settle(nowMs)
    this.#emit(payload, this.#nextTimestamp, (resumed ? 0x80 : 0) | payloadTypes[this.#pendingLaw])
    this.#nextTimestamp = (this.#nextTimestamp + payload.length) >>> 0
  }

  /**
   * An event, or audio of a codec that is not looked into. Its own timestamps go on counting, from where our stream
   * stands when it begins; `start` begins anew.
   */
  relay(packet: Relayed, { start, nowMs }: { readonly start: boolean; readonly nowMs: number }): void {
    this.flush(nowMs)
    const key = `${packet.ssrc} ${packet.payloadType}`
    const isAudio = packet.clockRate > 0 && packet.payload.length > 4
    let mapping = this.#mapping
    if (start || mapping?.key !== key || nowMs - mapping.lastMs > 2_000) {
      this.#settle(nowMs)
      mapping = { key, offset: (this.#nextTimestamp - packet.timestamp) >>> 0, lastMs: nowMs }
      this.#mapping = mapping
    }
    mapping.lastMs = nowMs
    const timestamp = (packet.timestamp + mapping.offset) >>> 0
    this.#emit(packet.payload, timestamp, (packet.marker || start ? 0x80 : 0) | packet.payloadType)
    if (isAudio) this.#nextTimestamp = (timestamp + 20 * unitsPerMs) >>> 0
  }

  #paused(nowMs: number): boolean {
    return ((this.timestampAt(nowMs) - this.#nextTimestamp) | 0) > pauseMs * unitsPerMs
  }

  /** Lets the timestamps catch up with time after a pause. True when there was one. */
  #settle(nowMs: number): boolean {
    const { reals, realsAt } = this.#numbers
    if (Number.isNaN(reals[realsAt + real.originMs]!)) {
      reals[realsAt + real.originMs] = nowMs
      reals[realsAt + real.originTimestamp] = this.#nextTimestamp
      return true
    }
    const behind = (this.timestampAt(nowMs) - this.#nextTimestamp) | 0
    if (behind > pauseMs * unitsPerMs) {
      this.#nextTimestamp = (this.#nextTimestamp + behind) >>> 0
      return true
    }
    reals[realsAt + real.originTimestamp]! -= behind * forgiveness
    return false
  }

  /** `kind`: the marker and the payload type, as the second octet of a packet has them (RFC 3550 §5.1). */
  #emit(payload: Uint8Array, timestamp: number, kind: number): void {
    const { room, send } = this.#options
    const packet = room(headerBytes + payload.length)
    const { ints, at, reals, realsAt } = this.#numbers
    const sequence = ints[at + int.sequenceOut]!
    packet[0] = 0x80
    packet[1] = kind
    packet[2] = sequence >> 8
    packet[3] = sequence
    writeWord(packet, 4, timestamp)
    writeWord(packet, 8, ints[at + int.ssrcOut]!)
    packet.set(payload, headerBytes)
    ints[at + int.sequenceOut] = (sequence + 1) & 0xffff
    ints[at + int.packetsOut]!++
    reals[realsAt + real.octetsOut]! += payload.length
    send(packet)
  }
}

export function writeWord(into: Uint8Array, at: number, word: number): void {
  into[at] = word >>> 24
  into[at + 1] = word >>> 16
  into[at + 2] = word >>> 8
  into[at + 3] = word
}
