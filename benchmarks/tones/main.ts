/**
 * `npm run bench:tones`: our tone engine beside its peers, on the same audio, in one run. Debian packages of the peers:
 * libspandsp-dev, librem-dev (with libre-dev), multimon-ng, rtpengine-daemon, and gcc for the harnesses.
 */
import { parseArgs } from 'node:util'
import { makeCall } from '../../test/tones/calls.ts'
import { needTools } from '../../test/tones/needed-tools.ts'
import { Random } from '../../test/tones/random.ts'
import { mean, percent, printTable } from '../../test/tones/report.ts'
import { quantile } from '../../test/tones/score-hearing.ts'
import { recoveredPct } from '../../test/tones/score-masking.ts'
import { SpeechStock } from '../../test/tones/signals/speech.ts'
import { talkOffKinds, talkOffScene } from '../../test/tones/talk-off.ts'
import { benchHearing, stretchOf } from './hearing.ts'
import { benchMasking } from './masking.ts'
import { multimon } from './peers/multimon.ts'
import { NativePeer } from './peers/native-peer.ts'
import { Rtpengine } from './rtpengine/daemon.ts'
import { ourTimesRealTime } from './speed.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string' },
    calls: { type: 'string' },
    hours: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const parts = ['hearing', 'masking', 'speed'] as const
if (values.help) {
  console.log(`npm run bench:tones -- [--quick] [--seed N] [--rounds N] [--calls N] [--hours N] [--only ${parts.join('|')}]

  --quick      one round of every group, 8 calls, 6 minutes of each kind of talk, a second of each speed
  --seed       another set of cases (default 1)
  --rounds     how often each case of a group is drawn (default 6)
  --calls      whole calls (default 60; of these 24 for masking)
  --hours      hours of each kind of audio without digits (default 0.5)
  --only       one part`)
  process.exit(0)
}
if (values.only !== undefined && !parts.some((part) => part === values.only))
  throw new Error(`--only: there is no part "${values.only}"; the parts are ${parts.join(', ')}`)
const isWanted = (part: (typeof parts)[number]) => values.only === undefined || values.only === part
needTools()
/** Each speed is measured so often, in turn; the median counts. */
const speedTurns = 5
const seed = Number(values.seed)
const rounds = Number(values.rounds ?? (values.quick ? 1 : 6))
const calls = Number(values.calls ?? (values.quick ? 8 : 60))
const hours = Number(values.hours ?? (values.quick ? 0.1 : 0.5))

const natives = (['spandsp', 'librem'] as const).flatMap((name) => NativePeer.build(name) ?? missing(name))
const spandsp = natives.find(({ name }) => name === 'spandsp') ?? null
const hasMultimon = multimon.isHere() || missing('multimon-ng').length > 0
const engine = isWanted('masking') ? ((await Rtpengine.start()) ?? missing('rtpengine')[0] ?? null) : null
const talk = new SpeechStock(Random.for(seed, 'talk'), values.quick ? 6 : 16)

try {
  if (isWanted('hearing')) printHearing()
  if (isWanted('masking')) await printMasking()
  if (isWanted('speed')) printSpeed()
} finally {
  engine?.stop()
}

/** A user's machine may lack a peer; ours may not. */
function missing(name: string): never[] {
  if (process.env.CI) throw new Error(`the peer ${name} is missing; docs/tones.md names its Debian package`)
  console.log(`${name} is not here and is left out.`)
  return []
}

function printHearing(): void {
  const results = benchHearing(natives, hasMultimon, { seed, rounds, calls, hours, talk })
  printTable(
    [
      'hearing',
      'presses',
      'heard %',
      'doubled',
      'wrong',
      'invented',
      'rejected %',
      'calls right',
      'p50 ms',
      'p99 ms',
      ...talkOffKinds.map((kind) => `an hour: ${kind.split(' ')[0]}`),
    ],
    results.map(({ name, score, callsRight, calls, inventedAnHour }) => [
      name,
      String(score.presses),
      percent(score.heard, score.presses).toFixed(2),
      String(score.doubled),
      String(score.wrong),
      String(score.invented),
      percent(score.rejected, score.toReject).toFixed(1),
      `${callsRight}/${calls}`,
      score.latenciesMs.length === 0 ? '–' : quantile(score.latenciesMs, 0.5).toFixed(0),
      score.latenciesMs.length === 0 ? '–' : quantile(score.latenciesMs, 0.99).toFixed(0),
      ...talkOffKinds.map((kind) => inventedAnHour.get(kind)!.toFixed(1)),
    ]),
  )
}

async function printMasking(): Promise<void> {
  const results = await benchMasking(engine, spandsp, { seed, calls: Math.min(calls, 24), talk })
  const attackers = [...results[0]!.score.named.keys()]
  printTable(
    [
      'masking whole calls',
      'presses',
      ...attackers.map((name) => `${name} %`),
      'left+echo',
      'before ms',
      'after ms',
      'speech changed %',
      'added ms',
      'channels a core, with network',
    ],
    results.map(({ name, score, audio, addedMs, channelsACore }) => [
      name,
      String(score.presses),
      ...attackers.map((attacker) => {
        const { pct, errorPct } = recoveredPct(score, attacker)
        return `${pct.toFixed(1)} ±${errorPct.toFixed(1)}`
      }),
      `${score.audible}+${score.echoAudible}`,
      mean(score.beforeMs).toFixed(1),
      mean(score.afterMs).toFixed(1),
      percent(audio.changed, audio.active).toFixed(3),
      addedMs.toFixed(0),
      channelsACore === null ? '–' : channelsACore.toFixed(0),
    ]),
  )
}

function printSpeed(): void {
  const scenes = Array.from({ length: 2 }, (_, n) => talkOffScene('synthetic speech', seed, n).scene)
  const keyed = Array.from({ length: 4 }, (_, n) => makeCall(Random.for(seed, `call ${n}`), talk, n).scene)
  const seconds = values.quick ? 1 : 2
  const stretches = scenes.map(stretchOf)
  const listens = 'tonewall, detecting'
  const runs: readonly (readonly [string, () => number])[] = [
    [listens, () => ourTimesRealTime(scenes, seconds, false)],
    ...natives.map(
      (peer) => [`${peer.name}, detecting`, () => peer.timesRealTime(stretches, 40 * seconds)] as const,
    ),
    ['tonewall, detecting and masking', () => ourTimesRealTime(scenes, seconds, true)],
    ['the same while a card is keyed', () => ourTimesRealTime(keyed, seconds, true)],
  ]
  // In turn: what else the machine does meanwhile falls on everybody.
  const turns = Array.from({ length: values.quick ? 1 : speedTurns }, () => runs.map(([, run]) => run()))
  const ofOurs = (run: number) => median(turns.map((turn) => turn[0]! / turn[run]!)).toFixed(2)
  printTable(
    ['× real time on one core (signal processing alone)', '', `${listens}, over it`],
    [
      ...runs.map(([name], run) => [name, median(turns.map((turn) => turn[run]!)).toFixed(0), ofOurs(run)]),
      ...(hasMultimon
        ? [['multimon-ng, detecting', multimon.timesRealTime(stretches[0]!).toFixed(0), '']]
        : []),
    ],
  )
}

function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}
