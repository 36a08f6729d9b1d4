import { hopSamples } from '../../../src/dsp/goertzel.ts'
import { openKernel } from '../../../src/dsp/kernel/open-kernel.ts'
import { StateBuffer } from '../../../src/dsp/state-buffer.ts'
import { beginningRiseDb, lastingPurity, mayHoldPair } from '../../../src/dsp/suspicion.ts'
import { SuspicionSigns, sign, signCount } from '../../../src/dsp/suspicion-signs.ts'
import { ToneEvidence } from '../../../src/dsp/tone-evidence.ts'
import { ToneSpectrum } from '../../../src/dsp/tone-spectrum.ts'
import { makeCall } from '../calls.ts'
import { Random } from '../random.ts'
import { allGroups, sceneOf } from '../run-groups.ts'
import { frameOctets, type Scene } from '../scene.ts'
import { activeFrames } from '../signals/level.ts'
import { SpeechStock } from '../signals/speech.ts'
import { talkOffScene } from '../talk-off.ts'

/** Signs of one window of 18 ms, and whose it is. */
export type Window = {
  readonly values: Float64Array
  /** Hops from the beginning of a press to the end of the window; null for one that is nobody's tone. */
  readonly sincePress: number | null
  /** Presses of the scene, counted; the hop for what is no tone. */
  readonly id: number
  /** Name of the group; of speech. */
  readonly from: string
  /** Counts for more: where suspicion is hardest to get right. */
  readonly weight: number
}

const hardGroups = /3\.5 %|twist of|speech|gsm|GSM|busy|rolled|as loud|3 to 12/
/** Windows of a press that are looked at: from 6 ms after it begins to 88 ms. */
const firstHop = 3
const lastHop = 44
/** Neither in a tone nor in what rings after it, in hops. */
const aroundTone = { before: 2, after: 24 }

export type Gathered = {
  readonly windows: Window[] /** Of active speech without tones. */
  speechHops: number
}

/** Every window that passes the gates, of the whole kit and of `stretches` of about two minutes of speech. */
export function gatherWindows(seed: number, rounds: number, stretches: number): Gathered {
  const talk = new SpeechStock(Random.for(seed, 'talk'), 8)
  const gathered: Gathered = { windows: [], speechHops: 0 }
  for (const group of allGroups({ talk })) {
    if (!group.readable) continue
    for (let round = 0; round < rounds; round++) {
      for (let plan = 0; plan < group.plans.length; plan++) {
        gather(sceneOf(group, { seed, plan, round }), group.name, null, gathered)
      }
    }
  }
  for (let n = 0; n < 4 * rounds; n++) {
    const { scene, voice } = makeCall(Random.for(seed, `call ${n}`), talk, n)
    gather(scene, 'calls', voice, gathered)
  }
  for (let n = 0; n < stretches; n++) {
    const { scene, sound } = talkOffScene('synthetic speech', seed, n)
    gather(scene, 'speech', sound, gathered)
  }
  return gathered
}

function gather(scene: Scene, from: string, voice: Float32Array | null, gathered: Gathered): void {
  const weight = hardGroups.test(from) ? 3 : 1
  const since = hopsSincePress(scene)
  const scenes = 1_000_000 * ++sceneCount
  const speaks = voice ? activeFrames(voice) : new Uint8Array(scene.octets.length / frameOctets)
  walk(scene, (hop, values) => {
    const press = since.get(hop)
    const frame = Math.floor(((hop - 1) * hopSamples) / frameOctets)
    if (press) {
      if (values) gathered.windows.push({ values, sincePress: press.hops, id: press.id, from, weight })
    } else if (speaks[frame] === 1 && !since.nearTone(hop)) {
      gathered.speechHops++
      if (values) gathered.windows.push({ values, sincePress: null, id: scenes + hop, from, weight: 1 })
    }
  })
}

/** So that presses, and hops of different scenes, are told apart. */
let presses = 0
let sceneCount = 0

function hopsSincePress(scene: Scene) {
  const of = new Map<number, { id: number; hops: number }>()
  for (const { from, to } of scene.presses) {
    presses++
    const last = Math.min(lastHop, Math.floor((to - from) / hopSamples))
    for (let hops = firstHop; hops <= last; hops++)
      of.set(Math.floor(from / hopSamples) + hops, { id: presses, hops })
  }
  const near = new Uint8Array(Math.ceil(scene.octets.length / hopSamples) + 64)
  for (let i = 0; i < scene.tones.length; i += 8) {
    if (Math.abs(scene.tones[i]!) < 0.001) continue
    const hop = Math.floor(i / hopSamples)
    near.fill(1, Math.max(0, hop - aroundTone.before), hop + aroundTone.after)
  }
  return { get: (hop: number) => of.get(hop), nearTone: (hop: number) => near[hop] === 1 }
}

/** As the engine sees it: hop by hop, and null where it would not look closer. */
function walk(scene: Scene, each: (hop: number, values: Float64Array | null) => void): void {
  const state = new StateBuffer(8_192)
  const kernel = openKernel()
  const spectrum = new ToneSpectrum(state, kernel)
  const evidence = new ToneEvidence(state, spectrum)
  const signs = new SuspicionSigns(state, spectrum, evidence)
  for (let at = 0; at < scene.octets.length; at += frameOctets) {
    if (scene.lost[at / frameOctets] === 1) kernel.takeLost(frameOctets)
    else kernel.takeOctets(scene.octets.subarray(at, at + frameOctets), scene.law)
    for (let hop = 0; hop < frameOctets / hopSamples; hop++) {
      spectrum.advance()
      const looks = mayHoldPair(evidence)
      if (looks) {
        signs.readPair()
        signs.readEdges()
        signs.readLowBand()
        signs.readLasting()
      }
      each(spectrum.hops, looks ? signs.values.slice(0, signCount) : null)
    }
  }
  kernel.release()
}

/** Whether the engine would have asked for the one score or the other. */
export const passes = {
  hint: () => true,
  glance: (values: Float64Array) => values[sign.rise]! < beginningRiseDb,
  onset: (values: Float64Array) => values[sign.rise]! < beginningRiseDb,
  lasting: (values: Float64Array) => values[sign.purity]! > lastingPurity,
} as const
