import { AppError } from '../base/errors.ts'

/** A file that is not a RIFF/WAVE of one channel at 8 kHz in PCM16 or mu-law. */
export class WavUnreadable extends AppError {
  readonly code = 'SIMULATOR_WAV_UNREADABLE'
  readonly remedy = 'fix-request'
}

export type Wav =
  | { readonly encoding: 'pcm16'; readonly sampleRate: number; readonly samples: Int16Array }
  | { readonly encoding: 'mulaw'; readonly sampleRate: number; readonly octets: Uint8Array }

/** WAVE_FORMAT_PCM and WAVE_FORMAT_MULAW (RFC 2361). */
const formats = { pcm16: 1, mulaw: 7 } as const

/**
 * A mono WAVE file:
 *
 *   RIFF size WAVE | "fmt " 18: format, channels, rate, bytes/s, block, bits, 0 | "fact" 4: samples | "data" n: …
 */
export function writeWav(wav: Wav): Buffer {
  const data =
    wav.encoding === 'mulaw'
      ? Buffer.from(wav.octets)
      : Buffer.from(wav.samples.buffer, wav.samples.byteOffset, wav.samples.byteLength)
  const bytes = wav.encoding === 'mulaw' ? 1 : 2
  const format = Buffer.alloc(18)
  format.writeUInt16LE(formats[wav.encoding], 0)
  format.writeUInt16LE(1, 2)
  format.writeUInt32LE(wav.sampleRate, 4)
  format.writeUInt32LE(wav.sampleRate * bytes, 8)
  format.writeUInt16LE(bytes, 12)
  format.writeUInt16LE(bytes * 8, 14)
  const fact = Buffer.alloc(4)
  fact.writeUInt32LE(data.length / bytes, 0)
  const chunks = [chunk('fmt ', format), chunk('fact', fact), chunk('data', data)]
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]))
}

function chunk(id: string, body: Buffer): Buffer {
  const header = Buffer.alloc(8, id, 'latin1')
  header.writeUInt32LE(body.length, 4)
  return Buffer.concat([header, body, Buffer.alloc(body.length % 2)])
}

/** Reads a mono PCM16 or mu-law file; other chunks are passed over. Throws WavUnreadable. */
export function readWav(file: Buffer): Wav {
  if (
    file.length < 12 ||
    file.toString('latin1', 0, 4) !== 'RIFF' ||
    file.toString('latin1', 8, 12) !== 'WAVE'
  )
    throw new WavUnreadable('not a RIFF/WAVE file')
  const chunks = chunksOf(file.subarray(12))
  const format = chunks.get('fmt ')
  const data = chunks.get('data')
  if (!format || format.length < 16 || !data) throw new WavUnreadable('the fmt or data chunk is missing')
  const bits = format.readUInt16LE(14)
  const sampleRate = format.readUInt32LE(4)
  if (format.readUInt16LE(2) !== 1) throw new WavUnreadable('not one channel')
  const encoding = format.readUInt16LE(0)
  if (encoding === formats.mulaw && bits === 8)
    return { encoding: 'mulaw', sampleRate, octets: new Uint8Array(data) }
  if (encoding !== formats.pcm16 || bits !== 16) throw new WavUnreadable('neither PCM16 nor mu-law')
  // Copied: the samples must start at an even address.
  const samples = new Int16Array(data.length >> 1)
  for (let i = 0; i < samples.length; i++) samples[i] = data.readInt16LE(i * 2)
  return { encoding: 'pcm16', sampleRate, samples }
}

function chunksOf(body: Buffer): Map<string, Buffer> {
  const chunks = new Map<string, Buffer>()
  for (let at = 0; at + 8 <= body.length; ) {
    const length = body.readUInt32LE(at + 4)
    chunks.set(body.toString('latin1', at, at + 4), body.subarray(at + 8, at + 8 + length))
    at += 8 + length + (length % 2)
  }
  return chunks
}
