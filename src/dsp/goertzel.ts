import { dtmfHz } from './dtmf-keypad.ts'

/** Samples of a hop: 2 ms at 8 kHz. */
export const hopSamples = 16
export const sampleRate = 8_000
/** Every frequency is whole Hz, so the phase of a hop's first sample repeats after a second: this many hops. */
const hopsOfASecond = sampleRate / hopSamples
/** Scale of the integer coefficients. 16 samples of ±8,191 times this stay inside 31 bits. */
const coefficientScale = 8_191

/**
 * Integer coefficients of one hop, sample by sample: cos of the eight frequencies, then -sin. Integer sums are exact,
 * so the WebAssembly kernel and this code cannot differ by a bit.
 */
const coefficients = new Float64Array(hopSamples * 16)
/** Phase of hop n: [n mod 500][frequency], already divided by the scale. */
const turnRe = new Float64Array(hopsOfASecond * 8)
const turnIm = new Float64Array(hopsOfASecond * 8)
for (let f = 0; f < 8; f++) {
  const radians = (2 * Math.PI * dtmfHz[f]!) / sampleRate
  for (let i = 0; i < hopSamples; i++) {
    coefficients[i * 16 + f] = Math.round(coefficientScale * Math.cos(radians * i))
    coefficients[i * 16 + 8 + f] = Math.round(-coefficientScale * Math.sin(radians * i))
  }
  for (let hop = 0; hop < hopsOfASecond; hop++) {
    const at = 2 * Math.PI * (((dtmfHz[f]! * hop * hopSamples) % sampleRate) / sampleRate)
    turnRe[hop * 8 + f] = Math.cos(at) / coefficientScale
    turnIm[hop * 8 + f] = -Math.sin(at) / coefficientScale
  }
}

/**
 * The sliding Goertzel of this engine: the discrete-time Fourier sums of one hop at the eight frequencies, with phase
 * counted from the channel's first sample. Sums of neighbouring hops then add up to any longer window.
 *
 * `samples` are 14-bit (16-bit linear / 4). Writes eight complex sums to `re` and `im` from `offset` on, and returns
 * the hop's energy (sum of squares).
 */
export function hopSums(
  samples: Int16Array,
  hop: number,
  re: Float64Array,
  im: Float64Array,
  offset: number,
): number {
  let energy = 0
  for (let i = 0; i < hopSamples; i++) energy += samples[i]! * samples[i]!
  const turn = (hop % hopsOfASecond) * 8
  for (let f = 0; f < 8; f++) {
    let a = 0
    let b = 0
    for (let i = 0; i < hopSamples; i++) {
      const x = samples[i]!
      a += x * coefficients[i * 16 + f]!
      b += x * coefficients[i * 16 + 8 + f]!
    }
    const c = turnRe[turn + f]!
    const s = turnIm[turn + f]!
    re[offset + f] = a * c - b * s
    im[offset + f] = a * s + b * c
  }
  return energy
}

/** Complex mean of e^{j(ωh-ωl)n} over the first 16·`hops` samples, for each pair (row × 4 + column): [re, im]. */
export function pairCorrelation(hops: number): Float64Array {
  const out = new Float64Array(32)
  const length = hops * hopSamples
  for (let pair = 0; pair < 16; pair++) {
    const step = (2 * Math.PI * (dtmfHz[4 + (pair & 3)]! - dtmfHz[pair >> 2]!)) / sampleRate
    for (let i = 0; i < length; i++) {
      out[pair * 2] = out[pair * 2]! + Math.cos(step * i) / length
      out[pair * 2 + 1] = out[pair * 2 + 1]! + Math.sin(step * i) / length
    }
  }
  return out
}

/** e^{j(ωh-ωl)n} at a hop's first sample, real part. `imPairTurn` is its imaginary part. */
export function rePairTurn(hop: number, low: number, high: number): number {
  const turn = (hop % hopsOfASecond) * 8
  const square = coefficientScale * coefficientScale
  return (turnRe[turn + low]! * turnRe[turn + high]! + turnIm[turn + low]! * turnIm[turn + high]!) * square
}

export function imPairTurn(hop: number, low: number, high: number): number {
  const turn = (hop % hopsOfASecond) * 8
  const square = coefficientScale * coefficientScale
  return (turnIm[turn + low]! * turnRe[turn + high]! - turnRe[turn + low]! * turnIm[turn + high]!) * square
}
