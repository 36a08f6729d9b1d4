import { hopSamples } from './goertzel.ts'
import type { StateBuffer } from './state-buffer.ts'

/** How much slower (or faster) than life audio plays while the delay grows (or shrinks): 8 %, no click, gap or repeat. */
const stretch = 0.08

/** Samples before the newest that are asked for when the delay begins to grow. */
export const remembered = 3

/** Codes of the line: G.711 octets, or 16-bit linear samples. */
export type Codes = Uint8Array | Int16Array

/** What the caller sent and the agent has not heard yet, with a mark on each hop of it that must not be heard. */
export class DelayLine {
  readonly #codes: Int16Array
  readonly #marks: Uint8Array
  readonly #mask: number
  readonly #markMask: number
  readonly #lookahead: number
  /** [samples written, delay of the output in samples, delay aimed at, hops up to the last one marked] */
  readonly #at: Float64Array

  constructor(state: StateBuffer, lookaheadSamples: number) {
    const length = ringLength(lookaheadSamples)
    this.#codes = state.int16(length)
    this.#marks = state.uint8(length / hopSamples)
    this.#mask = length - 1
    this.#markMask = length / hopSamples - 1
    this.#lookahead = lookaheadSamples
    this.#at = state.float64(4)
  }

  /** Bytes of state that a line of this look-ahead takes. */
  static bytes(lookaheadSamples: number): number {
    return ringLength(lookaheadSamples) * (2 + 1 / hopSamples) + 72
  }

  get written(): number {
    return this.#at[0]!
  }

  /** Samples between what comes in and what goes out, with a fraction while it changes. */
  get delay(): number {
    return this.#at[1]!
  }

  /** True once the delay is what it should be: the whole look-ahead, or none. */
  get settled(): boolean {
    return this.#at[1] === this.#at[2]
  }

  get full(): boolean {
    return this.#at[1] === this.#lookahead
  }

  /** Grows the delay to the look-ahead: at once when nothing has been heard yet, gently otherwise. */
  grow(): void {
    const at = this.#at
    at[2] = this.#lookahead
    if (at[0] === 0) at[1] = this.#lookahead
  }

  shrink(): void {
    this.#at[2] = 0
  }

  /** Adds `codes[from, from + length)`: at most up to the end of the hop under way. */
  write(codes: Codes, from: number, length: number): void {
    const at = this.#at
    const sample = at[0]!
    if ((sample & (hopSamples - 1)) === 0) this.#marks[(sample / hopSamples) & this.#markMask] = 0
    const to = sample & this.#mask
    for (let i = 0; i < length; i++) this.#codes[to + i] = codes[from + i]!
    at[0] = sample + length
  }

  /** Adds whole hops, of which none is marked, and writes what leaves meanwhile: as `write` and `copy`, in one go. */
  through(input: Codes, from: number, length: number, output: Codes): void {
    const at = this.#at
    const codes = this.#codes
    const mask = this.#mask
    const sample = at[0]!
    // Whole numbers from here on: to keep track of the places by their distance from the first sample costs twice as much.
    let to = sample & mask
    let out = (sample - at[1]!) & mask
    for (let i = from; i < from + length; i++) {
      codes[to] = input[i]!
      output[i] = codes[out]!
      to = (to + 1) & mask
      out = (out + 1) & mask
    }
    for (let hop = 0; hop < length; hop += hopSamples)
      this.#marks[((sample + hop) / hopSamples) & this.#markMask] = 0
    at[0] = sample + length
  }

  /** As `write`, for codes without a delay, of any length: of these only the last matter, if the line is armed next. */
  pass(codes: Codes): void {
    const at = this.#at
    const sample = at[0]! + codes.length
    at[0] = sample
    this.#marks[((sample - 1) / hopSamples) & this.#markMask] = 0
    for (let i = Math.max(0, codes.length - remembered); i < codes.length; i++) {
      this.#codes[(sample - codes.length + i) & this.#mask] = codes[i]!
    }
  }

  /** As `pass`, for `samples` of which the last are `recent`, newest first. */
  skip(samples: number, recent: Int16Array): void {
    const at = this.#at
    const end = at[0]! + samples
    at[0] = end
    this.#marks[((end - 1) / hopSamples) & this.#markMask] = 0
    for (let i = 0; i < remembered; i++) this.#codes[(end - 1 - i) & this.#mask] = recent[i]!
  }

  /** Moves the delay one sample's worth towards its aim. */
  glide(): void {
    const at = this.#at
    if (at[1]! < at[2]!) at[1] = Math.min(at[2]!, at[1]! + stretch)
    else if (at[1]! > at[2]!) at[1] = Math.max(at[2]!, at[1]! - stretch)
  }

  /** Marks everything from `reachHops` hops back to now. */
  mark(reachHops: number): void {
    const newest = Math.ceil(this.#at[0]! / hopSamples) - 1
    const oldest = Math.max(0, newest - Math.min(reachHops, this.#markMask) + 1)
    for (let hop = oldest; hop <= newest; hop++) this.#marks[hop & this.#markMask] = 1
    this.#at[3] = newest + 1
  }

  /** Is the hop of this absolute sample marked? Samples before the first are not. */
  marked(sample: number): boolean {
    return sample >= 0 && this.#marks[Math.floor(sample / hopSamples) & this.#markMask] === 1
  }

  /** Is anything marked between two absolute samples, both included? */
  markedBetween(from: number, to: number): boolean {
    const first = Math.floor(Math.max(0, from) / hopSamples)
    // Nearly always nothing has been marked for long.
    if (first >= this.#at[3]!) return false
    const last = Math.floor(to / hopSamples)
    for (let hop = first; hop <= last; hop++) if (this.#marks[hop & this.#markMask] === 1) return true
    return false
  }

  /** Is everything marked between two absolute samples, both included? */
  markedThroughout(from: number, to: number): boolean {
    const last = Math.floor(to / hopSamples)
    for (let hop = Math.floor(Math.max(0, from) / hopSamples); hop <= last; hop++) {
      if (this.#marks[hop & this.#markMask] === 0) return false
    }
    return true
  }

  /** Is anything marked among what has not been heard? */
  get holdsMarked(): boolean {
    const at = this.#at
    return at[0]! > 0 && at[1]! > 0 && this.markedBetween(Math.floor(at[0]! - at[1]!), at[0]! - 1)
  }

  /** Copies `length` codes from absolute sample `from` on. */
  copy(from: number, length: number, output: Codes, to: number): void {
    const codes = this.#codes
    const mask = this.#mask
    const first = from & mask
    for (let i = 0; i < length; i++) output[to + i] = codes[(first + i) & mask]!
  }

  code(sample: number): number {
    return this.#codes[sample & this.#mask]!
  }
}

/** A power of two with room for the look-ahead, a hop that is being written and the samples around a fraction. */
function ringLength(lookaheadSamples: number): number {
  let length = 256
  while (length < lookaheadSamples + 3 * hopSamples) length *= 2
  return length
}
