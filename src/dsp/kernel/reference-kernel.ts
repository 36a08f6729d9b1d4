import { g711Tables } from '../g711.ts'
import { hopEnergy, hopSamples, hopSums } from '../goertzel.ts'
import { lowBandPower } from '../low-band.ts'
import type { StateBuffer } from '../state-buffer.ts'
import type { G711Law } from '../tone-channel.ts'
import { PairFit, scratchLength } from './pair-fit.ts'
import { blockHops, ToneGate } from './tone-gate.ts'
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
 * A window is fitted only when it is not quiet, when the strongest frequencies of the two groups hold a fifth of its
 * energy between them (24 × total is what a pure pair reaches), neither is next to nothing, and the stronger is even.
 */
const leastTotal = 60 * 144
const leastShare = 0.2 * 24
const leastGroupEnergy = (leastPower / 2) * 3_456
const leastEvenness = 0.01
/** After this many quiet hops nobody looks back at their sums; so far back may somebody look from a loud one. */
const quietHops = 32
const reach = 20
/** As quiet hops, for one that the gate passed over: a pair cannot have begun longer ago than this before it opened. */
const passedOver = 1_000_000
const reachOfGate = 13

/** The clear form of the kernel, and the one that is used where WebAssembly SIMD is missing. */
export class ReferenceKernel implements ToneKernel {
  readonly views: KernelViews
  readonly #scratch: Float64Array
  readonly #pairFit: PairFit
  readonly #gate: ToneGate
  #offered = 0
  /**
   * [hops completed, samples of the hop under way, energy of the last nine hops, quiet hops in a row, hops that the gate
   * passed over in a row, first hop that was completed by what is being taken in]
   */
  readonly #at: Float64Array

  constructor(state: StateBuffer) {
    const sums = state.float64(ringHops * 16)
    const energy = state.float64(ringHops)
    this.#scratch = state.float64(scratchLength)
    this.#pairFit = new PairFit(sums, energy, this.#scratch)
    this.#at = state.float64(6)
    this.#gate = new ToneGate(state)
    this.views = {
      samples: state.int16(ringHops * hopSamples),
      sums,
      energy,
      fits: state.float64(ringHops * fitFields),
      flags: state.uint8(ringHops),
      level: this.#gate.level,
      bytes: state.bytes(),
    }
  }

  takeOctets(octets: Uint8Array, law: G711Law, gated = false): number {
    const { decode } = g711Tables(law)
    let found = this.#begin()
    for (let i = 0; i < octets.length; i++) found += this.#take(decode[octets[i]!]! >> 2, gated)
    return found
  }

  /** One channel at a time: what is offered is taken at once. */
  offerOctets(octets: Uint8Array, law: G711Law, gated = false): void {
    this.#offered = this.takeOctets(octets, law, gated)
  }

  takeOffered(): number {
    return this.#offered
  }

  takeLinear(samples: Int16Array, gated = false): number {
    let found = this.#begin()
    for (let i = 0; i < samples.length; i++) found += this.#take(samples[i]! >> 2, gated)
    return found
  }

  takeLost(samples: number): number {
    let found = this.#begin()
    for (let i = 0; i < samples; i++) found += this.#take(0, false)
    return found
  }

  /** It looks at every hop. */
  calmHops(): number {
    return 0
  }

  restHops(): number {
    return 0
  }

  fit(blockHops: number, first: number, fit: Float64Array): void {
    this.#pairFit.fit(blockHops, first, fit, 0)
  }

  sumUp(first: number, hops: number): void {
    for (let hop = first; hop < first + hops; hop++) this.#sum(hop)
  }

  lowPower(first: number): number {
    return lowBandPower(this.views.samples, (first & ringMask) * hopSamples)
  }

  release(): void {
    this.views.bytes.fill(0)
  }

  /** To be called before a portion is taken in, of which nothing has been found yet. */
  #begin(): number {
    this.#at[5] = this.#at[0]!
    return 0
  }

  #take(sample: number, gated: boolean): number {
    const at = this.#at
    const hop = at[0]!
    this.views.samples[(hop & ringMask) * hopSamples + at[1]!] = sample
    at[1] = at[1]! + 1
    if (at[1] < hopSamples) return 0
    at[1] = 0
    const found = this.#complete(hop, gated)
    at[0] = hop + 1
    return found
  }

  /** Takes in a whole hop. Returns how many windows matter that were not known to before. */
  #complete(hop: number, gated: boolean): number {
    const { samples, energy, flags } = this.views
    const at = this.#at
    const slot = hop & ringMask
    flags[slot] = 0
    energy[slot] = hopEnergy(samples, slot * hopSamples)
    const total = at[2]! + energy[slot]! - energy[(hop - windowHops) & ringMask]!
    at[2] = total
    if (gated && !this.#gate.isOpen(samples, hop)) {
      // As in silence: whoever needs the sums of this hop later adds them up then.
      at[3] = passedOver
      at[4] = at[4]! + 1
      return 0
    }
    const passed = gated ? Math.min(at[4]!, blockHops - 1) : 0
    at[4] = 0
    let found = 0
    // Known only at the end of a block: what was passed over in it, and came with this, is looked at as well.
    for (let h = Math.max(hop - passed, at[5]!); h < hop; h++) found += this.#look(h, this.#windowEnergy(h))
    return found + this.#look(hop, total)
  }

  /** Of the window that ends with `hop`. */
  #windowEnergy(hop: number): number {
    let sum = 0
    for (let h = hop - windowHops + 1; h <= hop; h++) sum += this.views.energy[h & ringMask]!
    return sum
  }

  /** Sums a hop up, and says whether the window that ends with it matters, whose energy is `total`: 1 or 0. */
  #look(hop: number, total: number): number {
    const { fits, flags } = this.views
    const at = this.#at
    const slot = hop & ringMask
    const quiet = at[3]!
    at[3] = total < leastTotal ? quiet + 1 : 0
    if (total < leastTotal) {
      if (quiet < quietHops) this.#sum(hop)
      return 0
    }
    if (quiet > quietHops) {
      const back = quiet >= passedOver ? reachOfGate : reach
      for (let h = Math.max(0, hop - back); h < hop; h++) this.#sum(h)
    }
    this.#sum(hop)
    const first = hop - windowHops + 1
    if (!this.#mayMatter(first, total)) return 0
    this.#pairFit.fitSummed(3, first, fits, slot * fitFields)
    const fit = slot * fitFields
    const matters =
      fits[fit + fitField.purity]! > leastPurity &&
      fits[fit + fitField.steadiness]! > leastSteadiness &&
      fits[fit + fitField.lowPower]! > leastPower &&
      fits[fit + fitField.highPower]! > leastPower
    flags[slot] = matters ? 1 : 0
    return flags[slot]!
  }

  #sum(hop: number): void {
    const slot = hop & ringMask
    hopSums(this.views.samples, slot * hopSamples, hop, this.views.sums, slot * 16)
  }

  /** Sums up the blocks of the window from hop `first` on, and says whether it is worth a fit. */
  #mayMatter(first: number, total: number): boolean {
    const { sums } = this.views
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
    const low = Math.max(Math.max(w[60]!, w[61]!), Math.max(w[62]!, w[63]!))
    const high = Math.max(Math.max(w[64]!, w[65]!), Math.max(w[66]!, w[67]!))
    if (low + high < leastShare * total || low < leastGroupEnergy || high < leastGroupEnergy) return false
    const strong = this.#pairFit.strongest(low > high ? 0 : 4)
    // A tone is steady; its stronger sine shows it before anything is taken apart.
    const [x, y, z] = [
      this.#blockEnergy(0, strong),
      this.#blockEnergy(1, strong),
      this.#blockEnergy(2, strong),
    ]
    return Math.min(x, y, z) >= leastEvenness * Math.max(x, y, z)
  }

  #blockEnergy(block: number, f: number): number {
    const re = this.#scratch[block * 16 + f]!
    const im = this.#scratch[block * 16 + 8 + f]!
    return re * re + im * im
  }
}
