import { encodeG711 } from '../../../src/dsp/g711.ts'
import { hopSamples } from '../../../src/dsp/goertzel.ts'
import { openKernel } from '../../../src/dsp/kernel/open-kernel.ts'
import { StateBuffer } from '../../../src/dsp/state-buffer.ts'
import { mayHoldPair } from '../../../src/dsp/suspicion.ts'
import { SuspicionSigns, signCount } from '../../../src/dsp/suspicion-signs.ts'
import { ToneEvidence } from '../../../src/dsp/tone-evidence.ts'
import { toInt16 } from '../../../src/dsp/tone-generator.ts'
import { ToneSpectrum } from '../../../src/dsp/tone-spectrum.ts'
import { makeCall } from '../calls.ts'
import { Random } from '../random.ts'
import { allGroups, sceneOf } from '../run-groups.ts'
import { frameOctets, type Scene } from '../scene.ts'
import { activeFrames, mixInto } from '../signals/level.ts'
import { whiteNoise } from '../signals/noise.ts'
import { SpeechStock, speech } from '../signals/speech.ts'

/** Signs of one window of 18 ms, and whose it is. */
export type Window = {
  readonly values: Float64Array
  /** Hops from the beginning of a press to the end of the window; null for one that is nobody's tone. */
  readonly sincePress: number | null
  /** Presses of the scene, counted; the hop for what is no tone. */
  readonly id: number
  /** Name of the group; of speech. */
  readonly from: string
}

/** Of these so many times as many are drawn: where few windows tell, and voices differ. */
const drawn = (name: string) => (/speech/.test(name) ? 16 : 1)
const callsOfRound = 20
/** Windows of a press that are looked at: from 6 ms after it begins to 88 ms. */
const firstHop = 3
const lastHop = 44
/** Neither in a tone nor in what rings after it, in hops. */
const aroundTone = { before: 2, after: 24 }

export type Gathered = {
  readonly windows: Window[]
  /** Presses of each group. */
  readonly pressed: Map<string, number>
  /** Of active speech without tones, on no call. */
  speechHops: number
}

/** Every window that passes the gates, of the whole kit and of `stretches` of some 20 s of speech, each another voice. */
export function gatherWindows(seed: number, rounds: number, stretches: number): Gathered {
  const talk = new SpeechStock(Random.for(seed, 'talk'), 16)
  const gathered: Gathered = { windows: [], pressed: new Map(), speechHops: 0 }
  for (const group of allGroups({ talk })) {
    if (!group.readable) continue
    for (let round = 0; round < rounds * drawn(group.name); round++) {
      for (let plan = 0; plan < group.plans.length; plan++) {
        gather(sceneOf(group, { seed, plan, round }), group.name, null, gathered)
      }
    }
  }
  for (let n = 0; n < callsOfRound * rounds; n++) {
    const { scene, voice } = makeCall(Random.for(seed, `call ${n}`), talk, n)
    gather(scene, 'calls', voice, gathered)
  }
  for (let n = 0; n < stretches; n++) {
    const { scene, voice } = shortTalk(Random.for(seed, `short talk ${n}`))
    gather(scene, 'speech', voice, gathered)
  }
  return gathered
}

function shortTalk(random: Random): { scene: Scene; voice: Float32Array } {
  const said = speech(20, random.between(-28, -10), random)
  const length = Math.floor(said.length / frameOctets) * frameOctets
  const mix = whiteNoise(length, random.between(-66, -46), random)
  mixInto(mix, said)
  const octets = new Uint8Array(length)
  encodeG711('mulaw', toInt16(mix), octets)
  const nothing = {
    tones: new Float32Array(0),
    lost: new Uint8Array(length / frameOctets),
    presses: [],
    expected: [],
  }
  return { scene: { condition: 'talk', law: 'mulaw', octets, ...nothing }, voice: said.subarray(0, length) }
}

function gather(scene: Scene, from: string, voice: Float32Array | null, gathered: Gathered): void {
  gathered.pressed.set(from, (gathered.pressed.get(from) ?? 0) + scene.presses.length)
  const since = hopsSincePress(scene)
  const scenes = 1_000_000 * ++sceneCount
  const speaks = voice ? activeFrames(voice) : new Uint8Array(scene.octets.length / frameOctets)
  walk(scene, (hop, values) => {
    const press = since.get(hop)
    const frame = Math.floor(((hop - 1) * hopSamples) / frameOctets)
    if (press) {
      if (values) gathered.windows.push({ values, sincePress: press.hops, id: press.id, from })
    } else if (speaks[frame] === 1 && !since.nearTone(hop)) {
      if (from === 'speech') gathered.speechHops++
      if (values) gathered.windows.push({ values, sincePress: null, id: scenes + hop, from })
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
        signs.readSurroundings()
      }
      each(spectrum.hops, looks ? signs.values.slice(0, signCount) : null)
    }
  }
  kernel.release()
}
