import { decodeG711 } from '../../src/dsp/g711.ts'
import { makeCall } from '../../test/tones/calls.ts'
import { throughEngine } from '../../test/tones/listen.ts'
import { Random } from '../../test/tones/random.ts'
import { allGroups, sceneOf } from '../../test/tones/run-groups.ts'
import type { Scene } from '../../test/tones/scene.ts'
import { type HearingScore, noHearing, scoreHearing } from '../../test/tones/score-hearing.ts'
import type { SpeechStock } from '../../test/tones/signals/speech.ts'
import { talkOffKinds, talkOffScene } from '../../test/tones/talk-off.ts'
import { scoreByOrder } from './order-score.ts'
import { multimon } from './peers/multimon.ts'
import type { NativePeer, Stretch } from './peers/native-peer.ts'

/** One detector's results over the whole kit. */
export type PeerHearing = {
  readonly name: string
  readonly score: HearingScore
  callsRight: number
  calls: number
  /** Digits invented in an hour, by kind of talk; not measured where it would take too long. */
  readonly inventedAnHour: Map<string, number>
}

type Ear = {
  readonly name: string
  /** Scores scenes of presses. */
  score(scenes: readonly Scene[], score: HearingScore): number
}

export const stretchOf = (scene: Scene): Stretch => {
  const samples = new Int16Array(scene.octets.length)
  decodeG711(scene.law, scene.octets, samples)
  return { samples, lost: scene.lost }
}

const ours: Ear = {
  name: 'tonewall',
  score: (scenes, score) =>
    scenes.filter((scene) => scoreHearing(scene, throughEngine(scene).heard, score).length === 0).length,
}

const native = (peer: NativePeer): Ear => ({
  name: peer.name,
  score: (scenes, score) => {
    const heard = peer.hear(scenes.map(stretchOf))
    return scenes.filter((scene, i) => scoreHearing(scene, heard[i]!, score).length === 0).length
  },
})

const byOrder: Ear = {
  name: 'multimon-ng',
  score: (scenes, score) => {
    const heard = multimon.hear(scenes.map(stretchOf))
    for (const [i, scene] of scenes.entries()) scoreByOrder(scene, heard[i]!, score)
    return scenes.filter((scene, i) => scene.expected?.map(({ key }) => key).join('') === heard[i]).length
  },
}

export type HearingBench = { seed: number; rounds: number; calls: number; hours: number; talk: SpeechStock }

export function benchHearing(
  peers: readonly NativePeer[],
  hasMultimon: boolean,
  bench: HearingBench,
): PeerHearing[] {
  const ears = [ours, ...peers.map(native), ...(hasMultimon ? [byOrder] : [])]
  const results = ears.map(({ name }) => ({
    name,
    score: noHearing(),
    callsRight: 0,
    calls: bench.calls,
    inventedAnHour: new Map<string, number>(),
  }))
  const { seed, rounds, talk } = bench
  for (const group of allGroups({ talk }).filter(({ kind }) => kind !== 'either')) {
    for (let round = 0; round < rounds; round++) {
      const scenes = group.plans.map((_, plan) => sceneOf(group, { seed, plan, round }))
      for (const [i, ear] of ears.entries()) ear.score(scenes, results[i]!.score)
    }
  }
  const calls = Array.from(
    { length: bench.calls },
    (_, n) => makeCall(Random.for(seed, `call ${n}`), talk, n).scene,
  )
  for (const [i, ear] of ears.entries()) results[i]!.callsRight = ear.score(calls, noHearing())
  benchTalkOff(ears, results, bench)
  return results
}

function benchTalkOff(
  ears: readonly Ear[],
  results: readonly PeerHearing[],
  { seed, hours }: HearingBench,
): void {
  for (const kind of talkOffKinds) {
    const scores = ears.map(() => noHearing())
    let heardHours = 0
    for (let n = 0; heardHours < hours; n++) {
      const { scene } = talkOffScene(kind, seed, n)
      heardHours += scene.octets.length / 8_000 / 3_600
      for (const [i, ear] of ears.entries()) ear.score([scene], scores[i]!)
    }
    for (const [i, { invented, doubled, wrong }] of scores.entries()) {
      results[i]!.inventedAnHour.set(kind, (invented + doubled + wrong) / heardHours)
    }
  }
}
