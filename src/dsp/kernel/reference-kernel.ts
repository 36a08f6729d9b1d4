import { g711Tables } from '../g711.ts'
import { hopSamples, hopSums } from '../goertzel.ts'
import type { StateBuffer } from '../state-buffer.ts'
import type { G711Law } from '../tone-channel.ts'
import { PairFit, scratchLength } from './pair-fit.ts'
import {
  fitField,
  fitFields,
  type KernelViews,
  leastPower,
  leastPurity,
  leastSteadiness,
  ringHops,
  type ToneKernel,
} from './tone-kernel.ts'

const ringMask = ringHops - 1
const windowHops = 9
const energiesAt = 60
/**
 * A window is fitted only when the strongest frequencies of the two groups hold a tenth of its energy between them
 * (24 × total is what a pure pair reaches), and neither is next to nothing.
 */
const leastShare = 0.1 * 24
/** Two sines at the least power, nearly: quieter windows are not looked at. */
const leastTotal = 60 * 144
const leastGroupEnergy = (leastPower / 2) * 3_456

/** The clear form of the kernel, and the one that is used where WebAssembly SIMD is missing. */
export class ReferenceKernel implements ToneKernel {
  readonly views: KernelViews
  readonly #scratch: Float64Array
  readonly #pairFit: PairFit
  /** [hops completed, samples of the hop under way] */
  readonly #at: Float64Array

  constructor(state: StateBuffer) {
    const sums = state.float64(ringHops * 16)
    const energy = state.float64(ringHops)
    this.#scratch = state.float64(scratchLength)
    this.#pairFit = new PairFit(sums, energy, this.#scratch)
    this.#at = state.float64(2)
    this.views = {
      samples: state.int16(ringHops * hopSamples),
      sums,
      energy,
      fits: state.float64(ringHops * fitFields),
      flags: state.uint8(ringHops),
      bytes: state.bytes(),
    }
  }

  takeOctets(octets: Uint8Array, law: G711Law): number {
    const { decode } = g711Tables(law)
    for (let i = 0; i < octets.length; i++) this.#take(decode[octets[i]!]! >> 2)
    return this.#at[0]!
  }

  takeLinear(samples: Int16Array): number {
    for (let i = 0; i < samples.length; i++) this.#take(samples[i]! >> 2)
    return this.#at[0]!
  }

  takeLost(samples: number): number {
    for (let i = 0; i < samples; i++) this.#take(0)
    return this.#at[0]!
  }

  release(): void {
    this.views.bytes.fill(0)
  }

  #take(sample: number): void {
    const at = this.#at
    const slot = at[0]! & ringMask
    this.views.samples[slot * hopSamples + at[1]!] = sample
    at[1] = at[1]! + 1
    if (at[1] === hopSamples) {
      at[1] = 0
      this.#complete(at[0]!)
      at[0] = at[0]! + 1
    }
  }

  #complete(hop: number): void {
    const { samples, sums, energy, fits, flags } = this.views
    const slot = hop & ringMask
    energy[slot] = hopSums(samples, slot * hopSamples, hop, sums, slot * 16)
    flags[slot] = 0
    const first = hop - windowHops + 1
    if (!this.#mayMatter(first)) return
    this.#pairFit.fitSummed(3, first, fits, slot * fitFields)
    const fit = slot * fitFields
    const matters =
      fits[fit + fitField.purity]! > leastPurity &&
      fits[fit + fitField.steadiness]! > leastSteadiness &&
      fits[fit + fitField.lowPower]! > leastPower &&
      fits[fit + fitField.highPower]! > leastPower
    flags[slot] = matters ? 1 : 0
  }

  /** Sums up the blocks of the window from hop `first` on, and says whether it is worth a fit. */
  #mayMatter(first: number): boolean {
    const { sums, energy } = this.views
    const w = this.#scratch
    for (let b = 0; b < 3; b++) {
      const a0 = ((first + b * 3) & ringMask) * 16
      const a1 = ((first + b * 3 + 1) & ringMask) * 16
      const a2 = ((first + b * 3 + 2) & ringMask) * 16
      for (let i = 0; i < 16; i++) w[b * 16 + i] = sums[a0 + i]! + sums[a1 + i]! + sums[a2 + i]!
    }
    for (let f = 0; f < 8; f++) {
      let sum = 0
      for (let b = 0; b < 48; b += 16) sum += w[b + f]! * w[b + f]! + w[b + 8 + f]! * w[b + 8 + f]!
      w[energiesAt + f] = sum
    }
    let total = 0
    for (let i = 0; i < windowHops; i++) total += energy[(first + i) & ringMask]!
    const low = Math.max(Math.max(w[60]!, w[61]!), Math.max(w[62]!, w[63]!))
    const high = Math.max(Math.max(w[64]!, w[65]!), Math.max(w[66]!, w[67]!))
    if (total < leastTotal) return false
    return low + high >= leastShare * total && low >= leastGroupEnergy && high >= leastGroupEnergy
  }
}
