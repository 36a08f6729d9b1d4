import { hopSamples, hopsOfASecond, pairCorrelation, turnSquare, turns } from '../goertzel.ts'
import { fitField, ringHops } from './tone-kernel.ts'

const ringMask = ringHops - 1
/** A group this much weaker than the other may be no more than the other's leakage: -6 dB. */
const leakageShare = 0.25
const longestBlock = 5
export const correlations = Array.from({ length: longestBlock + 1 }, (_, hops) =>
  pairCorrelation(Math.max(1, hops)),
)

/** Scratch of a fit: [3 × (8 re, 8 im)] blocks, [3 × (low re, low im, high re, high im)] sines, [8] energies, [2] of a refit. */
export const scratchLength = 48 + 12 + 8 + 2
const sinesAt = 48
const energiesAt = 60
const refitAt = 68

/**
 * Fits of two sines to windows of hop sums. A window is cut into three blocks; each block gives a phasor for every
 * frequency; the pair's leakage into each other is taken out; the phase advance from block to block gives the true
 * frequencies, at which the blocks are added up again.
 */
export class PairFit {
  readonly #sums: Float64Array
  readonly #energy: Float64Array
  readonly #w: Float64Array

  constructor(sums: Float64Array, energy: Float64Array, scratch: Float64Array) {
    this.#sums = sums
    this.#energy = energy
    this.#w = scratch
  }

  /** Mean square over `hops` from hop `first` on. */
  power(hops: number, first: number): number {
    const energy = this.#energy
    const from = first & ringMask
    let sum = 0
    for (let i = 0; i < hops; i++) sum += energy[(from + i) & ringMask]!
    return sum / (hops * hopSamples)
  }

  /** Fits the strongest pair to 3 × `blockHops` hops from hop `first` on. Writes `fitFields` numbers to `fit`. */
  fit(blockHops: number, first: number, fit: Float64Array, to: number): void {
    const w = this.#w
    this.#sumBlocks(blockHops, first)
    for (let f = 0; f < 8; f++) {
      let energy = 0
      for (let b = 0; b < 48; b += 16) energy += w[b + f]! * w[b + f]! + w[b + 8 + f]! * w[b + 8 + f]!
      w[energiesAt + f] = energy
    }
    this.fitSummed(blockHops, first, fit, to)
  }

  /** As `fit`, once the blocks and the energies of the eight frequencies are in the scratch. */
  fitSummed(blockHops: number, first: number, fit: Float64Array, to: number): void {
    const w = this.#w
    let low = this.strongest(0)
    let high = this.strongest(4)
    const lowEnergy = w[energiesAt + low]!
    const highEnergy = w[energiesAt + high]!
    if (highEnergy < lowEnergy * leakageShare) high = this.#underneath(blockHops, first, low, 4)
    else if (lowEnergy < highEnergy * leakageShare) low = this.#underneath(blockHops, first, high, 0)
    this.#separate(blockHops, first, low, high)
    const total = this.power(3 * blockHops, first)
    const lowPower = this.#refit(blockHops, 0)
    const lowOffset = w[refitAt]!
    const lowSteadiness = w[refitAt + 1]!
    const highPower = this.#refit(blockHops, 2)
    fit[to + fitField.pair] = low * 4 + high - 4
    fit[to + fitField.lowPower] = lowPower
    fit[to + fitField.highPower] = highPower
    fit[to + fitField.totalPower] = total
    fit[to + fitField.purity] = total > 0 ? (lowPower + highPower) / total : 0
    fit[to + fitField.steadiness] = Math.min(lowSteadiness, w[refitAt + 1]!)
    fit[to + fitField.lowOffsetHz] = lowOffset
    fit[to + fitField.highOffsetHz] = w[refitAt]!
  }

  /** Mean squares of the two sines of `pair` over `hops` (≤ 5) from hop `first` on: [low, high] in `out`. */
  pairPower(pair: number, hops: number, first: number, out: Float64Array): void {
    const low = pair >> 2
    const high = 4 + (pair & 3)
    const w = this.#w
    let lr = 0
    let li = 0
    let hr = 0
    let hi = 0
    const sums = this.#sums
    const from = first & ringMask
    for (let i = 0; i < hops; i++) {
      const at = ((from + i) & ringMask) * 16
      lr += sums[at + low]!
      li += sums[at + 8 + low]!
      hr += sums[at + high]!
      hi += sums[at + 8 + high]!
    }
    w[low] = lr
    w[8 + low] = li
    w[high] = hr
    w[8 + high] = hi
    this.#unmix(hops, first, low, high, 0)
    const scale = 2 / (hops * hopSamples) ** 2
    out[0] = scale * (w[sinesAt]! * w[sinesAt]! + w[sinesAt + 1]! * w[sinesAt + 1]!)
    out[1] = scale * (w[sinesAt + 2]! * w[sinesAt + 2]! + w[sinesAt + 3]! * w[sinesAt + 3]!)
  }

  #sumBlocks(blockHops: number, first: number): void {
    const w = this.#w
    const sums = this.#sums
    for (let b = 0; b < 3; b++) {
      let from = ((first + b * blockHops) & ringMask) * 16
      for (let i = 0; i < 16; i++) w[b * 16 + i] = sums[from + i]!
      for (let hop = 1; hop < blockHops; hop++) {
        from = ((first + b * blockHops + hop) & ringMask) * 16
        for (let i = 0; i < 16; i++) w[b * 16 + i] = w[b * 16 + i]! + sums[from + i]!
      }
    }
  }

  /** The strongest frequency of a group (0 low, 4 high) by the energies in the scratch. */
  strongest(group: number): number {
    const w = this.#w
    let best = group
    for (let f = group + 1; f < group + 4; f++) if (w[energiesAt + f]! > w[energiesAt + best]!) best = f
    return best
  }

  /** The strongest of a group once what the much stronger sine of the other group leaks into it is taken out. */
  #underneath(blockHops: number, first: number, strong: number, group: number): number {
    const w = this.#w
    const sine = sinesAt + (group === 4 ? 2 : 0)
    for (let f = group; f < group + 4; f++) {
      this.#separate(blockHops, first, Math.min(f, strong), Math.max(f, strong))
      let energy = 0
      for (let b = sine; b < sine + 12; b += 4) energy += w[b]! * w[b]! + w[b + 1]! * w[b + 1]!
      w[energiesAt + f] = energy
    }
    return this.strongest(group)
  }

  /** A block is too short to keep the pair's two sines apart: takes out what each leaks into the other. */
  #separate(blockHops: number, first: number, low: number, high: number): void {
    for (let b = 0; b < 3; b++) this.#unmix(blockHops, first + b * blockHops, low, high, b)
  }

  /** Block `b` of the scratch, which began with hop `first`, to sines `b`. */
  #unmix(hops: number, first: number, low: number, high: number, b: number): void {
    const w = this.#w
    const table = correlations[hops]!
    const pair = (low * 4 + high - 4) * 4
    const turn = (Math.max(0, first) % hopsOfASecond) * 16
    const tr =
      (turns[turn + low]! * turns[turn + high]! + turns[turn + 8 + low]! * turns[turn + 8 + high]!) *
      turnSquare
    const ti =
      (turns[turn + 8 + low]! * turns[turn + high]! - turns[turn + low]! * turns[turn + 8 + high]!) *
      turnSquare
    const cr = table[pair]! * tr - table[pair + 1]! * ti
    const ci = table[pair]! * ti + table[pair + 1]! * tr
    const scale = table[pair + 2]!
    const lr = w[b * 16 + low]!
    const li = w[b * 16 + 8 + low]!
    const hr = w[b * 16 + high]!
    const hi = w[b * 16 + 8 + high]!
    const to = sinesAt + b * 4
    w[to] = (lr - (cr * hr - ci * hi)) * scale
    w[to + 1] = (li - (cr * hi + ci * hr)) * scale
    w[to + 2] = (hr - (cr * lr + ci * li)) * scale
    w[to + 3] = (hi - (cr * li - ci * lr)) * scale
  }

  /**
   * Measures one sine's frequency by its phase advance and adds the thirds up at that frequency. Returns its mean
   * square; leaves [offset in Hz, steadiness] in the scratch.
   */
  #refit(blockHops: number, sine: number): number {
    const w = this.#w
    const at = sinesAt + sine
    const ar = w[at]!
    const ai = w[at + 1]!
    const br = w[at + 4]!
    const bi = w[at + 5]!
    const dr = w[at + 8]!
    const di = w[at + 9]!
    const advanceRe = br * ar + bi * ai + dr * br + di * bi
    const advanceIm = bi * ar - br * ai + di * br - dr * bi
    const size = Math.sqrt(advanceRe * advanceRe + advanceIm * advanceIm)
    const ea = ar * ar + ai * ai
    const eb = br * br + bi * bi
    const ed = dr * dr + di * di
    const strongest = Math.max(ea, Math.max(eb, ed))
    w[refitAt] = 0
    w[refitAt + 1] = 0
    if (size === 0 || strongest === 0) return 0
    const ur = advanceRe / size
    const ui = advanceIm / size
    const sumRe = ar * ur - ai * ui + br + dr * ur + di * ui
    const sumIm = ar * ui + ai * ur + bi + di * ur - dr * ui
    const samples = blockHops * hopSamples
    const phase = angle(ur, ui)
    w[refitAt] = (phase * 8_000) / (2 * Math.PI * samples)
    w[refitAt + 1] = Math.min(ea, Math.min(eb, ed)) / strongest
    // A sine off its nominal frequency loses a little within each block (sinc²); this gives it back.
    const p = phase * phase
    const loss = 1 - p * (1 / 12) + p * p * (1 / 360) - p * p * p * (1 / 20_160)
    return (2 * (sumRe * sumRe + sumIm * sumIm)) / (9 * samples * samples * Math.max(loss, 0.5))
  }
}

/** Angle of a complex number within 0.0002 radians; plain arithmetic, so that the kernel can do the very same. */
export function angle(re: number, im: number): number {
  const x = Math.abs(re)
  const y = Math.abs(im)
  const a = Math.min(x, y) / Math.max(x, y)
  const s = a * a
  let r = ((-0.046_496_474_9 * s + 0.159_314_22) * s - 0.327_622_764) * s * a + a
  if (y > x) r = Math.PI / 2 - r
  if (re < 0) r = Math.PI - r
  return im < 0 ? -r : r
}
