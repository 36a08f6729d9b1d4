import { Readable } from 'node:stream'
import type { Key } from '../../../src/dsp/dtmf-keypad.ts'
import { encodeG711 } from '../../../src/dsp/g711.ts'
import { generateTone, toInt16 } from '../../../src/dsp/tone-generator.ts'
import type { AudioFormat } from '../../../src/dtmf/audio-format.ts'
import { writeWavHeader } from '../../../src/dtmf/wav-header.ts'

/** A second of near-silence with keys from 125 ms on, 70 ms down and 100 ms up. In ±1. */
export function dialled(keys: string, rate = 8_000): Float32Array {
  const out = Float32Array.from({ length: rate }, (_, i) => 0.0002 * Math.sin(i * i))
  for (const [i, key] of [...keys].entries()) {
    const tone = generateTone({ key: key as Key, ms: 70, rate })
    out.set(tone, Math.round((0.125 + 0.17 * i) * rate))
  }
  return out
}

export function pcm16(samples: Float32Array): Buffer {
  return Buffer.from(toInt16(samples).buffer)
}

export function g711(law: 'mulaw' | 'alaw', samples: Float32Array): Buffer {
  const octets = Buffer.alloc(samples.length)
  encodeG711(law, toInt16(samples), octets)
  return octets
}

export const line = (codec: AudioFormat['codec'], rate = 8_000, channels = 1): AudioFormat => ({
  codec,
  rate,
  channels,
})

export const wav = (format: AudioFormat, body: Buffer): Buffer =>
  Buffer.concat([writeWavHeader(format, body.length), body])

/** Arrives in portions that cut samples, headers and everything else in the middle. */
export function inPortions(bytes: Buffer, size = 37): Readable {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size))
  return Readable.from(parts)
}
