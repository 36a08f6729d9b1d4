/** Zero crossings of the sinc on each side: what lies beyond the pass band is more than 60 dB down. */
const zeroCrossings = 16
/** Steps of the kernel's table per zero crossing; linear between them, an error below -80 dB. */
const tableSteps = 512
/** Share of the lower Nyquist frequency that passes. */
const passBand = 0.92

/** Kaiser-windowed sinc (β = 8), one side, sampled at `tableSteps` per zero crossing. */
const kernel = buildKernel()

function buildKernel(): Float32Array {
  const length = zeroCrossings * tableSteps
  const table = new Float32Array(length + 2)
  for (let i = 0; i <= length; i++) {
    const x = i / tableSteps
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
    const edge = x / zeroCrossings
    table[i] = (sinc * bessel0(8 * Math.sqrt(Math.max(0, 1 - edge * edge)))) / bessel0(8)
  }
  return table
}

/** Modified Bessel function of the first kind, order 0. */
function bessel0(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

/**
 * A stream of samples from one rate to another, band-limited to the lower of the two Nyquist frequencies: what a
 * telephone line needs on its way to and from a sound card. Any portion size, no allocation after construction.
 * Delay: 16 samples of the lower rate (2 ms at 8 kHz).
 */
export class RateConverter {
  readonly #step: number
  readonly #cutoff: number
  readonly #half: number
  readonly #held: Float32Array
  #length: number
  /** Place of the next output sample in `#held`. */
  #at: number

  /** `longestInput`: the largest portion that `convert` will be given, in samples. */
  constructor(fromRate: number, toRate: number, longestInput: number) {
    this.#step = fromRate / toRate
    this.#cutoff = passBand * Math.min(1, toRate / fromRate)
    this.#half = Math.ceil(zeroCrossings / this.#cutoff)
    this.#held = new Float32Array(2 * this.#half + 2 + Math.ceil(this.#step) + longestInput)
    // The stream begins in silence, so that the first sample has neighbours on both sides.
    this.#length = this.#half
    this.#at = this.#half
  }

  /** Takes all of `input`, writes what is due to `output` and returns how many samples that is. */
  convert(input: Float32Array, output: Float32Array): number {
    this.#held.set(input, this.#length)
    this.#length += input.length
    let written = 0
    while (this.#at + this.#half < this.#length && written < output.length) {
      output[written++] = this.#sampleAt(this.#at)
      this.#at += this.#step
    }
    const spent = Math.max(0, Math.min(Math.floor(this.#at) - this.#half, this.#length))
    this.#held.copyWithin(0, spent, this.#length)
    this.#length -= spent
    this.#at -= spent
    return written
  }

  #sampleAt(at: number): number {
    const first = Math.ceil(at - this.#half)
    const last = Math.floor(at + this.#half)
    let sum = 0
    for (let k = Math.max(0, first); k <= last; k++) {
      const place = Math.abs(k - at) * this.#cutoff * tableSteps
      const index = Math.floor(place)
      if (index >= zeroCrossings * tableSteps) continue
      const low = kernel[index]!
      sum += this.#held[k]! * (low + (kernel[index + 1]! - low) * (place - index))
    }
    return sum * this.#cutoff
  }
}
