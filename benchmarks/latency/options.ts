import { Command, InvalidArgumentError, Option } from 'commander'
import type { Keying } from './desk/people-port.ts'

export type BenchmarkOptions = Keying & {
  readonly calls: readonly number[]
  readonly seconds: number
  readonly only: 'audio' | 'keys' | null
  readonly json: boolean
}

type Parsed = {
  calls: number[]
  seconds: number
  tone: number
  gap: number
  report: Keying['report']
  only?: 'audio' | 'keys'
  json?: boolean
}

/** The command line; prints what is wrong with it and ends the process when it cannot be used. */
export function readOptions(argv: readonly string[]): BenchmarkOptions {
  const command = new Command('bench:latency')
    .description(
      'audio delay added by the bridge, and how soon a key that the caller presses shows on the desk',
    )
    .option('--calls <numbers>', 'simultaneous calls, one run each', callCounts, [1, 50, 100])
    .option('--seconds <n>', 'length of each audio measurement, in s', within(1, 600), 8)
    .addOption(new Option('--only <part>', 'leave out the other part').choices(['audio', 'keys']))
    .option('--tone <ms>', 'length of a key’s tone', within(40, 1_000), 100)
    .option('--gap <ms>', 'pause between keys', within(40, 2_000), 100)
    .addOption(
      new Option(
        '--report <way>',
        'how a key reaches the platform: its tone, the provider’s message, or both',
      )
        .choices(['audio', 'message', 'both'])
        .default('both'),
    )
    .option('--json', 'print the results as JSON')
  const { calls, seconds, tone, gap, report, only, json } = command.parse(argv).opts<Parsed>()
  return { calls, seconds, only: only ?? null, toneMs: tone, gapMs: gap, report, json: json ?? false }
}

function within(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`A whole number from ${least} to ${most}.`)
  }
}

function callCounts(text: string): number[] {
  return text.split(',').map(within(1, 1_000))
}
