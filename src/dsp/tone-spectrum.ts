import { hopSamples, hopSums, imPairTurn, pairCorrelation, rePairTurn } from './goertzel.ts'
import { lowBandPower } from './low-band.ts'
import type { StateBuffer } from './state-buffer.ts'

/** Hops that are remembered: 64 ms. A power of two. */
export const ringHops = 32
const ringMask = ringHops - 1

/** Mean square of a 0 dBm0 sine in 14-bit samples (a full-scale mu-law sine is +3.17 dBm0). */
export const powerAt0Dbm0 = 8_031 ** 2 / 2 / 10 ** 0.317

/** Level in dBm0 of a mean square of 14-bit samples; -100 for nothing. */
export function dbm0(power: number): number {
  return power <= powerAt0Dbm0 * 1e-10 ? -100 : 10 * Math.log10(power / powerAt0Dbm0)
}

/** What a fit of two sines to the last few milliseconds found. Mean squares are of 14-bit samples. */
export const fitField = {
  /** Row × 4 + column of the strongest pair. */
  pair: 0,
  lowPower: 1,
  highPower: 2,
  /** Of everything in the window. */
  totalPower: 3,
  /** Share of the energy that the two sines explain, 0…about 1. */
  purity: 4,
  /** Weakest third over strongest third of the window, as energy, for the less steady of the two sines. */
  steadiness: 5,
  /** Offsets from the nominal frequencies, in Hz, measured from the phase advance between the thirds. */
  lowOffsetHz: 6,
  highOffsetHz: 7,
} as const
export const fitFields = 8

/** A group this much weaker than the other may be no more than the other's leakage: -6 dB. */
const maskedShare = 0.25
const longestBlock = 5
const correlations = Array.from({ length: longestBlock + 1 }, (_, hops) => pairCorrelation(Math.max(1, hops)))

/** The hop sums of the last 64 ms, and fits of tone pairs to windows of them. */
export class ToneSpectrum {
  readonly #re: Float64Array
  readonly #im: Float64Array
  readonly #energy: Float64Array
  /** The samples themselves, for what is asked rarely. */
  readonly #samples: Int16Array
  /** Three blocks × (8 re, 8 im). */
  readonly #blocks: Float64Array
  readonly #energies: Float64Array
  /** The six sines of a fit: [block][low re, low im, high re, high im]. */
  readonly #sines: Float64Array
  /** Of the last refit: [offset in Hz, steadiness]. */
  readonly #out: Float64Array
  /** Hops taken in so far. */
  readonly #count: Float64Array

  constructor(state: StateBuffer) {
    this.#re = state.float64(ringHops * 8)
    this.#im = state.float64(ringHops * 8)
    this.#energy = state.float64(ringHops)
    this.#samples = state.int16(ringHops * hopSamples)
    this.#blocks = state.float64(3 * 16)
    this.#energies = state.float64(8)
    this.#sines = state.float64(3 * 4)
    this.#count = state.float64(1)
    this.#out = state.float64(2)
  }

  get hops(): number {
    return this.#count[0]!
  }

  /** Takes in one hop of 14-bit samples. */
  push(samples: Int16Array): void {
    const hop = this.#count[0]!
    const slot = hop & ringMask
    this.#energy[slot] = hopSums(samples, hop, this.#re, this.#im, slot * 8)
    this.#samples.set(samples, slot * hopSamples)
    this.#count[0] = hop + 1
  }

  /** Mean square over `hops` that ended `ago` hops before now. */
  power(hops: number, ago = 0): number {
    let sum = 0
    const count = this.#count[0]! - ago
    for (let i = 1; i <= hops; i++) sum += this.#energy[(count - i) & ringMask]!
    return sum / (hops * hopSamples)
  }

  /** Mean square of what lies below 580 Hz (dial tone, the first harmonics of a voice) in 18 ms that ended `ago` hops before now. */
  lowPower(ago = 0): number {
    return lowBandPower(this.#samples, ((this.#count[0]! - ago - 9) & ringMask) * hopSamples)
  }

  /** Fits the strongest pair to 3 × `blockHops` hops that ended `ago` hops before now. Writes to `fit`. */
  fit(blockHops: number, fit: Float64Array, ago = 0): void {
    const first = this.#count[0]! - ago - 3 * blockHops
    this.#sumBlocks(blockHops, first)
    const blocks = this.#blocks
    const energies = this.#energies
    for (let f = 0; f < 8; f++) {
      let energy = 0
      for (let b = 0; b < 48; b += 16) energy += blocks[b + f]! ** 2 + blocks[b + 8 + f]! ** 2
      energies[f] = energy
    }
    let low = strongest(energies, 0)
    let high = strongest(energies, 4)
    if (energies[high]! < energies[low]! * maskedShare) high = this.#underneath(blockHops, first, low, 4)
    else if (energies[low]! < energies[high]! * maskedShare) low = this.#underneath(blockHops, first, high, 0)
    this.#separate(blockHops, first, low, high)
    const total = this.power(3 * blockHops, ago)
    fit[fitField.pair] = low * 4 + high - 4
    fit[fitField.totalPower] = total
    fit[fitField.lowPower] = this.#refit(blockHops, 0)
    fit[fitField.lowOffsetHz] = this.#out[0]!
    let steadiness = this.#out[1]!
    fit[fitField.highPower] = this.#refit(blockHops, 2)
    fit[fitField.highOffsetHz] = this.#out[0]!
    steadiness = Math.min(steadiness, this.#out[1]!)
    fit[fitField.steadiness] = steadiness
    fit[fitField.purity] = total > 0 ? (fit[fitField.lowPower]! + fit[fitField.highPower]!) / total : 0
  }

  /** Mean squares of the two sines of `pair` over `hops` (≤ 5) that ended `ago` hops before now: [low, high] in `out`. */
  pairPower(pair: number, hops: number, out: Float64Array, ago = 0): void {
    const low = pair >> 2
    const high = 4 + (pair & 3)
    const count = this.#count[0]! - ago
    let lr = 0
    let li = 0
    let hr = 0
    let hi = 0
    for (let i = 1; i <= hops; i++) {
      const at = ((count - i) & ringMask) * 8
      lr += this.#re[at + low]!
      li += this.#im[at + low]!
      hr += this.#re[at + high]!
      hi += this.#im[at + high]!
    }
    const first = count - hops
    this.#unmix(hops, first, low, high, lr, li, hr, hi, 0)
    const s = this.#sines
    const scale = 2 / (hops * hopSamples) ** 2
    out[0] = scale * (s[0]! ** 2 + s[1]! ** 2)
    out[1] = scale * (s[2]! ** 2 + s[3]! ** 2)
  }

  /** The strongest of a group once what the much stronger sine of the other group leaks into it is taken out. */
  #underneath(blockHops: number, first: number, strong: number, group: number): number {
    const energies = this.#energies
    const sine = group === 4 ? 2 : 0
    const s = this.#sines
    for (let f = group; f < group + 4; f++) {
      this.#separate(blockHops, first, Math.min(f, strong), Math.max(f, strong))
      let energy = 0
      for (let b = sine; b < 12; b += 4) energy += s[b]! * s[b]! + s[b + 1]! * s[b + 1]!
      energies[f] = energy
    }
    return strongest(energies, group)
  }

  #sumBlocks(blockHops: number, start: number): void {
    const blocks = this.#blocks
    const re = this.#re
    const im = this.#im
    for (let b = 0; b < 3; b++) {
      const to = b * 16
      const first = start + b * blockHops
      let from = (first & ringMask) * 8
      for (let f = 0; f < 8; f++) {
        blocks[to + f] = re[from + f]!
        blocks[to + 8 + f] = im[from + f]!
      }
      for (let i = 1; i < blockHops; i++) {
        from = ((first + i) & ringMask) * 8
        for (let f = 0; f < 8; f++) {
          blocks[to + f] = blocks[to + f]! + re[from + f]!
          blocks[to + 8 + f] = blocks[to + 8 + f]! + im[from + f]!
        }
      }
    }
  }

  /** A block is too short to keep the pair's two sines apart: takes out what each leaks into the other. */
  #separate(blockHops: number, start: number, low: number, high: number): void {
    const blocks = this.#blocks
    for (let b = 0; b < 3; b++) {
      const at = b * 16
      const first = start + b * blockHops
      this.#unmix(
        blockHops,
        first,
        low,
        high,
        blocks[at + low]!,
        blocks[at + 8 + low]!,
        blocks[at + high]!,
        blocks[at + 8 + high]!,
        b * 4,
      )
    }
  }

  #unmix(
    hops: number,
    firstHop: number,
    low: number,
    high: number,
    lr: number,
    li: number,
    hr: number,
    hi: number,
    to: number,
  ): void {
    const table = correlations[hops]!
    const pair = low * 4 + high - 4
    const tr = rePairTurn(Math.max(0, firstHop), low, high)
    const ti = imPairTurn(Math.max(0, firstHop), low, high)
    const cr = table[pair * 2]! * tr - table[pair * 2 + 1]! * ti
    const ci = table[pair * 2]! * ti + table[pair * 2 + 1]! * tr
    const scale = 1 / (1 - cr * cr - ci * ci)
    const s = this.#sines
    s[to] = (lr - (cr * hr - ci * hi)) * scale
    s[to + 1] = (li - (cr * hi + ci * hr)) * scale
    s[to + 2] = (hr - (cr * lr + ci * li)) * scale
    s[to + 3] = (hi - (cr * li - ci * lr)) * scale
  }

  /** Measures one sine's frequency by its phase advance and adds the thirds up at that frequency. Returns its mean square. */
  #refit(blockHops: number, sine: number): number {
    const s = this.#sines
    const ar = s[sine]!
    const ai = s[sine + 1]!
    const br = s[4 + sine]!
    const bi = s[5 + sine]!
    const dr = s[8 + sine]!
    const di = s[9 + sine]!
    const advanceRe = br * ar + bi * ai + dr * br + di * bi
    const advanceIm = bi * ar - br * ai + di * br - dr * bi
    const size = Math.sqrt(advanceRe * advanceRe + advanceIm * advanceIm)
    const ea = ar * ar + ai * ai
    const eb = br * br + bi * bi
    const ed = dr * dr + di * di
    const strongest = Math.max(ea, eb, ed)
    const samples = blockHops * hopSamples
    if (size === 0 || strongest === 0) {
      this.#out[0] = 0
      this.#out[1] = 0
      return 0
    }
    const ur = advanceRe / size
    const ui = advanceIm / size
    const sumRe = ar * ur - ai * ui + br + dr * ur + di * ui
    const sumIm = ar * ui + ai * ur + bi + di * ur - dr * ui
    const phase = Math.atan2(ui, ur)
    // A sine off its nominal frequency loses a little within each block; this gives it back.
    const loss = phase === 0 ? 1 : (2 * (1 - ur)) / (phase * phase)
    this.#out[0] = (phase * 8_000) / (2 * Math.PI * samples)
    this.#out[1] = Math.min(ea, eb, ed) / strongest
    return (2 * (sumRe * sumRe + sumIm * sumIm)) / (9 * samples * samples * Math.max(loss, 0.5))
  }
}

function strongest(energies: Float64Array, group: number): number {
  let best = group
  for (let f = group + 1; f < group + 4; f++) if (energies[f]! > energies[best]!) best = f
  return best
}
