import { execFileSync } from 'node:child_process'

/** Codecs of mobile and packet networks that Debian's `sox` can both write and read at 8 kHz. */
const codecs = {
  'gsm-fr': ['-t', 'gsm'],
  'amr-12.2': ['-C', '7', '-t', 'amr-nb'],
  'adpcm-32k': ['-t', 'ima'],
} as const
export type Codec = keyof typeof codecs
export const codecNames = Object.keys(codecs) as Codec[]

const raw = ['-t', 'raw', '-r', '8000', '-e', 'signed', '-b', '16', '-c', '1']
const limits = { maxBuffer: 2 ** 28, stdio: ['pipe', 'pipe', 'ignore'] as ['pipe', 'pipe', 'ignore'] }

/** Samples in ±1 through a codec and back; the length is kept, and the codec's own delay taken out. */
export function throughCodec(samples: Float32Array, codec: Codec): Float32Array {
  const pcm = Buffer.alloc(samples.length * 2)
  for (const [i, sample] of samples.entries()) {
    pcm.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), 2 * i)
  }
  const [...form] = codecs[codec]
  const coded = execFileSync('sox', ['-R', '-D', ...raw, '-', ...form, '-'], { ...limits, input: pcm })
  const source = form.filter((part) => part !== '-C' && part !== '7')
  const rate = codec === 'adpcm-32k' ? ['-r', '8000', '-c', '1'] : []
  const back = execFileSync('sox', ['-R', '-D', ...source, ...rate, '-', ...raw, '-'], {
    ...limits,
    input: coded,
  })
  const decoded = Float32Array.from({ length: back.length >> 1 }, (_, i) => back.readInt16LE(2 * i) / 32_768)
  const delay = delayOf(samples, decoded)
  return Float32Array.from({ length: samples.length }, (_, i) => decoded[i + delay] ?? 0)
}

/** The shift at which two signals agree best, in samples: up to 20 ms. */
function delayOf(original: Float32Array, decoded: Float32Array): number {
  let best = 0
  let bestSum = Number.NEGATIVE_INFINITY
  for (let shift = 0; shift <= 160; shift++) {
    let sum = 0
    for (let i = 0; i + shift < decoded.length && i < original.length; i += 3)
      sum += original[i]! * decoded[i + shift]!
    if (sum > bestSum) {
      bestSum = sum
      best = shift
    }
  }
  return best
}
