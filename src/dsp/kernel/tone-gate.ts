import { dtmfHz } from '../dtmf-keypad.ts'
import { hopSamples, sampleRate } from '../goertzel.ts'
import type { StateBuffer } from '../state-buffer.ts'
import { ringHops, samplesOfLevel } from './tone-kernel.ts'

const ringMask = ringHops - 1
/** A block: three hops, of which every second sample is looked at. What that folds in can only open the gate. */
const blockHops = 3
const blockSamples = blockHops * hopSamples
const thinned = samplesOfLevel
const scale = 8_191

/** For each two thinned samples: [cos of the low group, of the high, -sin of the low, of the high], each 4 × 2. */
export const gateCoefficients = new Int16Array(16 * thinned)
/** By how much the phase goes ahead in a block, at each frequency: eight cosines, eight negative sines. */
export const gateTurns = new Float64Array(16)
for (const [f, hz] of dtmfHz.entries()) {
  const radians = (2 * Math.PI * hz) / sampleRate
  for (let i = 0; i < thinned; i++) {
    const at = (i >> 1) * 32 + f * 2 + (i & 1)
    gateCoefficients[at] = Math.round(scale * Math.cos(radians * 2 * i))
    gateCoefficients[at + 16] = Math.round(-scale * Math.sin(radians * 2 * i))
  }
  gateTurns[f] = Math.cos(radians * blockSamples)
  gateTurns[8 + f] = -Math.sin(radians * blockSamples)
}

/** Hops for which the gate stays open: a little more than until the next look. */
const openHops = 4
/**
 * What opens it, of the last 12 ms: the strongest frequencies of the two groups hold 36 % of the energy between them,
 * and each 3 %, and neither is below -49 dBm0. The detector asks for more of a window that a tone fills.
 */
const pure = scale * scale * thinned
const leastShare = 0.36 * pure
const leastSide = 0.03 * pure
const leastSine = 190 * pure * thinned
/** Of two blocks: with less energy, no sine in them can be as loud as that. */
const leastPower = 2_200

/** A quick look at every 6 ms, for a channel in which no tone is on: is there anything that could be a pair? */
export class ToneGate {
  /** Sums of the block before and of the last: eight real, eight imaginary parts. */
  readonly #was: Float64Array
  readonly #is: Float64Array
  /** [energy of the last block] */
  readonly level: Float64Array
  /** [last hop of the block whose sums are known, hops for which the gate is open] */
  readonly #at: Float64Array

  constructor(state: StateBuffer) {
    this.#was = state.float64(16)
    this.#is = state.float64(16)
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
      const re = this.#is[f]!
      const im = this.#is[8 + f]!
      const c = gateTurns[f]!
      const s = gateTurns[8 + f]!
      const x = this.#was[f]! + (re * c - im * s)
      const y = this.#was[8 + f]! + (re * s + im * c)
      const energy = x * x + y * y
      if (f < 4) low = Math.max(low, energy)
      else high = Math.max(high, energy)
    }
    if (low + high < leastShare * total) return false
    return Math.min(low, high) >= Math.max(leastSine, leastSide * total)
  }
}

function sumBlock(samples: Int16Array, hop: number, sums: Float64Array): void {
  for (let f = 0; f < 8; f++) {
    let re = 0
    let im = 0
    for (let i = 0; i < thinned; i++) {
      const x = thinnedSample(samples, hop, i)
      const row = (i >> 1) * 32 + f * 2 + (i & 1)
      re += x * gateCoefficients[row]!
      im += x * gateCoefficients[row + 16]!
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
