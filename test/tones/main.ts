/**
 * `npm run tones`: the tone engine against a test kit of the standards' own kind. `docs/tones.md` says how it is made.
 */
import { parseArgs } from 'node:util'
import { NativePeer } from '../../benchmarks/tones/peers/native-peer.ts'
import { leastSquares, receiver, unguarded } from './attackers.ts'
import { runFusion } from './fusion/run-fusion.ts'
import { goals } from './goals.ts'
import { measuresOf } from './measures.ts'
import { needTools } from './needed-tools.ts'
import { Random } from './random.ts'
import { printCalls, printFusion, printGroups, printTable, printTalkOff } from './report.ts'
import { runCalls } from './run-calls.ts'
import { allGroups, runGroup } from './run-groups.ts'
import { runTalkOff } from './run-talk-off.ts'
import { SpeechStock } from './signals/speech.ts'
import { talkOffKinds } from './talk-off.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string' },
    calls: { type: 'string' },
    hours: { type: 'string' },
    only: { type: 'string' },
    failures: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(`npm run tones -- [--quick] [--seed N] [--rounds N] [--calls N] [--hours N] [--only TEXT] [--failures]

  --quick      about a minute: one round of every group, 8 calls, 4 minutes of each kind of talk
  --seed       another set of cases (default 1)
  --rounds     how often each case of a group is drawn (default 12)
  --calls      whole calls (default 60)
  --hours      hours of each kind of audio without digits (default 1)
  --only       only groups whose name contains TEXT; nothing else, and no goals
  --failures   name each case that went wrong`)
  process.exit(0)
}

needTools()
const seed = Number(values.seed)
const rounds = Number(values.rounds ?? (values.quick ? 1 : 12))
const spandsp = NativePeer.build('spandsp')
if (!spandsp && process.env.CI) throw new Error('spandsp is missing: install libspandsp-dev and gcc')
if (!spandsp) console.log('spandsp is not here (Debian: libspandsp-dev, gcc): one attacker fewer.\n')
const attackers = [leastSquares, unguarded, ...(spandsp ? [receiver(spandsp)] : [])]
const names = attackers.map(({ name }) => name)
const talk = new SpeechStock(Random.for(seed, 'talk'), values.quick ? 6 : 16)

console.log(`Seed ${seed}, ${rounds} round(s), mask armed with 20 ms of look-ahead.`)
console.log('Recovered: per cent of presses beyond chance, ± one standard error.\n')
const chosen = allGroups({ talk }).filter(({ name }) => name.includes(values.only ?? ''))
const groups = chosen.map((group) => runGroup(group, { seed, rounds, attackers }))
printGroups(groups, names)
const faults = groups.flatMap((result) => result.faults.map((fault) => `${result.group.name}: ${fault}`))

if (values.only === undefined) {
  const calls = runCalls(Number(values.calls ?? (values.quick ? 8 : 60)), seed, talk, attackers)
  printCalls(calls, names)
  const hours = Number(values.hours ?? (values.quick ? 0.05 : 1))
  const talkOff = talkOffKinds.map((kind) => runTalkOff(kind, hours, seed))
  printTalkOff(talkOff)
  const fusion = runFusion(values.quick ? 140 : 420, seed)
  printFusion(fusion)
  faults.push(...calls.faults, ...fusion.faults, ...talkOff.flatMap((result) => result.faults))
  holdGoals(measuresOf({ groups, calls, talkOff, fusion }))
}
if (values.failures) for (const fault of faults) console.log(`seed ${seed}, ${fault}`)

function holdGoals(measures: ReadonlyMap<string, number>): void {
  const rows = goals.map(({ measure, atLeast, atMost, aim }) => {
    const value = measures.get(measure)
    if (value === undefined) throw new Error(`nobody measures "${measure}"`)
    const held =
      value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY)
    if (!held) process.exitCode = 1
    const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`
    return [measure, value.toFixed(2), bound, aim, held ? 'holds' : 'FALLS SHORT']
  })
  printTable(['measure', 'measured', 'held to', 'aim', ''], rows)
}
