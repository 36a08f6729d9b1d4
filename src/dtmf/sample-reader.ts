import { g711Tables } from '../dsp/g711.ts'
import { type AudioFormat, bytesPerSample } from './audio-format.ts'

const mulaw = g711Tables('mulaw').decode
const alaw = g711Tables('alaw').decode

/** One channel's samples of a portion of whole sample frames, in ±1. */
export function readChannel(
  portion: Buffer,
  { codec, channels }: AudioFormat,
  channel: number,
): Float32Array {
  const width = bytesPerSample[codec]
  const out = new Float32Array(portion.length / (width * channels))
  for (let i = 0, at = channel * width; i < out.length; i++, at += width * channels) {
    out[i] = sampleAt(portion, at, codec)
  }
  return out
}

function sampleAt(portion: Buffer, at: number, codec: AudioFormat['codec']): number {
  switch (codec) {
    case 's16le':
      return portion.readInt16LE(at) / 32_768
    case 'ulaw':
      return mulaw[portion[at]!]! / 32_768
    case 'alaw':
      return alaw[portion[at]!]! / 32_768
    case 'u8':
      return (portion[at]! - 128) / 128
    case 's24le':
      return portion.readIntLE(at, 3) / 8_388_608
    case 's32le':
      return portion.readInt32LE(at) / 2_147_483_648
    case 'f32le': {
      const value = portion.readFloatLE(at)
      return Number.isFinite(value) ? value : 0
    }
  }
}
