import type { Readable } from 'node:stream'
import { type AudioFormat, bytesPerSample } from './audio-format.ts'
import { NotAudio } from './errors.ts'
import { enoughForMp3 } from './mpeg-audio.ts'
import { readWavHeader } from './wav-header.ts'
import { notSamples } from './what-it-is.ts'

export type AudioInput = {
  readonly format: AudioFormat
  /** True when the stream began with a WAVE header, which says more than any option. */
  readonly isWav: boolean
  /** Whole sample frames (one sample of each channel), in portions of any size. The buffers are not kept. */
  readonly portions: AsyncIterable<Buffer>
}

const enoughToTell = enoughForMp3

/**
 * Finds out what a stream is, reading no more of it than that takes. `assumed` is what samples without a header are.
 * Throws NotAudio.
 */
export async function openAudio(stream: Readable, assumed: AudioFormat): Promise<AudioInput> {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  for (;;) {
    const start = head.toString('latin1', 0, 12)
    const isRiff = /^(RIFF|RF64)/.test(start)
    if (isRiff && head.length >= 12) {
      if (!start.endsWith('WAVE')) throw new NotAudio('a RIFF file, but not WAVE')
      const wav = readWavHeader(head)
      if (wav) {
        const { format, dataAt, dataBytes } = wav
        return { format, isWav: true, portions: whole(format, head.subarray(dataAt), chunks, dataBytes) }
      }
    } else if (head.length >= enoughToTell) break
    const next = await chunks.next()
    if (next.done) {
      if (isRiff && head.length >= 4) throw new NotAudio('a WAVE file that ends within its header')
      break
    }
    head = Buffer.concat([head, next.value])
  }
  if (head.length === 0) throw new NotAudio('there is nothing in it')
  const other = notSamples(head.subarray(0, enoughToTell))
  if (other) throw new NotAudio(`it is ${other}, not WAVE and not raw samples`)
  return { format: assumed, isWav: false, portions: whole(assumed, head, chunks, Number.POSITIVE_INFINITY) }
}

/** Cuts what arrives at whole sample frames. */
async function* whole(
  { codec, channels }: AudioFormat,
  first: Buffer,
  chunks: AsyncIterator<Buffer>,
  dataBytes: number,
): AsyncGenerator<Buffer> {
  const frame = bytesPerSample[codec] * channels
  let left = dataBytes
  let rest = Buffer.alloc(0)
  for (let chunk: Buffer | undefined = first; chunk && left > 0; chunk = await following(chunks)) {
    const wanted = chunk.subarray(0, Math.min(left, chunk.length))
    left -= wanted.length
    const bytes = rest.length > 0 ? Buffer.concat([rest, wanted]) : wanted
    const usable = bytes.length - (bytes.length % frame)
    if (usable > 0) yield bytes.subarray(0, usable)
    rest = Buffer.from(bytes.subarray(usable))
  }
  // A last sample that was cut off in the middle is nobody's sound: it is left out.
}

async function following(chunks: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  const next = await chunks.next()
  return next.done ? undefined : next.value
}
