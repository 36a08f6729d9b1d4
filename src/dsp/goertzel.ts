import { dtmfHz } from './dtmf-keypad.ts'

/** Samples of a hop: 2 ms at 8 kHz. */
export const hopSamples = 16
export const sampleRate = 8_000
/** Every frequency is whole Hz, so the phase of a hop's first sample repeats after a second: this many hops. */
export const hopsOfASecond = sampleRate / hopSamples
/** Scale of the integer coefficients. 16 samples of ±8,191 times this stay inside 31 bits. */
const coefficientScale = 8_191

/**
 * Integer coefficients of one hop: a row for cos of each of the eight frequencies, then a row for -sin of each. Sums
 * of integers are exact, so the WebAssembly kernel and the reference cannot differ by a bit.
 */
export const coefficients = new Int16Array(16 * hopSamples)
/** e^{-jωt} at the first sample of hop n, over the scale: [n mod 500][8 real parts, 8 imaginary parts]. */
export const turns = new Float64Array(hopsOfASecond * 16)
for (let f = 0; f < 8; f++) {
  const radians = (2 * Math.PI * dtmfHz[f]!) / sampleRate
  for (let i = 0; i < hopSamples; i++) {
    coefficients[f * hopSamples + i] = Math.round(coefficientScale * Math.cos(radians * i))
    coefficients[(8 + f) * hopSamples + i] = Math.round(-coefficientScale * Math.sin(radians * i))
  }
  for (let hop = 0; hop < hopsOfASecond; hop++) {
    const at = 2 * Math.PI * (((dtmfHz[f]! * hop * hopSamples) % sampleRate) / sampleRate)
    turns[hop * 16 + f] = Math.cos(at) / coefficientScale
    turns[hop * 16 + 8 + f] = -Math.sin(at) / coefficientScale
  }
}
/** What two `turns` multiply to is this much too small. */
export const turnSquare = coefficientScale * coefficientScale

/** Sum of squares of a hop. */
export function hopEnergy(samples: Int16Array, from: number): number {
  let energy = 0
  for (let i = 0; i < hopSamples; i++) energy += samples[from + i]! * samples[from + i]!
  return energy
}

/**
 * The sliding Goertzel of this engine: the discrete-time Fourier sums of one hop at the eight frequencies, with phase
 * counted from the channel's first sample. Sums of neighbouring hops then add up to any longer window.
 *
 * Reads 16 samples of 14 bits (16-bit linear / 4) from `from` on, and writes eight real and eight imaginary parts to
 * `sums` from `to` on.
 */
export function hopSums(
  samples: Int16Array,
  from: number,
  hop: number,
  sums: Float64Array,
  to: number,
): void {
  const turn = (hop % hopsOfASecond) * 16
  for (let f = 0; f < 8; f++) {
    let a = 0
    let b = 0
    const row = f * hopSamples
    for (let i = 0; i < hopSamples; i++) {
      const x = samples[from + i]!
      a += x * coefficients[row + i]!
      b += x * coefficients[row + 128 + i]!
    }
    const c = turns[turn + f]!
    const s = turns[turn + 8 + f]!
    sums[to + f] = a * c - b * s
    sums[to + 8 + f] = a * s + b * c
  }
}

/**
 * Complex mean c of e^{j(ωh-ωl)n} over the first 16·`hops` samples, for each pair (row × 4 + column):
 * [re, im, 1 / (1 - |c|²), unused].
 */
export function pairCorrelation(hops: number): Float64Array {
  const out = new Float64Array(64)
  const length = hops * hopSamples
  for (let pair = 0; pair < 16; pair++) {
    const step = (2 * Math.PI * (dtmfHz[4 + (pair & 3)]! - dtmfHz[pair >> 2]!)) / sampleRate
    for (let i = 0; i < length; i++) {
      out[pair * 4] = out[pair * 4]! + Math.cos(step * i) / length
      out[pair * 4 + 1] = out[pair * 4 + 1]! + Math.sin(step * i) / length
    }
    out[pair * 4 + 2] = 1 / (1 - out[pair * 4]! ** 2 - out[pair * 4 + 1]! ** 2)
  }
  return out
}
