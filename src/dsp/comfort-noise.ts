import type { StateBuffer } from './state-buffer.ts'
import { powerAt0Dbm0 } from './tone-spectrum.ts'

/** The line's own noise is never taken to be louder than this: -38 dBm0. */
const loudest = powerAt0Dbm0 * 10 ** -3.8

/** Noise at the level of the line's quiet moments, in 16-bit linear. It knows nothing of what it stands in for. */
export class ComfortNoise {
  /** [floor as mean square of 14-bit samples, last value, amplitude that gives the floor: 0 until it is needed] */
  readonly #level: Float64Array
  readonly #seed: Int32Array
  readonly #one: Float64Array

  constructor(state: StateBuffer) {
    this.#level = state.float64(3)
    this.#seed = state.int32(1)
    this.#one = state.float64(1)
    this.#level[0] = powerAt0Dbm0 * 1e-6
    this.#seed[0] = 0x2545f491
  }

  /** Learns from the mean square of a stretch without tones: falls at once, rises by about 4 dB a second. */
  learn(power: number): void {
    const level = this.#level
    const floor = level[0]!
    level[0] = power < floor ? floor + 0.2 * (power - floor) : Math.min(floor * 1.002 + 1e-3, loudest, power)
    level[2] = 0
  }

  next(): number {
    this.write(this.#one, 1)
    return this.#one[0]!
  }

  /** Writes the next `length` values. */
  write(values: Float64Array, length: number): void {
    const level = this.#level
    // Uniform in ±1 has a mean square of 1/3, which the low-pass below makes 4/9; 16-bit is four times 14-bit.
    if (level[2] === 0) level[2] = 4 * Math.sqrt((level[0]! * 9) / 4)
    const amplitude = level[2]!
    let smooth = level[1]!
    let seed = this.#seed[0]!
    for (let i = 0; i < length; i++) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0
      smooth = 0.5 * smooth + seed / 0x8000_0000
      values[i] = smooth * amplitude
    }
    level[1] = smooth
    this.#seed[0] = seed
  }
}
