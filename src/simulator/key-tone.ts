import { encodeG711 } from '../dsp/g711.ts'
import { generateTone, toInt16 } from '../dsp/tone-generator.ts'
import type { HandsetKey } from './handset-protocol.ts'

/**
 * The tone of a key as an ordinary telephone sends it, in mu-law: both frequencies together at -6 dBm0, the high
 * group 2 dB above the low one (ETSI ES 201 235-2), with edges of 1 ms instead of a click.
 */
export function keyTone(key: HandsetKey, toneMs: number): Uint8Array {
  const samples = toInt16(generateTone({ key, ms: toneMs, levelDbm0: -6, twistDb: 2, fadeMs: 1 }))
  const octets = new Uint8Array(samples.length)
  encodeG711('mulaw', samples, octets)
  return octets
}
