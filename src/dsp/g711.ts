import type { G711Law } from './tone-channel.ts'

/**
 * ITU-T G.711 by table. Linear values are 16-bit: mu-law reaches ±32,124, A-law ±32,256; both are multiples of 4,
 * so a quarter of them is exact. A full-scale sine is +3.17 dBm0 in mu-law and +3.14 dBm0 in A-law.
 */
export type G711Tables = {
  /** Octet → 16-bit linear. */
  readonly decode: Int16Array
  /** (16-bit linear >> 2) & 0x3fff → octet. */
  readonly encode: Uint8Array
  /** The octet of silence. */
  readonly silence: number
}

function decodeMulaw(octet: number): number {
  const bits = ~octet & 0xff
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84
  return bits & 0x80 ? -magnitude : magnitude
}

function decodeAlaw(octet: number): number {
  const bits = octet ^ 0x55
  const segment = (bits >> 4) & 7
  const step = ((bits & 0x0f) << 4) + 8
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1)
  return bits & 0x80 ? magnitude : -magnitude
}

function buildTables(decodeOctet: (octet: number) => number, silence: number): G711Tables {
  const decode = new Int16Array(256)
  for (let octet = 0; octet < 256; octet++) decode[octet] = decodeOctet(octet)
  const byLevel = Array.from({ length: 256 }, (_, octet) => octet).sort((a, b) => decode[a]! - decode[b]!)
  const encode = new Uint8Array(0x4000)
  let rank = 0
  for (let quarter = -0x2000; quarter < 0x2000; quarter++) {
    const linear = quarter * 4
    // Nearest neighbour over the sorted levels: the error of each octet is then at most half a step.
    while (rank < 255 && decode[byLevel[rank + 1]!]! - linear <= linear - decode[byLevel[rank]!]!) rank++
    encode[quarter & 0x3fff] = byLevel[rank]!
  }
  encode[0] = silence
  return { decode, encode, silence }
}

const mulaw = buildTables(decodeMulaw, 0xff)
const alaw = buildTables(decodeAlaw, 0xd5)

export function g711Tables(law: G711Law): G711Tables {
  return law === 'mulaw' ? mulaw : alaw
}

/** 16-bit linear samples to octets; `octets` must be at least as long as `samples`. */
export function encodeG711(law: G711Law, samples: Int16Array, octets: Uint8Array): void {
  const { encode } = g711Tables(law)
  for (let i = 0; i < samples.length; i++) octets[i] = encode[(samples[i]! >> 2) & 0x3fff]!
}

/** Octets to 16-bit linear samples; `samples` must be at least as long as `octets`. */
export function decodeG711(law: G711Law, octets: Uint8Array, samples: Int16Array): void {
  const { decode } = g711Tables(law)
  for (let i = 0; i < octets.length; i++) samples[i] = decode[octets[i]!]!
}
