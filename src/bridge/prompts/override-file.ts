import { encodeG711, g711Tables } from '../../dsp/g711.ts'
import { PromptUnusable } from '../bridge-errors.ts'

const sampleRate = 8_000
/** WAVE_FORMAT_PCM, WAVE_FORMAT_ALAW, WAVE_FORMAT_MULAW (RFC 2361). */
const formats: Readonly<Record<number, 'pcm16' | 'alaw' | 'mulaw'>> = { 1: 'pcm16', 6: 'alaw', 7: 'mulaw' }

/** A recording of the merchant's: RIFF/WAVE, one channel, 8 kHz, PCM16 or G.711. As mu-law. Throws PromptUnusable. */
export function readOverride(file: Buffer, name: string): Uint8Array {
  const refuse = (why: string) =>
    new PromptUnusable(`${name}: ${why}; wanted: WAV, mono, 8000 Hz, PCM16 or G.711`)
  if (
    file.length < 12 ||
    file.toString('latin1', 0, 4) !== 'RIFF' ||
    file.toString('latin1', 8, 12) !== 'WAVE'
  )
    throw refuse('not a WAV file')
  const { format, data } = chunksOf(file)
  if (!format || format.length < 16 || !data || data.length === 0)
    throw refuse('the fmt or data chunk is missing')
  const kind = formats[format.readUInt16LE(0)]
  if (format.readUInt16LE(2) !== 1) throw refuse('more than one channel')
  if (format.readUInt32LE(4) !== sampleRate) throw refuse(`${format.readUInt32LE(4)} Hz`)
  if (!kind || format.readUInt16LE(14) !== (kind === 'pcm16' ? 16 : 8)) throw refuse('another encoding')
  return inMulaw(data, kind)
}

function inMulaw(data: Buffer, kind: 'pcm16' | 'alaw' | 'mulaw'): Uint8Array {
  if (kind === 'mulaw') return new Uint8Array(data)
  const length = kind === 'alaw' ? data.length : data.length >> 1
  const { decode } = g711Tables('alaw')
  const samples = Int16Array.from({ length }, (_, i) =>
    kind === 'alaw' ? decode[data[i]!]! : data.readInt16LE(i * 2),
  )
  const octets = new Uint8Array(length)
  encodeG711('mulaw', samples, octets)
  return octets
}

function chunksOf(file: Buffer): { format?: Buffer; data?: Buffer } {
  const found: { format?: Buffer; data?: Buffer } = {}
  for (let at = 12; at + 8 <= file.length; ) {
    const id = file.toString('latin1', at, at + 4)
    const length = file.readUInt32LE(at + 4)
    const body = file.subarray(at + 8, at + 8 + length)
    if (id === 'fmt ') found.format = body
    else if (id === 'data') found.data = body
    at += 8 + length + (length % 2)
  }
  return found
}
