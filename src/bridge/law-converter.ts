import { g711Tables } from '../dsp/g711.ts'
import type { G711Law } from '../dsp/tone-channel.ts'

function buildTable(from: G711Law, to: G711Law): Uint8Array {
  const { decode } = g711Tables(from)
  const { encode } = g711Tables(to)
  return Uint8Array.from({ length: 256 }, (_, octet) => encode[(decode[octet]! >> 2) & 0x3fff]!)
}

const tables = {
  mulaw: buildTable('alaw', 'mulaw'),
  alaw: buildTable('mulaw', 'alaw'),
}

const room = Buffer.allocUnsafeSlow(4_096)

/** Octets in the law wanted: the same octets when they are, else a copy that is valid until the next call. */
export function inLaw(octets: Uint8Array, from: G711Law, to: G711Law): Uint8Array {
  if (from === to) return octets
  const table = tables[to]
  const length = Math.min(octets.length, room.length)
  for (let i = 0; i < length; i++) room[i] = table[octets[i]!]!
  return room.subarray(0, length)
}
