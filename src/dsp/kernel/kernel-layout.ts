import { g711Tables } from '../g711.ts'
import { coefficients, turns } from '../goertzel.ts'
import { lowBandWaves } from '../low-band.ts'
import { correlations } from './pair-fit.ts'
import { gateCoefficients, gateTurns } from './tone-gate.ts'

/** Where the WebAssembly kernel expects things, in bytes; assembly/kernel.ts has the same numbers. */
export const layout = {
  coefficients: 0,
  turns: 512,
  correlations: 64_512,
  decode: 67_072,
  offers: 68_096,
  gate: 69_120,
  gateTurns: 69_888,
  limits: 70_016,
  lowBand: 70_976,
  channels: 77_024,
  channel: {
    samples: 0,
    sums: 2_048,
    energy: 10_240,
    fits: 10_752,
    flags: 14_848,
    level: 17_168,
    input: 17_200,
    fitted: 19_184,
    bytes: 19_248,
  },
} as const

/** Channels in one WebAssembly memory. */
export const channelsOfBank = 64
export const pageBytes = 65_536
export const bankPages = Math.ceil((layout.channels + channelsOfBank * layout.channel.bytes) / pageBytes)

/** Gives the kernel the very tables that the reference uses. */
export function writeTables(memory: ArrayBuffer): void {
  new Int16Array(memory, layout.coefficients, coefficients.length).set(coefficients)
  new Float64Array(memory, layout.turns, turns.length).set(turns)
  new Int16Array(memory, layout.gate, gateCoefficients.length).set(gateCoefficients)
  new Float32Array(memory, layout.gateTurns, 16).set(gateTurns)
  new Int16Array(memory, layout.lowBand, lowBandWaves.length).set(lowBandWaves)
  for (const [hops, table] of correlations.slice(1).entries())
    new Float64Array(memory, layout.correlations + hops * 512, 64).set(table)
  for (const [at, law] of (['mulaw', 'alaw'] as const).entries()) {
    const { decode } = g711Tables(law)
    const table = new Int16Array(memory, layout.decode + at * 512, 256)
    for (let octet = 0; octet < 256; octet++) table[octet] = decode[octet]! >> 2
  }
}
