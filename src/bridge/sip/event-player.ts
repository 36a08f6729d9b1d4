import type { Clock } from '../../base/clock.ts'
import type { Relayed } from './rtp-sender.ts'

const stepMs = 50
const unitsPerMs = 8
const usualMs = 150
const ends = 3
/** -10 dBm0 (RFC 4733 §2.3.4). */
const volume = 10

export type EventPlayerOptions = {
  readonly clock: Clock
  readonly send: (packet: Relayed, start: boolean) => void
}

/** A key that was told of in the signalling, as telephone events (RFC 4733 §2.5.1.2): updates, and its end three times. */
export class EventPlayer {
  readonly #options: EventPlayerOptions
  #played = 0

  constructor(options: EventPlayerOptions) {
    this.#options = options
  }

  /** `code`: 0–9, 10 `*`, 11 `#`, 12–15 `A`–`D`. */
  play(code: number, durationMs = usualMs): void {
    const timestamp = (this.#played++ * 1_000_000) >>> 0
    const lengthMs = Math.min(6_000, Math.max(40, durationMs))
    const step = (atMs: number, repetition: number): void => {
      const isEnd = atMs >= lengthMs
      this.#send(code, {
        timestamp,
        atMs: Math.min(atMs, lengthMs),
        isEnd,
        isFirst: repetition === 0 && atMs === stepMs,
      })
      if (isEnd && repetition === ends - 1) return
      this.#options.clock.after(isEnd ? 5 : stepMs, () =>
        step(isEnd ? atMs : atMs + stepMs, isEnd ? repetition + 1 : 0),
      )
    }
    step(stepMs, 0)
  }

  #send(code: number, press: { timestamp: number; atMs: number; isEnd: boolean; isFirst: boolean }): void {
    const payload = Buffer.from([code, (press.isEnd ? 0x80 : 0) | volume, 0, 0])
    payload.writeUInt16BE(press.atMs * unitsPerMs, 2)
    const { timestamp, isFirst } = press
    const packet = { marker: isFirst, timestamp, ssrc: 0, payload, payloadType: 101, clockRate: 8_000 }
    this.#options.send(packet, isFirst)
  }
}
