import { g711Tables } from '../g711.ts'
import { hopEnergy, hopSamples, hopSums } from '../goertzel.ts'
import type { StateBuffer } from '../state-buffer.ts'
import type { G711Law } from '../tone-channel.ts'
import { PairFit, scratchLength } from './pair-fit.ts'
import { ToneGate } from './tone-gate.ts'
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
  /** [hops completed, samples of the hop under way, energy of the last nine hops, quiet hops in a row] */
  readonly #at: Float64Array

  constructor(state: StateBuffer) {
    const sums = state.float64(ringHops * 16)
    const energy = state.float64(ringHops)
    this.#scratch = state.float64(scratchLength)
    this.#pairFit = new PairFit(sums, energy, this.#scratch)
    this.#at = state.float64(4)
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
    let found = 0
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
    let found = 0
    for (let i = 0; i < samples.length; i++) found += this.#take(samples[i]! >> 2, gated)
    return found
  }

  takeLost(samples: number): number {
    let found = 0
    for (let i = 0; i < samples; i++) found += this.#take(0, false)
    return found
  }

  /** It looks at every hop. */
  calmHops(): number {
    return 0
  }

  fit(blockHops: number, first: number, fit: Float64Array): void {
    this.#pairFit.fit(blockHops, first, fit, 0)
  }

  sumUp(first: number, hops: number): void {
    for (let hop = first; hop < first + hops; hop++) this.#sum(hop)
  }

  release(): void {
    this.views.bytes.fill(0)
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

  /** Takes in a whole hop. Returns 1 when the window that ends with it matters. */
  #complete(hop: number, gated: boolean): number {
    const { samples, energy, fits, flags } = this.views
    const at = this.#at
    const slot = hop & ringMask
    flags[slot] = 0
    energy[slot] = hopEnergy(samples, slot * hopSamples)
    const total = at[2]! + energy[slot]! - energy[(hop - windowHops) & ringMask]!
    at[2] = total
    if (gated && !this.#gate.isOpen(samples, hop)) {
      // As in silence: whoever needs the sums of this hop later adds them up then.
      at[3] = passedOver
      return 0
    }
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
