/** Where things lie in memory, and the limits of what matters; kernel-layout.ts and reference-kernel.ts have the same. */

// Tables, once for all channels.
export const COEFFICIENTS: usize = 0
export const TURNS: usize = 512
/** For blocks of one to five hops. */
export const CORRELATIONS: usize = 64_512
export const DECODE: usize = 67_072
/** What is offered: [base, length, law + 2 when gated, hops found] for each frame. */
export const OFFERS: usize = 68_096
export const GATE: usize = 69_120
export const GATE_TURNS: usize = 69_888
/** What a hop must reach before it is looked at: 24 limits, and 6 × 16 numbers of signs. */
export const LIMITS: usize = 70_016
/** Waves of the low band: 21 × 144. */
export const LOW_BAND: usize = 70_976

// Fields of a channel, from its base.
export const SAMPLES: usize = 0
export const SUMS: usize = 2_048
export const ENERGY: usize = 10_240
export const FITS: usize = 10_752
export const FLAGS: usize = 14_848
export const SCRATCH: usize = 14_912
export const SINES: usize = SCRATCH + 384
export const ENERGIES: usize = SCRATCH + 480
/** Where the three blocks are that are being fitted. */
export const BLOCKS_AT: usize = SCRATCH + 544
export const HOPS: usize = 15_472
export const FILLED: usize = 15_476
/** Hops in a row whose window was quiet. */
export const QUIET: usize = 15_480
/** Energy of the last nine hops. */
export const TOTAL: usize = 17_024
/** Sums and energies of the last blocks of three hops, by hop & 7. */
export const BLOCKS: usize = 15_488
export const BLOCK_ENERGIES: usize = 16_512

/** The gate's last block: eight real and eight imaginary parts, its energy, and hops for which it is open. */
export const GATE_RE: usize = 17_040
export const GATE_IM: usize = 17_072
/** Hops that the gate passed over in a row, and the first that was completed by what is being taken in. */
export const SKIPPED: usize = 17_104
export const FIRST: usize = 17_108
export const GATE_POWER: usize = 17_168
export const AWAKE: usize = 17_176
/** Hops of the blocks whose sums of the high and of the low group are known, and of that whose energy is. */
export const GATE_HIGH_SUMMED: usize = 17_180
export const GATE_MEASURED: usize = 17_184
export const GATE_LOW_SUMMED: usize = 17_196
/** Octets or samples that are to be taken in. */
export const INPUT: usize = 17_200
/** Ring of the octets of hops that were passed over, by hop & 63, and how many of the last hops were. */
export const OCTETS: usize = 18_160
/** The fit that was asked for last. */
export const FITTED: usize = 19_184
export const PASSED: usize = 17_188
export const LAW: usize = 17_192
/** As many of these are decoded when the gate opens: nobody looks further back. */
export const REACH_OF_SAMPLES: i32 = 41

export const RING: i32 = 63
export const BLOCK_RING: i32 = 7
export const WINDOW_HOPS: i32 = 9
export const LEAST_PURITY: f64 = 0.12
export const LEAST_STEADINESS: f64 = 0.03
export const LEAST_POWER: f64 = 40
/** Two sines at the least power, nearly: quieter windows are not looked at. */
export const LEAST_TOTAL: f64 = 60 * 144
/** After this many quiet hops nobody looks back at their sums; so far back may somebody look from a loud one. */
export const QUIET_HOPS: i32 = 32
export const REACH: i32 = 20
/** As quiet hops, for one that the gate passed over: a pair cannot have begun longer ago than this before it opened. */
export const PASSED_OVER: i32 = 1_000_000
export const REACH_OF_GATE: i32 = 13
export const LEAST_EVENNESS: f64 = 0.01
export const LEAST_SHARE: f64 = 0.2 * 24
export const LEAST_GROUP_ENERGY: f64 = 20.0 * 3_456
export const LEAKAGE_SHARE: f64 = 0.25
export const TURN_SQUARE: f64 = 8_191 * 8_191
/** The gate: hops for which it stays open, and what opens it, as in tone-gate.ts. */
export const BLOCK_HOPS: i32 = 5
export const AWAKE_HOPS: i32 = 6
export const GATE_LEAST_SHARE: f64 = 0.36 * 6_000 * 6_000 * 40
export const GATE_LEAST_SIDE: f64 = 0.03 * 6_000 * 6_000 * 40
/** Of two blocks of thinned samples: with less energy, no sine in them can be loud enough. */
export const GATE_LEAST_POWER: f64 = 0.99 * 190 * 40
export const GATE_LEAST_SINE: f64 = 190 * 6_000 * 6_000 * 40 * 40
