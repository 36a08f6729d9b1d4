/**
 * `node test/tones/suspicion/main.ts`: fits what says whether a window is suspected to hold a tone to the kit's own audio,
 * writes src/dsp/suspicion-net-weights.ts (with `--hint`, src/dsp/suspicion-weights.ts), and tells on another seed's
 * what it finds at what cost.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { leastHope } from '../../../src/dsp/suspicion.ts'
import { type SuspicionNetWeights, suspicionNet } from '../../../src/dsp/suspicion-net.ts'
import { type SuspicionWeights, suspicionScore } from '../../../src/dsp/suspicion-score.ts'
import { hintShape } from '../../../src/dsp/suspicion-shape.ts'
import { plainSigns, signCount } from '../../../src/dsp/suspicion-signs.ts'
import { hintWeights } from '../../../src/dsp/suspicion-weights.ts'
import { Random } from '../random.ts'
import { type Example, fitWeights } from './fit.ts'
import { fitNet } from './fit-net.ts'
import { judge } from './judge.ts'
import { gatherWindows, type Window } from './windows.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '4711' },
    rounds: { type: 'string', default: '1' },
    stretches: { type: 'string', default: '400' },
    hint: { type: 'boolean', default: false },
    dry: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
/** Hops since a press began in which a window must tell: full of tone while its first sample is about to leave, and later. */
const telling = { first: 9, inTime: 10, last: 30 } as const
/** A window that comes too late to hide the beginning counts for less. */
const weightOfLate = 0.3
const units = 24
const fitRounds = 30

const learned = gatherWindows(seed, Number(values.rounds), Number(values.stretches))
const judged = gatherWindows(seed + 1, Number(values.rounds), Number(values.stretches))
if (values.hint) {
  const weights = fitWeights(examplesOf(learned.windows), hintShape)
  judge('hint', suspicionScore(hintShape, weights), judged)
  write('suspicion-weights.ts', textOfHint(weights))
} else {
  const hint = suspicionScore(hintShape, hintWeights)
  const isHopeful = ({ values: v }: Window) => hint(v) > leastHope
  const examples = examplesOf(learned.windows.filter(isHopeful))
  console.log(`${examples.length} examples.`)
  const hopeful = { ...judged, windows: judged.windows.filter(isHopeful) }
  const found = (['first', 'final'] as const).map((name) => {
    const size = { signs: name === 'first' ? plainSigns : signCount, units, rounds: fitRounds }
    const weights = fitNet(examples, size, Random.for(seed, name))
    judge(`${name} net`, suspicionNet(weights), hopeful)
    return [name, weights] as const
  })
  write('suspicion-net-weights.ts', textOfNets(found))
}

function examplesOf(windows: readonly Window[]): Example[] {
  return windows
    .filter(({ sincePress: since }) => since === null || (since >= telling.first && since <= telling.last))
    .filter(({ sincePress: since }) => since === null || since <= telling.inTime || since % 3 === 0)
    .map(({ values: signs, sincePress: since }) => ({
      values: signs,
      isTone: since !== null,
      weight: since !== null && since > telling.inTime ? weightOfLate : 1,
    }))
}

function write(name: string, text: string): void {
  if (!values.dry) writeFileSync(new URL(`../../../src/dsp/${name}`, import.meta.url), text)
}

function textOfHint({ constant, slopes }: SuspicionWeights): string {
  const lines = [
    `// Fitted by test/tones/suspicion/main.ts --hint, seed ${seed}: to be made again rather than changed by hand.`,
    "import type { SuspicionWeights } from './suspicion-score.ts'",
    '',
    'export const hintWeights: SuspicionWeights = {',
    `  constant: ${constant},`,
    '  slopes: {',
    ...Object.entries(slopes).map(([of, weights]) => `    ${of}: [${weights.join(', ')}],`),
    '  },',
    '}',
  ]
  return `${lines.join('\n')}\n`
}

function textOfNets(found: readonly (readonly [string, SuspicionNetWeights])[]): string {
  const lines = [
    `// Fitted by test/tones/suspicion/main.ts, seed ${seed}: to be made again rather than changed by hand.`,
    "import type { SuspicionNetWeights } from './suspicion-net.ts'",
  ]
  const list = (numbers: readonly number[]) => `[${numbers.join(', ')}]`
  for (const [name, { from, to, hidden, out }] of found) {
    lines.push(
      '',
      `// biome-ignore format: a row is a row`,
      `export const ${name}Net: SuspicionNetWeights = {`,
      `  from: ${list(from)},`,
      `  to: ${list(to)},`,
      '  hidden: [',
      ...hidden.map((row) => `    ${list(row)},`),
      '  ],',
      `  out: ${list(out)},`,
      '}',
    )
  }
  return `${lines.join('\n')}\n`
}
