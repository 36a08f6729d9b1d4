import { type RtpPacket, sequenceAfter, timestampAfter } from './rtp-packet.ts'

export type OrderedPacket = Pick<RtpPacket, 'sequence' | 'timestamp' | 'ssrc' | 'payload'>

export type RtpOrderOptions = {
  /** Takes audio in order. */
  readonly media: (packet: OrderedPacket) => void
  /** Timestamp units of audio that never came, before the next that did. */
  readonly lost: (units: number) => void
}

/** Packets that wait for one that is late, and how long they do, in ms. */
const mostHeld = 4
const holdMs = 60
/** A jump of more is a new beginning. */
const longestJump = 3_000
/** Longer gaps are told as this much: nothing can be concealed over more. In timestamp units (200 ms at 8 kHz). */
const longestGap = 1_600

type Held = { readonly packet: OrderedPacket; readonly isAudio: boolean; readonly atMs: number }

/**
 * Puts the packets of one direction in order, audio and telephone events together, for they share their sequence
 * numbers: an event is no gap in the audio's numbers, though the audio may pause for it. Duplicates and what comes
 * too late are dropped; a new SSRC begins anew.
 */
export class RtpOrder {
  readonly #options: RtpOrderOptions
  #held: Held[] = []
  /** Source and number of the packet whose turn it is; no source yet: -1. */
  #ssrc = -1
  #sequence = 0
  #expected: number | null = null

  constructor(options: RtpOrderOptions) {
    this.#options = options
  }

  /** `isAudio`: false for packets that only use up a sequence number here. */
  push(packet: OrderedPacket, isAudio: boolean, atMs: number): void {
    const { ssrc, sequence } = packet
    const ahead = this.#ssrc === ssrc ? sequenceAfter(this.#sequence, sequence) : null
    if (ahead === null || Math.abs(ahead) > longestJump) {
      this.flush()
      this.#ssrc = ssrc
      this.#sequence = sequence
      this.#expected = null
    } else if (ahead < 0) return
    if (this.#held.length === 0 && sequence === this.#sequence) {
      // In turn, as nearly all are.
      this.#pass(packet, isAudio)
      return
    }
    if (this.#held.some((other) => other.packet.sequence === sequence)) return
    const next = this.#sequence
    const distance = (held: Held) => sequenceAfter(next, held.packet.sequence)
    const kept = { ...packet, payload: Uint8Array.from(packet.payload) }
    this.#held = [...this.#held, { packet: kept, isAudio, atMs }].sort((a, b) => distance(a) - distance(b))
    this.#release(atMs)
  }

  /** Time has passed. */
  #release(atMs: number): void {
    for (;;) {
      const first = this.#held[0]
      if (!first) return
      const inTurn = first.packet.sequence === this.#sequence
      const longestWait = Math.min(...this.#held.map((held) => held.atMs))
      if (!inTurn && this.#held.length < mostHeld && atMs - longestWait < holdMs) return
      this.#take(first)
    }
  }

  /** Nothing more will come: all that waits is taken. */
  flush(): void {
    for (let first = this.#held[0]; first; first = this.#held[0]) this.#take(first)
  }

  #take({ packet, isAudio }: Held): void {
    this.#held.shift()
    this.#pass(packet, isAudio)
    packet.payload.fill(0)
  }

  #pass(packet: OrderedPacket, isAudio: boolean): void {
    this.#ssrc = packet.ssrc
    this.#sequence = (packet.sequence + 1) & 0xffff
    if (!isAudio) return
    const gap = this.#expected === null ? 0 : timestampAfter(this.#expected, packet.timestamp)
    if (gap > 0) this.#options.lost(Math.min(gap, longestGap))
    this.#expected = (packet.timestamp + packet.payload.length) >>> 0
    this.#options.media(packet)
  }
}
