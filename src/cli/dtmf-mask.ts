import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { Command, Option } from 'commander'
import type { AudioFormat, SampleCodec } from '../dtmf/audio-format.ts'
import { openAudio } from '../dtmf/audio-input.ts'
import { maskTones } from '../dtmf/mask.ts'
import { codecByName } from '../dtmf/recordings.ts'
import { writeWavHeader } from '../dtmf/wav-header.ts'
import { codecOption, endWithReader, explain, openInput, wholeNumber, writeAll } from './dtmf-files.ts'

type Options = {
  readonly lookaheadMs: number
  readonly fill: 'noise' | 'silence' | 'tone'
  readonly codec?: SampleCodec
  readonly trimDelay?: boolean
}

export function maskCommand(): Command {
  return new Command('mask')
    .description('write the agent’s leg of a recording, tones replaced, and its digits as JSON lines')
    .argument('<in>', 'WAVE or raw samples, one channel at 8,000 a second; - is standard input')
    .argument('<out>', 'where the agent’s leg goes; - is standard output (digits then go to standard error)')
    .option('--lookahead-ms <ms>', 'delay of the agent’s leg', wholeNumber(0, 200), 20)
    .addOption(
      new Option('--fill <what>', 'what stands in the place of a tone')
        .choices(['noise', 'silence', 'tone'])
        .default('noise'),
    )
    .addOption(codecOption())
    .option('--trim-delay', 'take the delay out of the output instead of leaving it in')
    .addHelpText(
      'after',
      `
OUT has the length and the codec of IN: its sample n is what leaves at the instant at which sample n of IN arrives,
and nothing in it depends on later input. The engine works on G.711; 16-bit samples that are not masked pass as they
came, with all their bits.`,
    )
    .action(async (file: string, out: string, options: Options) => {
      endWithReader()
      try {
        await maskFile(file, out, options)
      } catch (error) {
        console.error(`tonewall dtmf mask: ${explain(file, error)}`)
        process.exitCode = 2
      }
    })
}

async function maskFile(file: string, out: string, options: Options): Promise<void> {
  const assumed = { codec: options.codec ?? codecByName(file), rate: 8_000, channels: 1 }
  const input = await openAudio(openInput(file), assumed)
  const toStdout = out === '-'
  const stream = toStdout ? process.stdout : createWriteStream(out)
  if (!toStdout) await once(stream, 'open')
  const ending = path.extname(out).toLowerCase()
  const isWav = ending === '.wav' || (input.isWav && (toStdout || ending === ''))
  let bytes = 0
  let headed = !isWav
  await maskTones(input, {
    lookaheadMs: options.lookaheadMs,
    fill: options.fill,
    trimDelay: options.trimDelay ?? false,
    write: async (samples) => {
      if (!headed) await writeAll(stream, writeWavHeader(input.format))
      headed = true
      bytes += samples.length
      await writeAll(stream, samples)
    },
    heard: (press) => (toStdout ? console.error : console.log)(JSON.stringify(press)),
  })
  if (!headed) await writeAll(stream, writeWavHeader(input.format, 0))
  if (toStdout) return
  stream.end()
  await once(stream, 'close')
  if (isWav) await correctHeader(out, input.format, bytes)
}

/** The length is known only now. */
async function correctHeader(out: string, format: AudioFormat, bytes: number): Promise<void> {
  const handle = await open(out, 'r+')
  try {
    await handle.write(writeWavHeader(format, bytes), 0, undefined, 0)
    if (bytes % 2 === 1) await handle.write(Buffer.alloc(1), 0, 1, 58 + bytes)
  } finally {
    await handle.close()
  }
}
