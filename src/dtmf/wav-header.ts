import type { AudioFormat, SampleCodec } from './audio-format.ts'
import { NotAudio } from './errors.ts'

/** Where the samples of a WAVE file begin, how many bytes they are, and what they are. */
export type WavHeader = {
  readonly format: AudioFormat
  readonly dataAt: number
  /** Infinity where the writer did not know: a stream, or more than 4 GB. */
  readonly dataBytes: number
}

/** Format tags of RFC 2361 and, for WAVE_FORMAT_EXTENSIBLE, the first two octets of its sub-format. */
const tags = { pcm: 1, float: 3, alaw: 6, ulaw: 7, extensible: 0xfffe } as const
const longestHeader = 65_536

/**
 * Reads the head of a WAVE file:
 *
 *   "RIFF" size "WAVE" | chunks: id (4) size (4) body, padded to even | … "fmt " … "data"
 *
 * Undefined while `head` is too short to tell. Throws NotAudio.
 */
export function readWavHeader(head: Buffer): WavHeader | undefined {
  let format: AudioFormat | undefined
  for (let at = 12; ; ) {
    if (at > longestHeader) throw new NotAudio('a WAVE file without a data chunk')
    if (head.length < at + 8) return undefined
    const id = head.toString('latin1', at, at + 4)
    const size = head.readUInt32LE(at + 4)
    if (id === 'data') {
      if (!format) throw new NotAudio('a WAVE file whose fmt chunk does not come before its data')
      const known = size !== 0 && size !== 0xffffffff && head.toString('latin1', 0, 4) === 'RIFF'
      return { format, dataAt: at + 8, dataBytes: known ? size : Number.POSITIVE_INFINITY }
    }
    if (id === 'fmt ') {
      if (head.length < at + 8 + size && size <= 64) return undefined
      format = readFormat(head.subarray(at + 8, at + 8 + size))
    }
    at += 8 + size + (size & 1)
  }
}

function readFormat(body: Buffer): AudioFormat {
  if (body.length < 16) throw new NotAudio('a WAVE file with a broken fmt chunk')
  const first = body.readUInt16LE(0)
  const tag = first === tags.extensible && body.length >= 26 ? body.readUInt16LE(24) : first
  const channels = body.readUInt16LE(2)
  const rate = body.readUInt32LE(4)
  const codec = codecOf(tag, body.readUInt16LE(14))
  if (!codec) throw new NotAudio('a WAVE file in a format other than PCM, float, mu-law and A-law')
  if (channels < 1 || channels > 32) throw new NotAudio('a WAVE file with no channel, or with more than 32')
  if (rate < 8_000 || rate > 192_000)
    throw new NotAudio('a WAVE file with a rate outside 8,000 to 192,000 samples a second')
  return { codec, rate, channels }
}

function codecOf(tag: number, bits: number): SampleCodec | undefined {
  if (tag === tags.ulaw && bits === 8) return 'ulaw'
  if (tag === tags.alaw && bits === 8) return 'alaw'
  if (tag === tags.float && bits === 32) return 'f32le'
  const byBits: Readonly<Record<number, SampleCodec>> = { 8: 'u8', 16: 's16le', 24: 's24le', 32: 's32le' }
  return tag === tags.pcm ? byBits[bits] : undefined
}

/** A head for samples whose number is not known yet: `bytes` goes into both sizes, 0xFFFFFFFF for a stream. */
export function writeWavHeader({ codec, rate, channels }: AudioFormat, bytes = 0xffffffff): Buffer {
  const companded = codec !== 's16le'
  const width = companded ? 1 : 2
  const head = Buffer.alloc(58)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(Math.min(0xffffffff, bytes + (bytes & 1) + 50), 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(18, 16)
  head.writeUInt16LE(codec === 'ulaw' ? tags.ulaw : codec === 'alaw' ? tags.alaw : tags.pcm, 20)
  head.writeUInt16LE(channels, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate * width * channels, 28)
  head.writeUInt16LE(width * channels, 32)
  head.writeUInt16LE(width * 8, 34)
  head.write('fact', 38, 'latin1')
  head.writeUInt32LE(4, 42)
  head.writeUInt32LE(Math.min(0xffffffff, Math.floor(bytes / (width * channels))), 46)
  head.write('data', 50, 'latin1')
  head.writeUInt32LE(bytes, 54)
  return head
}
