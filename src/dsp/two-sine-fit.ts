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
  /** Normal equations: 4 × 4, upper triangle first, then the four coefficients (cos and sin of each sine). */
  readonly #m: Float64Array
  readonly #parts: Float64Array

  constructor(state: StateBuffer, ring: Int16Array, longestSamples: number) {
    this.#ring = ring
    this.#m = state.float64(20)
    this.#parts = state.float64((4 * longestSamples) / partSamples)
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
    for (let p = 0; p < parts; p++) {
      this.fit(start + p * partSamples, partSamples, steps)
      for (let i = 0; i < 4; i++) this.#parts[4 * p + i] = this.#m[coefficientsAt + i]!
    }
    for (const [sine, step] of steps.entries()) {
      steps[sine] = step + this.#turn(parts, 2 * sine, step * partSamples) / partSamples
    }
  }

  fit(start: number, samples: number, steps: Float64Array): void {
    const m = this.#m
    const mask = this.#ring.length - 1
    const lc = Math.cos(steps[0]!)
    const ls = Math.sin(steps[0]!)
    const hc = Math.cos(steps[1]!)
    const hs = Math.sin(steps[1]!)
    m.fill(0)
    let a = 1
    let b = 0
    let c = 1
    let d = 0
    for (let i = 0; i < samples; i++) {
      const x = this.#ring[(start + i) & mask]!
      m[0]! += a * a
      m[1]! += a * b
      m[2]! += a * c
      m[3]! += a * d
      m[5]! += b * b
      m[6]! += b * c
      m[7]! += b * d
      m[10]! += c * c
      m[11]! += c * d
      m[15]! += d * d
      m[16]! += a * x
      m[17]! += b * x
      m[18]! += c * x
      m[19]! += d * x
      const a0 = a
      a = a * lc - b * ls
      b = a0 * ls + b * lc
      const c0 = c
      c = c * hc - d * hs
      d = c0 * hs + d * hc
    }
    solve(m)
  }

  /** What the last fit leaves of the samples it was made of. Returns its mean square. */
  leave(start: number, samples: number, steps: Float64Array, rest: Float64Array): number {
    const m = this.#m
    const mask = this.#ring.length - 1
    const lc = Math.cos(steps[0]!)
    const ls = Math.sin(steps[0]!)
    const hc = Math.cos(steps[1]!)
    const hs = Math.sin(steps[1]!)
    let a = 1
    let b = 0
    let c = 1
    let d = 0
    let sum = 0
    for (let i = 0; i < samples; i++) {
      const left = this.#ring[(start + i) & mask]! - (m[16]! * a + m[17]! * b + m[18]! * c + m[19]! * d)
      rest[i] = left
      sum += left * left
      const a0 = a
      a = a * lc - b * ls
      b = a0 * ls + b * lc
      const c0 = c
      c = c * hc - d * hs
      d = c0 * hs + d * hc
    }
    return sum / samples
  }

  /** Corrects `steps` by what the last fit left of `samples`: one step of Gauss and Newton, each sine for itself. */
  sharpen(samples: number, rest: Float64Array, steps: Float64Array): void {
    const middle = (samples - 1) / 2
    const weight = (samples * (samples * samples - 1)) / 24
    for (const [sine, step] of steps.entries()) {
      let re = 0
      let im = 0
      for (let i = 0; i < samples; i++) {
        const x = (i - middle) * rest[i]!
        re += x * Math.cos(step * i)
        im -= x * Math.sin(step * i)
      }
      const a = this.#m[coefficientsAt + 2 * sine]!
      const b = this.#m[coefficientsAt + 2 * sine + 1]!
      // Seen from the sine's own phasor a - jb, what grows with time at a right angle to it is frequency.
      steps[sine] = step + (a * im + b * re) / (weight * (a * a + b * b))
    }
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

/** Gauss–Jordan on the symmetric 4 × 4 system, in place. */
function solve(m: Float64Array): void {
  for (let r = 1; r < 4; r++) for (let c = 0; c < r; c++) m[r * 4 + c] = m[c * 4 + r]!
  for (let p = 0; p < 4; p++) {
    const pivot = m[p * 5]!
    for (let r = 0; r < 4; r++) {
      if (r === p) continue
      const k = m[r * 4 + p]! / pivot
      for (let c = p; c < 4; c++) m[r * 4 + c]! -= k * m[p * 4 + c]!
      m[coefficientsAt + r]! -= k * m[coefficientsAt + p]!
    }
  }
  for (let p = 0; p < 4; p++) m[coefficientsAt + p]! /= m[p * 5]!
}
