import { encodeG711 } from '../../src/dsp/g711.ts'
import { toInt16 } from '../../src/dsp/tone-generator.ts'
import { Random } from './random.ts'
import { frameOctets, type Scene } from './scene.ts'
import { formantVoices } from './signals/formant-voices.ts'
import { mixInto } from './signals/level.ts'
import { music } from './signals/music.ts'
import { whiteNoise } from './signals/noise.ts'
import { speech } from './signals/speech.ts'
import { parkedVowels } from './signals/vowels.ts'
import { wideVowels } from './signals/wide-vowels.ts'

/** Hours without a digit. A receiver that finds one has been talked into it. */
export type TalkOffKind =
  | 'synthetic speech'
  | 'music'
  | 'vowels parked on DTMF frequencies'
  | 'vowels of many mouths'
  | 'voices with their formants on a pair'
export const talkOffKinds: readonly TalkOffKind[] = [
  'synthetic speech',
  'music',
  'vowels parked on DTMF frequencies',
  'vowels of many mouths',
  'voices with their formants on a pair',
]

/** One stretch of about two minutes. */
export function talkOffScene(
  kind: TalkOffKind,
  seed: number,
  n: number,
): { scene: Scene; sound: Float32Array } {
  const random = Random.for(seed, `${kind} ${n}`)
  const seconds = 120
  const dbm0 = random.between(-28, -10)
  const sound = {
    'synthetic speech': () => speech(seconds, dbm0, random),
    music: () => music(seconds * 8_000, dbm0, random),
    'vowels parked on DTMF frequencies': () => parkedVowels(seconds * 8_000, dbm0, random),
    'vowels of many mouths': () => wideVowels(seconds * 8_000, dbm0, random),
    'voices with their formants on a pair': () => formantVoices(seconds * 8_000, dbm0, random),
  }[kind]()
  const length = Math.floor(sound.length / frameOctets) * frameOctets
  const mix = whiteNoise(length, -66, random)
  mixInto(mix, sound)
  const octets = new Uint8Array(length)
  encodeG711('mulaw', toInt16(mix), octets)
  const lost = new Uint8Array(length / frameOctets)
  const scene: Scene = {
    condition: `${kind} ${n}`,
    law: 'mulaw',
    octets,
    tones: new Float32Array(0),
    lost,
    presses: [],
    expected: [],
  }
  return { scene, sound: sound.subarray(0, length) }
}
