import type { StateBuffer } from './state-buffer.ts'

/** A part of a stretch whose two sines are measured apart from the others, in samples: 4 ms. */
export const partSamples = 32
const coefficientsAt = 16

/**
 * Two sines of known frequencies fitted to samples by least squares. `ring` is a ring of samples whose length is a
 * power of two; frequencies are in radians a sample.
 */
export class TwoSineFit {
  readonly #ring: Int16Array
  /** Normal equations: 4 × 4, inverted, then the four coefficients (cos and sin of each sine). */
  readonly #m: Float64Array
  readonly #parts: Float64Array
  readonly #sum: Float64Array
  readonly #kept: Float64Array

  constructor(state: StateBuffer, ring: Int16Array, longestSamples: number) {
    this.#ring = ring
    this.#m = state.float64(20)
    this.#parts = state.float64((4 * longestSamples) / partSamples)
    this.#sum = state.float64(2)
    this.#kept = state.float64(4)
  }

  get lowPower(): number {
    return (this.#m[16]! ** 2 + this.#m[17]! ** 2) / 2
  }

  get highPower(): number {
    return (this.#m[18]! ** 2 + this.#m[19]! ** 2) / 2
  }

  /** What two sines near `steps` really advance by in a sample, from their phases over the parts. Written to `steps`. */
  refine(start: number, samples: number, steps: Float64Array): void {
    const parts = Math.floor(samples / partSamples)
    this.#prepare(partSamples, steps)
    for (let p = 0; p < parts; p++) {
      this.#project(start + p * partSamples, partSamples, steps)
      for (let i = 0; i < 4; i++) this.#parts[4 * p + i] = this.#m[coefficientsAt + i]!
    }
    for (let sine = 0; sine < 2; sine++) {
      const step = steps[sine]!
      steps[sine] = step + this.#turn(parts, 2 * sine, step * partSamples) / partSamples
    }
  }

  /** Returns the mean square of what the sines leave of the samples. */
  fit(start: number, samples: number, steps: Float64Array): number {
    this.#prepare(samples, steps)
    return this.#project(start, samples, steps) / samples
  }

  /** Another fit may turn out to be a worse one: `recall` undoes those since `keep`. */
  keep(): void {
    for (let i = 0; i < 4; i++) this.#kept[i] = this.#m[coefficientsAt + i]!
  }

  recall(): void {
    for (let i = 0; i < 4; i++) this.#m[coefficientsAt + i] = this.#kept[i]!
  }

  /** The normal equations, which are the same wherever the samples are, inverted. */
  #prepare(samples: number, steps: Float64Array): void {
    const m = this.#m
    const low = steps[0]!
    const high = steps[1]!
    const sum = this.#sum
    const half = samples / 2
    sumOfTurns(2 * low, samples, sum)
    m[0] = half + sum[0]! / 2
    m[1] = sum[1]! / 2
    m[5] = half - sum[0]! / 2
    sumOfTurns(2 * high, samples, sum)
    m[10] = half + sum[0]! / 2
    m[11] = sum[1]! / 2
    m[15] = half - sum[0]! / 2
    sumOfTurns(low + high, samples, sum)
    const re = sum[0]! / 2
    const im = sum[1]! / 2
    sumOfTurns(high - low, samples, sum)
    m[2] = sum[0]! / 2 + re
    m[7] = sum[0]! / 2 - re
    m[3] = im + sum[1]! / 2
    m[6] = im - sum[1]! / 2
    invert(m)
  }

  /** The coefficients of the sines in samples for which the equations were prepared. Returns the sum of squares that they leave. */
  #project(start: number, samples: number, steps: Float64Array): number {
    const ring = this.#ring
    const mask = ring.length - 1
    const first = start & mask
    const lc = Math.cos(steps[0]!)
    const ls = Math.sin(steps[0]!)
    const hc = Math.cos(steps[1]!)
    const hs = Math.sin(steps[1]!)
    let [a, b, c, d] = [1, 0, 1, 0]
    let [pa, pb, pc, pd, energy] = [0, 0, 0, 0, 0]
    for (let i = 0; i < samples; i++) {
      const x = ring[(first + i) & mask]!
      energy += x * x
      pa += a * x
      pb += b * x
      pc += c * x
      pd += d * x
      const a0 = a
      a = a * lc - b * ls
      b = a0 * ls + b * lc
      const c0 = c
      c = c * hc - d * hs
      d = c0 * hs + d * hc
    }
    const m = this.#m
    for (let i = 0; i < 4; i++)
      m[coefficientsAt + i] = m[4 * i]! * pa + m[4 * i + 1]! * pb + m[4 * i + 2]! * pc + m[4 * i + 3]! * pd
    return Math.max(0, energy - (pa * m[16]! + pb * m[17]! + pc * m[18]! + pd * m[19]!))
  }

  /** What the last fit leaves of the samples it was made of. */
  leave(start: number, samples: number, steps: Float64Array, rest: Float64Array): void {
    const ring = this.#ring
    const mask = ring.length - 1
    const first = start & mask
    const [ma, mb, mc, md] = [this.#m[16]!, this.#m[17]!, this.#m[18]!, this.#m[19]!]
    const lc = Math.cos(steps[0]!)
    const ls = Math.sin(steps[0]!)
    const hc = Math.cos(steps[1]!)
    const hs = Math.sin(steps[1]!)
    let [a, b, c, d] = [1, 0, 1, 0]
    for (let i = 0; i < samples; i++) {
      rest[i] = ring[(first + i) & mask]! - (ma * a + mb * b + mc * c + md * d)
      const a0 = a
      a = a * lc - b * ls
      b = a0 * ls + b * lc
      const c0 = c
      c = c * hc - d * hs
      d = c0 * hs + d * hc
    }
  }

  /** Corrects `steps` by what the last fit leaves of its samples: one step of Gauss and Newton, each sine for itself. */
  sharpen(start: number, samples: number, steps: Float64Array): void {
    const ring = this.#ring
    const mask = ring.length - 1
    const first = start & mask
    const middle = (samples - 1) / 2
    const [ma, mb, mc, md] = [this.#m[16]!, this.#m[17]!, this.#m[18]!, this.#m[19]!]
    const lc = Math.cos(steps[0]!)
    const ls = Math.sin(steps[0]!)
    const hc = Math.cos(steps[1]!)
    const hs = Math.sin(steps[1]!)
    let [a, b, c, d] = [1, 0, 1, 0]
    let [lowRe, lowIm, highRe, highIm] = [0, 0, 0, 0]
    for (let i = 0; i < samples; i++) {
      const left = ring[(first + i) & mask]! - (ma * a + mb * b + mc * c + md * d)
      const x = (i - middle) * left
      lowRe += x * a
      lowIm -= x * b
      highRe += x * c
      highIm -= x * d
      const a0 = a
      a = a * lc - b * ls
      b = a0 * ls + b * lc
      const c0 = c
      c = c * hc - d * hs
      d = c0 * hs + d * hc
    }
    // Seen from a sine's own phasor a - jb, what grows with time at a right angle to it is frequency.
    const weight = (samples * (samples * samples - 1)) / 24
    steps[0]! += (ma * lowIm + mb * lowRe) / (weight * (ma * ma + mb * mb))
    steps[1]! += (mc * highIm + md * highRe) / (weight * (mc * mc + md * md))
  }

  /** Mean angle by which the sine at `at` of the parts goes ahead of `expected` from part to part. */
  #turn(parts: number, at: number, expected: number): number {
    const a = this.#parts
    const c = Math.cos(expected)
    const s = Math.sin(expected)
    let sumRe = 0
    let sumIm = 0
    for (let i = at; i < 4 * (parts - 1); i += 4) {
      // The phasor of a·cos + b·sin is a - jb.
      const re = a[i]! * a[i + 4]! + a[i + 1]! * a[i + 5]!
      const im = a[i + 1]! * a[i + 4]! - a[i]! * a[i + 5]!
      sumRe += re * c + im * s
      sumIm += im * c - re * s
    }
    return Math.atan2(sumIm, sumRe)
  }
}

/** Sum of e^{jθi} over `samples` values of i from 0 on: [re, im] in `out`. θ may not be a whole turn. */
function sumOfTurns(theta: number, samples: number, out: Float64Array): void {
  const size = Math.sin((samples * theta) / 2) / Math.sin(theta / 2)
  const angle = ((samples - 1) * theta) / 2
  out[0] = size * Math.cos(angle)
  out[1] = size * Math.sin(angle)
}

/** Inverts the symmetric 4 × 4 matrix whose upper triangle is given, in place, by Gauss and Jordan. */
function invert(m: Float64Array): void {
  for (let r = 1; r < 4; r++) for (let c = 0; c < r; c++) m[r * 4 + c] = m[c * 4 + r]!
  for (let p = 0; p < 4; p++) {
    const pivot = 1 / m[p * 5]!
    m[p * 5] = 1
    for (let c = 0; c < 4; c++) m[p * 4 + c]! *= pivot
    for (let r = 0; r < 4; r++) {
      if (r === p) continue
      const k = m[r * 4 + p]!
      m[r * 4 + p] = 0
      for (let c = 0; c < 4; c++) m[r * 4 + c]! -= k * m[p * 4 + c]!
    }
  }
}
