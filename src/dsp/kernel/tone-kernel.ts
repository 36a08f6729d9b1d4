import type { G711Law } from '../tone-channel.ts'

/** Hops that are remembered: 128 ms, of which 480 samples may be ahead of the decisions. A power of two. */
export const ringHops = 64

/** What a kernel takes at once, in samples. */
export const capSamples = 480

/** Samples that the gate looks at in a block of 10 ms: every second one. */
export const samplesOfLevel = 40

/** Fields of a fit; mean squares are of 14-bit samples. */
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

/** A window that could matter to anybody: what lies below these is not looked at again. */
export const leastPurity = 0.12
export const leastSteadiness = 0.03
/** Mean square of each sine: about -56 dBm0. */
export const leastPower = 40

/**
 * What a kernel keeps of one channel: rings over the last `ringHops` hops, indexed by hop & 63. What a gate passes over
 * need not be there before it opens, and then as far back as anybody looks: 72 ms. It opens for up to four hops before the one at
 * which it was known, of the same portion of audio.
 */
export type KernelViews = {
  /** 16 samples of 14 bits a hop. */
  readonly samples: Int16Array
  /** Eight real, then eight imaginary parts a hop; out of date for hops deep in silence. */
  readonly sums: Float64Array
  /** Sum of squares of a hop. */
  readonly energy: Float64Array
  /** Fit of the 18 ms that end with a hop; only meaningful where the flag is set. */
  readonly fits: Float64Array
  /** 1 where the fit could matter to anybody. */
  readonly flags: Uint8Array
  /** [sum of squares of the last `samplesOfLevel` samples that the gate looked at] */
  readonly level: Float64Array
  /** All memory of the channel. */
  readonly bytes: Uint8Array
}

/**
 * The part of the engine that touches every sample: decodes, sums up hops at the eight frequencies and fits a pair to
 * each window of 18 ms. Two implementations give the same bits: the reference in TypeScript, and WebAssembly SIMD.
 */
export type ToneKernel = {
  readonly views: KernelViews
  /**
   * Takes in octets (at most `capSamples`) and returns how many hops were completed whose window could matter. `gated`: hops
   * around which nothing like a pair is heard are passed over, so that their windows never matter: for whoever only
   * waits for a tone to begin.
   */
  takeOctets(octets: Uint8Array, law: G711Law, gated?: boolean): number
  /**
   * As `takeOctets`, in two steps: kernels that share a memory take in what all of them were offered at the first call
   * of `takeOffered`, in one go. A kernel that has been offered octets must be asked for them before it is given more.
   */
  offerOctets(octets: Uint8Array, law: G711Law, gated?: boolean): void
  takeOffered(): number
  /** As `takeOctets`, for 16-bit linear samples. */
  takeLinear(samples: Int16Array, gated?: boolean): number
  /** As `takeOctets`, for samples that never came: zeroes. */
  takeLost(samples: number): number
  /**
   * Of `most` hops from hop `first` on, how many may be passed before one must be looked at: a kernel may know that a hop
   * falls short of `limits` (../stir-limits.ts), and need not. `prior`: the most that may speak for a pair beforehand.
   */
  calmHops(limits: Float64Array, prior: number, first: number, most: number): number
  /** As `calmHops`, for whoever only waits for a press. */
  restHops(limits: Float64Array, first: number, most: number): number
  /**
   * Fits the strongest pair to 3 × `blockHops` (1 to 5) hops from hop `first` on, which must have been summed up. Writes
   * `fitFields` numbers to `fit`.
   */
  fit(blockHops: number, first: number, fit: Float64Array): void
  /** Mean square of what lies below 580 Hz in the 18 ms from hop `first` on (../low-band.ts). */
  lowPower(first: number): number
  /** Sums `hops` hops from hop `first` on up, which is left out deep in silence. */
  sumUp(first: number, hops: number): void
  /** Zeroes all memory of the channel and gives it back. */
  release(): void
}
