import { sequenceAfter, timestampAfter } from './rtp-packet.ts'

/**
 * A telephone event's payload (RFC 4733 §2.3):
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |     event     |E|R| volume    |          duration             |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
export type TelephoneEvent = {
  /** 0–9, 10 `*`, 11 `#`, 12–15 `A`–`D`; above that it is no key. */
  readonly code: number
  readonly end: boolean
  /** Level in -dBm0, 0 to 63. */
  readonly volume: number
  /** Since the event's timestamp, in units of its clock. */
  readonly duration: number
}

/** Null when there is not even one event in it. Further events of one packet (RFC 4733 §2.5.1.5) are left unread. */
export function readTelephoneEvent(payload: Uint8Array): TelephoneEvent | null {
  if (payload.length < 4) return null
  return {
    code: payload[0]!,
    end: payload[1]! >= 0x80,
    volume: payload[1]! & 0x3f,
    duration: payload[2]! * 256 + payload[3]!,
  }
}

const keys = '0123456789*#ABCD'

/** The key's ASCII code; undefined for events that are no key. */
export function keyOfEvent(code: number): number | undefined {
  return code < keys.length ? keys.charCodeAt(code) : undefined
}

/** One packet of telephone events as it arrived. */
export type EventPacket = {
  readonly ssrc: number
  readonly sequence: number
  readonly timestamp: number
  readonly marker: boolean
  readonly event: TelephoneEvent
  /** Of arrival. */
  readonly atMs: number
}

export type EventTold =
  /** A key went down (or the first is heard of it). One `press` is told of once. */
  | { readonly is: 'press'; readonly press: number; readonly key: number; readonly timestamp: number }
  | { readonly is: 'more'; readonly press: number }
  | { readonly is: 'end'; readonly press: number }
  /** No key, or old news. */
  | { readonly is: 'nothing' }

/** Events of one press start within this of each other where the sender moves the timestamp on with each packet. */
const creepMs = 60
/** A press that nothing is heard of any more has ended. */
const forgottenMs = 400
const longestDuration = 0xffff
const remembered = 8

type Known = {
  readonly press: number
  ssrc: number
  readonly code: number
  timestamp: number
  duration: number
  sequence: number
  ended: boolean
  heardAtMs: number
}

/**
 * Presses out of telephone-event packets. Pure. A press is known by SSRC, timestamp and code; the marker is not asked,
 * for it gets lost.
 *
 *   unknown ──any packet──▶ down ──E, 400 ms of nothing, another press, audio resumes──▶ up
 *
 * Tolerated: ends that are repeated, lost, late, alone or before updates; duplicates and reordering; a timestamp that
 * moves on within a press; segments of presses longer than 0xFFFF (§2.5.1.3); a second press that reuses a timestamp;
 * a duration of zero. It holds the codes of the last few presses for as long as their repetitions may arrive.
 */
export class TelephoneEvents {
  readonly #creep: number
  #known: Known[] = []
  #presses = 0

  /** `clockRate`: of the telephone-event payload, which may differ from the audio's. */
  constructor(clockRate = 8_000) {
    this.#creep = (creepMs * clockRate) / 1_000
  }

  take(packet: EventPacket): EventTold {
    const { event, ssrc, sequence, timestamp, atMs } = packet
    const key = keyOfEvent(event.code)
    if (key === undefined) return { is: 'nothing' }
    this.expire(atMs)
    const known = this.#known.findLast((press) => this.#isAbout(press, packet))
    if (known) return this.#update(known, packet)
    for (const press of this.#known) press.ended = true
    const press = this.#presses++
    const { code, duration, end } = event
    const fresh = { press, ssrc, code, timestamp, duration, sequence, ended: end, heardAtMs: atMs }
    this.#known = [...this.#known, fresh].slice(-remembered)
    return { is: 'press', press, key, timestamp }
  }

  /** True while a key is down. */
  get down(): boolean {
    return this.#known.some(({ ended }) => !ended)
  }

  /** Time has passed: what has not been heard of for long has ended, and in time its repetitions cannot come any more. */
  expire(atMs: number): void {
    for (const press of this.#known) if (atMs - press.heardAtMs > forgottenMs) press.ended = true
    this.#known = this.#known.filter((press) => atMs - press.heardAtMs <= 20 * forgottenMs)
  }

  /** The sender speaks again: no key is down. Only for senders that fall silent during events. */
  audioResumed(): void {
    for (const press of this.#known) press.ended = true
  }

  /** Forgets all, digits included. */
  clear(): void {
    this.#known = []
  }

  #isAbout(press: Known, { ssrc, sequence, timestamp, event }: EventPacket): boolean {
    if (press.code !== event.code) return false
    if (press.ssrc !== ssrc) return continues(press, event)
    const later = timestampAfter(press.timestamp, timestamp)
    if (later === 0) return !isReused(press, sequence, event)
    if (isNextSegment(press, later)) return true
    // An older timestamp is a packet of this press that was overtaken, where timestamps creep.
    return Math.abs(later) <= this.#creep
  }

  #update(known: Known, { ssrc, sequence, timestamp, event, atMs }: EventPacket): EventTold {
    known.heardAtMs = atMs
    if (known.ssrc !== ssrc || sequenceAfter(known.sequence, sequence) > 0) {
      known.ssrc = ssrc
      known.sequence = sequence
      known.timestamp = timestamp
      known.duration = event.duration
    }
    if (known.ended) return { is: 'nothing' }
    known.ended = event.end
    return { is: event.end ? 'end' : 'more', press: known.press }
  }
}

/** The source changed while the key was down: the same key goes on where it was. */
function continues(press: Known, { duration }: TelephoneEvent): boolean {
  return !press.ended && press.duration > 0 && duration >= press.duration
}

/** A timestamp used again: a key that had come up is down again, and for less long than before. */
function isReused(press: Known, sequence: number, { end, duration }: TelephoneEvent): boolean {
  return press.ended && !end && duration < press.duration && sequenceAfter(press.sequence, sequence) > 0
}

function isNextSegment(press: Known, later: number): boolean {
  return !press.ended && press.duration >= 0xf000 && later > 0xf000 && later <= longestDuration
}
