import { gate, int, LegNumbers } from '../leg-numbers.ts'
import { type RtpPacket, sequenceAfter, timestampAfter } from './rtp-packet.ts'

export type OrderedPacket = Pick<RtpPacket, 'sequence' | 'timestamp' | 'ssrc' | 'payload'>

export type RtpOrderOptions = {
  /** Takes audio in order. */
  readonly media: (packet: OrderedPacket) => void
  /** Timestamp units of audio that never came, before the next that did. */
  readonly lost: (units: number) => void
  /** Where it keeps count. */
  readonly numbers?: LegNumbers
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
  readonly #numbers: LegNumbers
  /** A stream has begun. */
  #begun = false
  /** Its first audio has come. */
  #spoken = false

  constructor(options: RtpOrderOptions) {
    this.#options = options
    this.#numbers = options.numbers ?? new LegNumbers()
  }

  /** `isAudio`: false for packets that only use up a sequence number here. */
  push(packet: OrderedPacket, isAudio: boolean, atMs: number): void {
    const { ssrc, sequence } = packet
    const { ints, at } = this.#numbers
    const isKnown = this.#begun && ints[at + int.ssrcIn] === (ssrc | 0)
    const ahead = isKnown ? sequenceAfter(ints[at + int.sequenceIn]!, sequence) : null
    if (ahead === null || Math.abs(ahead) > longestJump) {
      this.flush()
      this.#begun = true
      this.#spoken = false
      ints[at + int.ssrcIn] = ssrc
      ints[at + int.sequenceIn] = sequence
    } else if (ahead < 0) return
    if (this.#held.length === 0 && sequence === ints[at + int.sequenceIn]) {
      // In turn, as nearly all are.
      this.#pass(packet, isAudio)
      return
    }
    if (this.#held.some((other) => other.packet.sequence === sequence)) return
    const next = ints[at + int.sequenceIn]!
    const distance = (held: Held) => sequenceAfter(next, held.packet.sequence)
    const kept = { ...packet, payload: Uint8Array.from(packet.payload) }
    this.#held = [...this.#held, { packet: kept, isAudio, atMs }].sort((a, b) => distance(a) - distance(b))
    this.#release(atMs)
    this.#gate()
  }

  /** Time has passed. */
  #release(atMs: number): void {
    for (;;) {
      const first = this.#held[0]
      if (!first) return
      const inTurn = first.packet.sequence === this.#numbers.ints[this.#numbers.at + int.sequenceIn]
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
    const { ints, at } = this.#numbers
    ints[at + int.ssrcIn] = packet.ssrc
    ints[at + int.sequenceIn] = (packet.sequence + 1) & 0xffff
    if (isAudio) {
      const gap = this.#spoken ? timestampAfter(ints[at + int.timestampIn]!, packet.timestamp) : 0
      if (gap > 0) this.#options.lost(Math.min(gap, longestGap))
      this.#spoken = true
      ints[at + int.timestampIn] = packet.timestamp + packet.payload.length
      this.#options.media(packet)
    }
    this.#gate()
  }

  /** Audio in turn may go straight on only while nobody waits for another's. */
  #gate(): void {
    this.#numbers.setGate('gatesIn', gate.order, !this.#spoken || this.#held.length > 0)
  }
}
