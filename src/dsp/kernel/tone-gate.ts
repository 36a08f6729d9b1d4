import { dtmfHz } from '../dtmf-keypad.ts'
import { hopSamples, sampleRate } from '../goertzel.ts'
import type { StateBuffer } from '../state-buffer.ts'
import { ringHops, samplesOfLevel } from './tone-kernel.ts'

const ringMask = ringHops - 1
/** A block: five hops, of which every second sample is looked at. What that folds in can only open the gate. */
export const blockHops = 5
const blockSamples = blockHops * hopSamples
const thinned = samplesOfLevel
const half = thinned / 2
/** From the cosines of a group to its sines. */
const sines = 4 * half
/** Twenty sums of two samples of 14 bits, times this, stay inside 31 bits. */
const scale = 6_000

/**
 * For each two samples from the edge of a block, of which the other half is folded over the first about its middle:
 * [cos of the low group, -sin of it, cos of the high group, -sin of it], each 10 × 4 × 2.
 */
export const gateCoefficients = new Int16Array(16 * half)
/** By how much the phase goes back from a block to the one before, at each frequency: eight cosines, eight sines. */
export const gateTurns = new Float32Array(16)
for (const [f, hz] of dtmfHz.entries()) {
  const radians = (2 * Math.PI * hz) / sampleRate
  for (let i = 0; i < half; i++) {
    const angle = radians * (thinned - 1 - 2 * i)
    gateCoefficients[rowOf(f, i)] = Math.round(scale * Math.cos(angle))
    gateCoefficients[rowOf(f, i) + sines] = Math.round(-scale * Math.sin(angle))
  }
  gateTurns[f] = Math.cos(radians * blockSamples)
  gateTurns[8 + f] = Math.sin(radians * blockSamples)
}

/** Where the cosine of frequency `f` is for the samples `i` from either edge. */
function rowOf(f: number, i: number): number {
  return (f >> 2) * 2 * sines + (i >> 1) * 8 + (f & 3) * 2 + (i & 1)
}

/** Hops for which the gate stays open: until the next look, the one at which it opened among them. */
const openHops = blockHops + 1
/**
 * What opens it, of the last 20 ms: the strongest frequencies of the two groups hold 36 % of the energy between them,
 * and each 3 %, and neither is below -52 dBm0. The detector asks for more of a window that a tone fills.
 */
const pure = scale * scale * thinned
const leastShare = 0.36 * pure
const leastSide = 0.03 * pure
const leastSine = 190 * pure * thinned
/** Of two blocks: with less energy, no sine in them can be as loud as that. */
const leastPower = 0.99 * 190 * thinned

/** A quick look at every 10 ms, for a channel in which no tone is on: is there anything that could be a pair? */
export class ToneGate {
  /** Sums of the block before and of the last: eight real, eight imaginary parts. */
  readonly #was: Float32Array
  readonly #is: Float32Array
  /** [energy of the last block] */
  readonly level: Float64Array
  /** [last hop of the block whose sums are known, hops for which the gate is open] */
  readonly #at: Float64Array

  constructor(state: StateBuffer) {
    this.#was = state.float32(16)
    this.#is = state.float32(16)
    this.level = state.float64(1)
    this.#at = state.float64(2)
  }

  /** Is the gate open for `hop`, whose samples are in the ring? To be asked once for every hop that is gated. */
  isOpen(samples: Int16Array, hop: number): boolean {
    const at = this.#at
    if (hop % blockHops === blockHops - 1 && this.#hears(samples, hop)) at[1] = openHops
    if (at[1] === 0) return false
    at[1] = at[1]! - 1
    return true
  }

  #hears(samples: Int16Array, hop: number): boolean {
    this.level[0] = blockPower(samples, hop)
    const total = blockPower(samples, hop - blockHops) + this.level[0]
    if (total < leastPower) return false
    if (this.#at[0] === hop - blockHops) this.#was.set(this.#is)
    else sumBlock(samples, hop - blockHops, this.#was)
    sumBlock(samples, hop, this.#is)
    this.#at[0] = hop
    let low = 0
    let high = 0
    for (let f = 0; f < 8; f++) {
      const energy = this.#energy(f)
      if (f < 4) low = Math.max(low, energy)
      else high = Math.max(high, energy)
    }
    if (low + high < leastShare * total) return false
    return Math.min(low, high) >= Math.max(leastSine, leastSide * total)
  }

  /** Of the two blocks at one frequency, in single precision. */
  #energy(f: number): number {
    const { fround } = Math
    const re = this.#was[f]!
    const im = this.#was[8 + f]!
    const c = gateTurns[f]!
    const s = gateTurns[8 + f]!
    const x = fround(this.#is[f]! + fround(fround(re * c) - fround(im * s)))
    const y = fround(this.#is[8 + f]! + fround(fround(re * s) + fround(im * c)))
    return fround(fround(x * x) + fround(y * y))
  }
}

/** Whole numbers, rounded to single precision; the phase is counted from the middle of the block. */
function sumBlock(samples: Int16Array, hop: number, sums: Float32Array): void {
  for (let f = 0; f < 8; f++) {
    let re = 0
    let im = 0
    for (let i = 0; i < half; i++) {
      const early = thinnedSample(samples, hop, i)
      const late = thinnedSample(samples, hop, thinned - 1 - i)
      re += (late + early) * gateCoefficients[rowOf(f, i)]!
      im += (late - early) * gateCoefficients[rowOf(f, i) + sines]!
    }
    sums[f] = re
    sums[8 + f] = im
  }
}

function blockPower(samples: Int16Array, hop: number): number {
  let power = 0
  for (let i = 0; i < thinned; i++) power += thinnedSample(samples, hop, i) ** 2
  return power
}

/** Sample `i` of the thinned block that ends with `hop`. */
function thinnedSample(samples: Int16Array, hop: number, i: number): number {
  const slot = (hop - blockHops + 1 + (i >> 3)) & ringMask
  return samples[slot * hopSamples + 2 * (i & 7)]!
}
