import type { G711Law } from '../tone-channel.ts'

/** Hops that are remembered: 128 ms, of which 480 samples may be ahead of the decisions. A power of two. */
export const ringHops = 64

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

/** What a kernel keeps of one channel: rings over the last `ringHops` hops, indexed by hop & 63. */
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
   * Takes in octets (at most 480) and returns how many hops were completed whose window could matter. `gated`: hops
   * around which nothing like a pair is heard are passed over, so that their windows never matter: for whoever only
   * waits for a tone to begin.
   */
  takeOctets(octets: Uint8Array, law: G711Law, gated?: boolean): number
  /** As `takeOctets`, for 16-bit linear samples. */
  takeLinear(samples: Int16Array, gated?: boolean): number
  /** As `takeOctets`, for samples that never came: zeroes. */
  takeLost(samples: number): number
  /** Zeroes all memory of the channel and gives it back. */
  release(): void
}
