import type { StateBuffer } from './state-buffer.ts'
import type { ToneEvent } from './tone-channel.ts'

/** A frame of 60 ms cannot hold more; when nobody drains, the oldest are lost. */
const capEvents = 16
const fields = 8

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Decisions that wait to be drained. They carry digits, so they live in the channel's state and are wiped when told. */
export class EventQueue {
  readonly #slots: Float64Array
  /** [events ever pushed, events ever drained] */
  readonly #counts: Float64Array
  readonly #event: Mutable<ToneEvent> = {
    at: 'onset',
    press: 0,
    digit: 0,
    onsetSample: 0,
    atSample: 0,
    levelDbm0: 0,
    twistDb: 0,
    confidence: 0,
  }

  constructor(state: StateBuffer) {
    this.#slots = state.float64(capEvents * fields)
    this.#counts = state.float64(2)
  }

  push(event: Omit<ToneEvent, 'at'>, at: ToneEvent['at']): void {
    const counts = this.#counts
    if (counts[0]! - counts[1]! >= capEvents) counts[1] = counts[1]! + 1
    const slot = (counts[0]! % capEvents) * fields
    counts[0] = counts[0]! + 1
    const slots = this.#slots
    slots[slot] = at === 'onset' ? 0 : 1
    slots[slot + 1] = event.press
    slots[slot + 2] = event.digit
    slots[slot + 3] = event.onsetSample
    slots[slot + 4] = event.atSample
    slots[slot + 5] = event.levelDbm0
    slots[slot + 6] = event.twistDb
    slots[slot + 7] = event.confidence
  }

  drain(listener: (event: ToneEvent) => void): void {
    const counts = this.#counts
    if (counts[0] === counts[1]) return
    const event = this.#event
    try {
      while (counts[1]! < counts[0]!) {
        const slot = (counts[1]! % capEvents) * fields
        const slots = this.#slots
        counts[1] = counts[1]! + 1
        event.at = slots[slot] === 0 ? 'onset' : 'end'
        event.press = slots[slot + 1]!
        event.digit = slots[slot + 2]!
        event.onsetSample = slots[slot + 3]!
        event.atSample = slots[slot + 4]!
        event.levelDbm0 = slots[slot + 5]!
        event.twistDb = slots[slot + 6]!
        event.confidence = slots[slot + 7]!
        slots.fill(0, slot, slot + fields)
        listener(event)
      }
    } finally {
      event.digit = 0
    }
  }
}
