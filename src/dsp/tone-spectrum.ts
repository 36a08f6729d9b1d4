import { PairFit, scratchLength } from './kernel/pair-fit.ts'
import { fitFields, ringHops, type ToneKernel } from './kernel/tone-kernel.ts'
import type { StateBuffer } from './state-buffer.ts'

const ringMask = ringHops - 1

/** Mean square of a 0 dBm0 sine in 14-bit samples (a full-scale mu-law sine is +3.17 dBm0). */
export const powerAt0Dbm0 = 8_031 ** 2 / 2 / 10 ** 0.317

/** Level in dBm0 of a mean square of 14-bit samples; -100 for nothing. */
export function dbm0(power: number): number {
  return power <= powerAt0Dbm0 * 1e-10 ? -100 : 10 * Math.log10(power / powerAt0Dbm0)
}

/**
 * What the kernel worked out, seen from one hop: the kernel takes in a whole frame, decisions are then taken hop by
 * hop, and none of them sees a later hop.
 */
export class ToneSpectrum {
  readonly #kernel: ToneKernel
  readonly #pairFit: PairFit
  /** [hops seen]: 49 days of them */
  readonly #seen: Int32Array

  constructor(state: StateBuffer, kernel: ToneKernel) {
    this.#kernel = kernel
    this.#pairFit = new PairFit(kernel.views.sums, kernel.views.energy, state.float64(scratchLength))
    this.#seen = state.int32(1)
  }

  /** Hops seen so far: now. */
  get hops(): number {
    return this.#seen[0]!
  }

  /** Moves on by hops that the kernel must have completed. */
  advance(hops = 1): void {
    this.#seen[0] = this.#seen[0]! + hops
  }

  /** Of the next `most` hops, how many need not be looked at: they fall short of `limits`, with `prior` on their side. */
  calmHops(limits: Float64Array, prior: number, most: number): number {
    return this.#kernel.calmHops(limits, prior, this.#seen[0]!, most)
  }

  /** As `calmHops`, for whoever only waits for a press. */
  restHops(limits: Float64Array, most: number): number {
    return this.#kernel.restHops(limits, this.#seen[0]!, most)
  }

  /** Ring of 14-bit samples: sample n lies at n mod its length. Those of the last 68 ms are there. */
  get samples(): Int16Array {
    return this.#kernel.views.samples
  }

  /** False when the last 18 ms cannot matter to anybody; their fit is then undefined. */
  get matters(): boolean {
    return this.#kernel.views.flags[(this.#seen[0]! - 1) & ringMask] === 1
  }

  /** As `matters`, `ago` hops before now. */
  mattered(ago: number): boolean {
    return this.#kernel.views.flags[(this.#seen[0]! - 1 - ago) & ringMask] === 1
  }

  /** A field of the fit of the 18 ms that ended `ago` hops before now. */
  fitted(field: number, ago = 0): number {
    return this.#kernel.views.fits[((this.#seen[0]! - 1 - ago) & ringMask) * fitFields + field]!
  }

  /** Mean square over `hops` that ended `ago` hops before now. */
  power(hops: number, ago = 0): number {
    return this.#pairFit.power(hops, this.#seen[0]! - ago - hops)
  }

  /** Fits the strongest pair to 3 × `blockHops` hops that ended `ago` hops before now. Writes to `fit`. */
  fit(blockHops: number, fit: Float64Array, ago: number): void {
    this.#kernel.fit(blockHops, this.#seen[0]! - ago - 3 * blockHops, fit)
  }

  /** Mean squares of the two sines of `pair` over `hops` (≤ 5) that ended `ago` hops before now: [low, high] in `out`. */
  pairPower(pair: number, hops: number, out: Float64Array, ago = 0): void {
    this.#pairFit.pairPower(pair, hops, this.#seen[0]! - ago - hops, out)
  }

  /** As `pairPower`, of what may be deep in silence: its sums are made for it. */
  pairPowerInSilence(pair: number, hops: number, out: Float64Array): void {
    const first = this.#seen[0]! - hops
    this.#kernel.sumUp(first, hops)
    this.#pairFit.pairPower(pair, hops, first, out)
  }

  /** Mean square of what lies below 580 Hz (dial tone, the hum of a voice) in 18 ms that ended `ago` hops before now. */
  lowPower(ago = 0): number {
    return this.#kernel.lowPower(this.#seen[0]! - ago - 9)
  }
}
