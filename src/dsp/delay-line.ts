import { hopSamples } from './goertzel.ts'
import type { StateBuffer } from './state-buffer.ts'

/** How much slower (or faster) than life audio plays while the delay grows (or shrinks): 8 %, no click, gap or repeat. */
const stretch = 0.08

/** What the caller sent and the agent has not heard yet, with a mark on each hop of it that must not be heard. */
export class DelayLine {
  readonly #codes: Int16Array
  readonly #marks: Uint8Array
  readonly #mask: number
  readonly #markMask: number
  readonly #lookahead: number
  /** [samples written, delay of the output in samples, delay aimed at] */
  readonly #at: Float64Array

  constructor(state: StateBuffer, lookaheadSamples: number) {
    let length = 256
    while (length < lookaheadSamples + 64) length *= 2
    this.#codes = state.int16(length)
    this.#marks = state.uint8(length / hopSamples)
    this.#mask = length - 1
    this.#markMask = length / hopSamples - 1
    this.#lookahead = lookaheadSamples
    this.#at = state.float64(3)
  }

  /** Bytes of state that a line of this look-ahead takes. */
  static bytes(lookaheadSamples: number): number {
    return 2 * (2 * (lookaheadSamples + 64) + 256) * 2 + 64
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

  push(code: number): void {
    const at = this.#at
    const sample = at[0]!
    if (sample % hopSamples === 0) this.#marks[(sample / hopSamples) & this.#markMask] = 0
    this.#codes[sample & this.#mask] = code
    at[0] = sample + 1
  }

  /** Moves the delay one sample's worth towards its aim. */
  glide(): void {
    const at = this.#at
    if (at[1]! < at[2]!) at[1] = Math.min(at[2]!, at[1]! + stretch)
    else if (at[1]! > at[2]!) at[1] = Math.max(at[2]!, at[1]! - stretch)
  }

  /** Marks everything from `reachHops` whole hops back to now. */
  mark(reachHops: number): void {
    const newest = Math.ceil(this.#at[0]! / hopSamples) - 1
    const oldest = Math.max(0, newest - Math.min(reachHops, this.#markMask) + 1)
    for (let hop = oldest; hop <= newest; hop++) this.#marks[hop & this.#markMask] = 1
  }

  /** Is the hop of this absolute sample marked? Samples before the first are not. */
  marked(sample: number): boolean {
    return sample >= 0 && this.#marks[Math.floor(sample / hopSamples) & this.#markMask] === 1
  }

  /** Is anything marked among what has not been heard? */
  get holdsMarked(): boolean {
    const from = Math.max(0, Math.floor(this.#at[0]! - this.#at[1]!))
    for (let sample = from; sample < this.#at[0]!; sample += hopSamples) if (this.marked(sample)) return true
    return this.#at[0]! > from && this.marked(this.#at[0]! - 1)
  }

  code(sample: number): number {
    return this.#codes[sample & this.#mask]!
  }
}
