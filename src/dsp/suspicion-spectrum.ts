import { highGroupHz, lowGroupHz } from './dtmf-keypad.ts'
import { hopSamples } from './goertzel.ts'
import type { StateBuffer } from './state-buffer.ts'
import { type ToneEvidence, windowHops } from './tone-evidence.ts'
import type { ToneSpectrum } from './tone-spectrum.ts'
import { TwoSineFit } from './two-sine-fit.ts'

const windowSamples = windowHops * hopSamples
const transformLength = 256
const binHz = 8_000 / transformLength
/** How far beside a sine its surroundings are looked at, in Hz: within a voice's harmonics, and between them. */
const besideHz = [70, 120]
/** Bands of what is not the pair, in Hz. */
const edgesHz = [
  150, 350, 550, 700, 850, 1_000, 1_150, 1_300, 1_450, 1_600, 1_800, 2_100, 2_500, 3_000, 3_500,
]
const edges = edgesHz.map((hz) => Math.round(hz / binHz))
/** Five for each sine, and one for each band. */
export const peakSigns = 2 * (1 + 2 * besideHz.length)
export const restSigns = edges.length - 1

const hann = Float64Array.from(
  { length: windowSamples },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 1)) / (windowSamples + 1)),
)
const scale = 2 / hann.reduce((sum, w) => sum + w, 0) ** 2
const cosines = Float64Array.from({ length: transformLength }, (_, i) =>
  Math.cos((2 * Math.PI * i) / transformLength),
)
const sines = Float64Array.from({ length: transformLength }, (_, i) =>
  Math.sin((2 * Math.PI * i) / transformLength),
)
/** Where the transform leaves a bin: the digits of its number to the base of 4, the last one first. */
const placeOf = Uint8Array.from({ length: transformLength }, (_, bin) => {
  let place = 0
  for (let digit = 1; digit < transformLength; digit *= 4) place = place * 4 + (Math.floor(bin / digit) & 3)
  return place
})

const db = (ratio: number) => 10 * Math.log10(ratio)

/**
 * What the last 18 ms hold besides the pair, and what the 18 ms before them held, frequency by frequency: a key stands
 * alone where nothing stood before, a voice's harmonic among others. One transform serves both stretches.
 */
export class SuspicionSpectrum {
  readonly #spectrum: ToneSpectrum
  readonly #evidence: ToneEvidence
  readonly #fit: TwoSineFit
  readonly #steps: Float64Array
  /** Real part: what the pair leaves of the window. Imaginary part: the stretch before. Then their transform. */
  readonly #re: Float64Array
  readonly #im: Float64Array

  constructor(state: StateBuffer, spectrum: ToneSpectrum, evidence: ToneEvidence) {
    this.#spectrum = spectrum
    this.#evidence = evidence
    this.#fit = new TwoSineFit(state, spectrum.samples, windowSamples)
    this.#steps = state.float64(2)
    this.#re = state.float64(transformLength)
    this.#im = state.float64(transformLength)
  }

  /** Writes `peakSigns` numbers to `values` from `at` on, and `restSigns` more, all in dB. */
  read(values: Float64Array, at: number): void {
    const steps = this.#steps
    const e = this.#evidence
    const low = lowGroupHz[e.key >> 2]! * (1 + 0.01 * e.lowOffsetPct)
    const high = highGroupHz[e.key & 3]! * (1 + 0.01 * e.highOffsetPct)
    steps[0] = (2 * Math.PI * low) / 8_000
    steps[1] = (2 * Math.PI * high) / 8_000
    const total = this.#transform()
    this.#readPeak(values, at, low, this.#fit.lowPower)
    this.#readPeak(values, at + peakSigns / 2, high, this.#fit.highPower)
    const floor = 1e-4 * total + 1
    for (let band = 0; band < restSigns; band++) {
      const from = edges[band]!
      const to = edges[band + 1]!
      let sum = 0
      for (let bin = from; bin < to; bin++) sum += this.#rest(bin)
      values[at + peakSigns + band] = db((sum / (to - from) + floor) / total)
    }
  }

  /** Returns the mean square of the window. */
  #transform(): number {
    const re = this.#re
    const im = this.#im
    const ring = this.#spectrum.samples
    const mask = ring.length - 1
    const start = (this.#spectrum.hops - windowHops) * hopSamples
    this.#fit.fit(start, windowSamples, this.#steps)
    this.#fit.leave(start, windowSamples, this.#steps, re)
    let sum = 0
    for (let i = 0; i < windowSamples; i++) {
      const sample = ring[(start + i) & mask]!
      sum += sample * sample
      re[i] = re[i]! * hann[i]!
      im[i] = ring[(start - windowSamples + i) & mask]! * hann[i]!
    }
    re.fill(0, windowSamples)
    im.fill(0, windowSamples)
    transform(re, im)
    return sum / windowSamples + 1
  }

  /** How a sine of `power` stands out of what was there before, and how it and that stand out of their surroundings. */
  #readPeak(values: Float64Array, at: number, hz: number, power: number): void {
    const before = this.#beforeAt(hz) + 1
    values[at] = db((power + 1) / before)
    for (const [i, beside] of besideHz.entries()) {
      const rest = 0.5 * (this.#restAt(hz - beside) + this.#restAt(hz + beside)) + 1
      const restBefore = 0.5 * (this.#beforeAt(hz - beside) + this.#beforeAt(hz + beside)) + 1
      values[at + 1 + 2 * i] = db((power + 1) / rest)
      values[at + 2 + 2 * i] = db(before / restBefore)
    }
  }

  #restAt(hz: number): number {
    const bin = Math.floor(hz / binHz)
    const part = hz / binHz - bin
    return (1 - part) * this.#rest(bin) + part * this.#rest(bin + 1)
  }

  #beforeAt(hz: number): number {
    const bin = Math.floor(hz / binHz)
    const part = hz / binHz - bin
    return (1 - part) * this.#before(bin) + part * this.#before(bin + 1)
  }

  /** Of two real signals transformed as one complex one, the first is what is even about zero. */
  #rest(bin: number): number {
    const at = placeOf[bin]!
    const mirrored = placeOf[transformLength - bin]!
    const re = 0.5 * (this.#re[at]! + this.#re[mirrored]!)
    const im = 0.5 * (this.#im[at]! - this.#im[mirrored]!)
    return scale * (re * re + im * im)
  }

  #before(bin: number): number {
    const at = placeOf[bin]!
    const mirrored = placeOf[transformLength - bin]!
    const re = 0.5 * (this.#im[at]! + this.#im[mirrored]!)
    const im = 0.5 * (this.#re[mirrored]! - this.#re[at]!)
    return scale * (re * re + im * im)
  }
}

/** Fourier transform in place, radix 4; bins end where `placeOf` tells. */
function transform(re: Float64Array, im: Float64Array): void {
  for (let quarter = transformLength / 4; quarter >= 1; quarter /= 4) {
    const stride = transformLength / 4 / quarter
    for (let k = 0; k < quarter; k++) {
      const turn = k * stride
      const c1 = cosines[turn]!
      const s1 = sines[turn]!
      const c2 = cosines[2 * turn]!
      const s2 = sines[2 * turn]!
      const c3 = cosines[3 * turn]!
      const s3 = sines[3 * turn]!
      for (let a = k; a < transformLength; a += 4 * quarter) {
        const b = a + quarter
        const c = b + quarter
        const d = c + quarter
        const evenRe = re[a]! + re[c]!
        const evenIm = im[a]! + im[c]!
        const oddRe = re[b]! + re[d]!
        const oddIm = im[b]! + im[d]!
        const acrossRe = re[a]! - re[c]!
        const acrossIm = im[a]! - im[c]!
        const turnedRe = im[b]! - im[d]!
        const turnedIm = re[d]! - re[b]!
        re[a] = evenRe + oddRe
        im[a] = evenIm + oddIm
        const re1 = acrossRe + turnedRe
        const im1 = acrossIm + turnedIm
        re[b] = re1 * c1 + im1 * s1
        im[b] = im1 * c1 - re1 * s1
        const re2 = evenRe - oddRe
        const im2 = evenIm - oddIm
        re[c] = re2 * c2 + im2 * s2
        im[c] = im2 * c2 - re2 * s2
        const re3 = acrossRe - turnedRe
        const im3 = acrossIm - turnedIm
        re[d] = re3 * c3 + im3 * s3
        im[d] = im3 * c3 - re3 * s3
      }
    }
  }
}
