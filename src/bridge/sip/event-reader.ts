import type { Clock } from '../../base/clock.ts'
import { gate, LegNumbers, real } from '../leg-numbers.ts'
import type { RtpPacket } from './rtp-packet.ts'
import { timestampAfter } from './rtp-packet.ts'
import { keyOfEvent, readTelephoneEvent, TelephoneEvents } from './telephone-event.ts'

/** A sender that falls silent during events says so by this much silence, in ms. */
const silentMs = 60
const longestFillMs = 200
const unitsPerMs = 8
/** No event packet for so long while audio comes: the key is up, though its end was lost. In ms. */
const resumedMs = 150
/** A press that may pass goes on for at most so long, in seconds; its packets may be overtaken by as much, in ms. */
const longestPressS = 60
const overtakenMs = 60

export type EventReaderOptions = {
  readonly clock: Clock
  readonly hides: () => boolean
  /** Octets of audio that the sender left out for the event. */
  readonly lost: (octets: number) => void
  /** A key, once a press. */
  readonly press: (key: number) => void
  /** Where it keeps the time at which audio came. */
  readonly numbers?: LegNumbers
}

/** What becomes of a packet on its way to the other party. */
export type Passage = 'start' | 'on' | 'no'

/** One party's telephone events: presses for the ledger, and which packets may go on to the other party. */
export class EventReader {
  readonly #options: EventReaderOptions
  #events = new TelephoneEvents()
  #clockRate = 8_000
  readonly #numbers: LegNumbers
  #eventAtMs = Number.NEGATIVE_INFINITY
  /** The press whose packets pass: only one that began while nothing was hidden. */
  #passing: { readonly ssrc: number; readonly timestamp: number } | undefined

  constructor(options: EventReaderOptions) {
    this.#options = options
    this.#numbers = options.numbers ?? new LegNumbers()
    this.#audioAtMs = options.clock.monotonicMs()
  }

  get #audioAtMs(): number {
    return this.#numbers.reals[this.#numbers.realsAt + real.audioAtMs]!
  }

  set #audioAtMs(atMs: number) {
    this.#numbers.reals[this.#numbers.realsAt + real.audioAtMs] = atMs
  }

  get keyDown(): boolean {
    this.#events.expire(this.#options.clock.monotonicMs())
    return this.#events.down
  }

  take(packet: RtpPacket, clockRate: number): Passage {
    const event = readTelephoneEvent(packet.payload)
    if (!event) return 'no'
    if (clockRate !== this.#clockRate) {
      this.#clockRate = clockRate
      this.#events = new TelephoneEvents(clockRate)
    }
    const { clock, hides } = this.#options
    const nowMs = clock.monotonicMs()
    if (keyOfEvent(event.code) === undefined) return hides() ? 'no' : 'on'
    this.#eventAtMs = nowMs
    const told = this.#events.take({ ...packet, event, atMs: nowMs })
    this.#gate()
    if (told.is === 'press') {
      this.#passing = hides() ? undefined : { ssrc: packet.ssrc, timestamp: packet.timestamp }
      this.silence()
      this.#options.press(told.key)
      return this.#passing ? 'start' : 'no'
    }
    if (hides()) this.#passing = undefined
    return this.#belongs(packet) ? 'on' : 'no'
  }

  /** Audio came: a key whose end was lost is up when no event speaks of it any more. */
  heardAudio(nowMs: number): void {
    this.#audioAtMs = nowMs
    if (nowMs - this.#eventAtMs > resumedMs && this.#events.down) this.#events.audioResumed()
    this.#gate()
  }

  /** The call tells time by its audio: what is left out for events, or in silence, counts too. */
  silence(): void {
    const nowMs = this.#options.clock.monotonicMs()
    const elapsedMs = nowMs - this.#audioAtMs
    if (elapsedMs < silentMs) return
    this.#audioAtMs = nowMs
    this.#options.lost(Math.min(longestFillMs, Math.round(elapsedMs)) * unitsPerMs)
  }

  clear(): void {
    this.#events.clear()
  }

  /** Audio that comes while a key is down says when it is up. */
  #gate(): void {
    this.#numbers.setGate('gatesIn', gate.event, this.#events.down)
  }

  #belongs({ ssrc, timestamp }: RtpPacket): boolean {
    if (this.#passing?.ssrc !== ssrc) return false
    const later = timestampAfter(this.#passing.timestamp, timestamp)
    return later >= (-overtakenMs * this.#clockRate) / 1_000 && later <= longestPressS * this.#clockRate
  }
}
