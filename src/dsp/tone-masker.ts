import type { ComfortNoise } from './comfort-noise.ts'
import type { Codes, DelayLine } from './delay-line.ts'
import { hopSamples } from './goertzel.ts'
import type { StateBuffer } from './state-buffer.ts'
import type { ToneChannelOptions } from './tone-channel.ts'

/** Length of a fade, in samples: 1.5 ms. It lies outside the marked stretch. */
const fade = 12
/** The fixed tone: 400 Hz at about -30 dBm0, the same for every key. */
const toneHz = 400
const tonePeak = 705

/** How codes of the line become 16-bit linear samples and back. */
export type LineCode = {
  /** 16-bit linear of a code. */
  linear(code: number): number
  /** Code of a 16-bit linear sample. */
  code(linear: number): number
  readonly silence: number
}

export type ToneMaskerOptions = {
  readonly state: StateBuffer
  readonly line: DelayLine
  readonly noise: ComfortNoise
  readonly lineCode: LineCode
  readonly fill: ToneChannelOptions['fill']
}

/** Takes samples out of the delay line; what is marked is replaced, never notched or attenuated. */
export class ToneMasker {
  readonly #options: ToneMaskerOptions
  /** [gain of the caller, phase of the fixed tone] */
  readonly #s: Float64Array
  readonly #values: Float64Array

  constructor(options: ToneMaskerOptions) {
    this.#options = options
    this.#s = options.state.float64(2)
    this.#values = options.state.float64(hopSamples)
    this.#s[0] = 1
  }

  /** True while whatever comes goes out as it came, until something is marked. */
  get open(): boolean {
    const { line } = this.#options
    return (
      this.#s[0] === 1 && line.settled && line.delay > 0 && line.written >= line.delay && !line.holdsMarked
    )
  }

  /** Writes the codes for the agent that belong to the last `length` that were written to the line: at most a hop. */
  take(output: Codes, to: number, length: number): void {
    const { line } = this.#options
    const oldest = line.written - length
    const from = oldest - line.delay
    if (this.#s[0] === 1 && line.settled && from >= 0 && !line.markedBetween(from, from + length + fade)) {
      line.copy(from, length, output, to)
      return
    }
    if (this.#s[0] === 0 && line.settled && from >= 0 && line.markedThroughout(from, from + length - 1)) {
      this.#fill(output, to, length)
      return
    }
    for (let i = 0; i < length; i++) {
      line.glide()
      output[to + i] = this.#next(oldest + i)
    }
  }

  /** The code for the agent at the instant of sample `now`. */
  #next(now: number): number {
    const { line, lineCode } = this.#options
    const at = now - line.delay
    const sample = Math.floor(at)
    const gain = this.#turnGain(sample, now)
    if (gain === 1) {
      return at === sample ? this.#codeAt(sample) : lineCode.code(this.#between(sample, at - sample, now))
    }
    if (gain === 0) return this.#fillCode()
    const filling = this.#fillSample()
    return lineCode.code(Math.round(gain * this.#between(sample, at - sample, now) + (1 - gain) * filling))
  }

  /** Codes of nothing but what stands in for the caller: at most a hop. */
  #fill(output: Codes, to: number, length: number): void {
    const { fill, lineCode, noise } = this.#options
    if (fill !== 'noise') {
      for (let i = 0; i < length; i++) output[to + i] = this.#fillCode()
      return
    }
    const values = this.#values
    noise.write(values, length)
    for (let i = 0; i < length; i++) output[to + i] = lineCode.code(Math.round(values[i]!))
  }

  #fillCode(): number {
    const { fill, lineCode } = this.#options
    return fill === 'silence' ? lineCode.silence : lineCode.code(this.#fillSample())
  }

  #codeAt(sample: number): number {
    return sample < 0 ? this.#options.lineCode.silence : this.#options.line.code(sample)
  }

  #linear(sample: number): number {
    return sample < 0 ? 0 : this.#options.lineCode.linear(this.#options.line.code(sample))
  }

  /** Linear samples between two codes, while the delay glides: cubic (Catmull-Rom) once there are two samples ahead. */
  #between(sample: number, fraction: number, now: number): number {
    const b = this.#linear(sample)
    if (fraction === 0) return b
    const c = this.#linear(sample + 1)
    if (sample + 2 > now) return Math.round(b + fraction * (c - b))
    const a = this.#linear(sample - 1)
    const d = this.#linear(sample + 2)
    const curve = c - a + fraction * (2 * a - 5 * b + 4 * c - d + fraction * (3 * (b - c) + d - a))
    return Math.max(-32_768, Math.min(32_767, Math.round(b + 0.5 * fraction * curve)))
  }

  #turnGain(sample: number, now: number): number {
    const { line } = this.#options
    const s = this.#s
    const ahead = Math.min(sample + fade, now)
    if (line.marked(sample) || (line.delay > 0 && line.marked(sample + 1))) s[0] = 0
    else if (line.marked(ahead)) s[0] = Math.max(0, s[0]! - 1 / fade)
    else s[0] = Math.min(1, s[0]! + 1 / fade)
    // Twelve twelfths must be one, or audio would not come back bit-exact.
    if (s[0]! > 0.999) s[0] = 1
    return s[0]!
  }

  #fillSample(): number {
    if (this.#options.fill === 'silence') return 0
    if (this.#options.fill === 'noise') return Math.round(this.#options.noise.next())
    const s = this.#s
    s[1] = (s[1]! + toneHz / 8_000) % 1
    return Math.round(tonePeak * Math.sin(2 * Math.PI * s[1]!))
  }
}
