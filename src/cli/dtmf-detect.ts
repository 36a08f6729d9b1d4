import { Command } from 'commander'
import type { SampleCodec } from '../dtmf/audio-format.ts'
import { openAudio } from '../dtmf/audio-input.ts'
import { detectPresses } from '../dtmf/detect.ts'
import { codecByName } from '../dtmf/recordings.ts'
import { codecOption, endWithReader, explain, openInput, wholeNumber } from './dtmf-files.ts'

type Options = { readonly rate: number; readonly codec?: SampleCodec }

export function detectCommand(): Command {
  return new Command('detect')
    .description('write the digits of a recording or a stream as JSON lines, each as soon as its key is up')
    .argument(
      '[file]',
      'WAVE (PCM, float, mu-law, A-law) or raw samples of one channel; - is standard input',
      '-',
    )
    .option('--rate <hz>', 'samples a second of raw samples', wholeNumber(8_000, 192_000), 8_000)
    .addOption(codecOption())
    .addHelpText(
      'after',
      `
A line is {"digit":"4","startMs":…,"endMs":…,"atMs":…}; atMs is the position in the audio at which the decision
fell, and nothing later was looked at for it. With several channels each line names its own.
Raw samples are s16le, or what the file's name says (.ulaw, .alaw, …), unless --codec is given.`,
    )
    .action(async (file: string, { rate, codec }: Options) => {
      endWithReader()
      try {
        const assumed = { codec: codec ?? codecByName(file), rate, channels: 1 }
        const input = await openAudio(openInput(file), assumed)
        await detectPresses(input, (press) => console.log(JSON.stringify(press)))
      } catch (error) {
        console.error(`tonewall dtmf detect: ${explain(file, error)}`)
        process.exitCode = 2
      }
    })
}
