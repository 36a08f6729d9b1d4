/**
 * `node test/tones/suspicion/main.ts`: fits the weights by which a window is suspected to hold a tone to the kit's own
 * audio, writes src/dsp/suspicion-weights.ts, and tells on another seed's what they are worth.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type SuspicionWeights, suspicionScore } from '../../../src/dsp/suspicion-score.ts'
import { type SuspicionName, suspicionShapes } from '../../../src/dsp/suspicion-shape.ts'
import { sign } from '../../../src/dsp/suspicion-signs.ts'
import { Random } from '../random.ts'
import { type Example, fitWeights } from './fit.ts'
import { type Gathered, gatherWindows, passes, type Window } from './windows.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '4711' },
    rounds: { type: 'string', default: '2' },
    stretches: { type: 'string', default: '20' },
    dry: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
/** So many easy windows of speech are enough; each then counts for those that were left out. */
const easyKept = 20_000
/** Hops since a press began in which a window must tell: full of tone, and the first sample about to leave. */
const telling = { hint: [9, 44], glance: [9, 10], onset: [9, 10], lasting: [14, 44] } as const

const learned = gatherWindows(seed, Number(values.rounds), Number(values.stretches))
const judged = gatherWindows(seed + 1, 1, Math.ceil(Number(values.stretches) / 2))
const random = Random.for(seed, 'examples')
const weights = Object.fromEntries(
  Object.entries(suspicionShapes).map(([name, shape]) => {
    const fitted = fitWeights(examplesOf(learned.windows, name as SuspicionName), shape)
    judge(name as SuspicionName, fitted, judged)
    return [name, fitted]
  }),
)
if (!values.dry) {
  const target = new URL('../../../src/dsp/suspicion-weights.ts', import.meta.url)
  writeFileSync(target, textOf(weights))
}

function examplesOf(windows: readonly Window[], name: SuspicionName): Example[] {
  const seen = windows.filter((window) => passes[name](window.values))
  const [first, last] = telling[name]
  const tones = seen.filter(
    ({ sincePress }) => sincePress !== null && sincePress >= first && sincePress <= last,
  )
  const others = seen.filter(({ sincePress }) => sincePress === null)
  const isHard = ({ values: v }: Window) =>
    v[sign.purity]! > 0.5 && (name === 'lasting' ? v[sign.purity30]! > 0.4 : v[sign.rise]! < -3)
  const easy = others.filter((window) => !isHard(window))
  const share = Math.min(1, easyKept / Math.max(1, easy.length))
  const toneShare = Math.min(1, 30_000 / tones.length)
  return [
    ...tones
      .filter(() => random.next() < toneShare)
      .map((w) => ({
        values: w.values,
        isTone: true,
        weight: w.weight * (name === 'lasting' ? 0.3 : 1),
      })),
    ...others.filter(isHard).map((w) => ({ values: w.values, isTone: false, weight: 1 })),
    ...easy
      .filter(() => random.next() < share)
      .map((w) => ({ values: w.values, isTone: false, weight: 1 / share })),
  ]
}

/** Share of speech that a threshold costs (each window 24 ms), and the groups in which it misses a press in fifty. */
function judge(name: SuspicionName, fitted: SuspicionWeights, { windows, speechHops }: Gathered): void {
  const score = suspicionScore(suspicionShapes[name], fitted)
  const scored = windows
    .filter(({ values: v }) => passes[name](v))
    .map((window) => ({ ...window, score: score(window.values) }))
  const last = telling[name][1]
  for (const threshold of [-5, -4, -3, -2, -1, 0, 1, 2, 3]) {
    const suspects = scored.filter((window) => window.score > threshold)
    const masked = new Set<string>()
    for (const { sincePress, id, from } of suspects) {
      if (sincePress === null) for (let hop = id - 9; hop < id + 3; hop++) masked.add(`${from} ${hop}`)
    }
    const found = new Set(suspects.filter((w) => (w.sincePress ?? 99) <= Math.min(last, 25)).map((w) => w.id))
    const all = new Map<string, Set<number>>()
    for (const { sincePress, id, from } of windows) {
      if (sincePress === null) continue
      if (!all.has(from)) all.set(from, new Set())
      all.get(from)!.add(id)
    }
    const short = [...all]
      .map(([from, ids]) => ({ from, share: [...ids].filter((id) => found.has(id)).length / ids.size }))
      .filter(({ share }) => share < 0.98)
    const missed = short.map(({ from, share }) => `${from} ${(100 * share).toFixed(0)} %`).join(', ')
    const cost = ((100 * masked.size) / speechHops).toFixed(3)
    const lookedAt = suspects.filter((w) => w.sincePress === null).length / speechHops
    console.log(
      `${name} above ${threshold}: ${cost} % of speech, ${(100 * lookedAt).toFixed(2)} % of its windows; found of ${missed}`,
    )
  }
}

function textOf(found: Record<string, SuspicionWeights>): string {
  const lines = [
    `// Fitted by test/tones/suspicion/main.ts, seed ${seed}: to be made again rather than changed by hand.`,
    "import type { SuspicionWeights } from './suspicion-score.ts'",
  ]
  for (const [name, { constant, slopes }] of Object.entries(found)) {
    lines.push(
      '',
      `export const ${name}Weights: SuspicionWeights = {`,
      `  constant: ${constant},`,
      '  slopes: {',
    )
    for (const [of, values] of Object.entries(slopes)) lines.push(`    ${of}: [${values.join(', ')}],`)
    lines.push('  },', '}')
  }
  return `${lines.join('\n')}\n`
}
