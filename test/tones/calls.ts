import type { Key } from '../../src/dsp/dtmf-keypad.ts'
import { encodeG711 } from '../../src/dsp/g711.ts'
import { generateTone, toInt16 } from '../../src/dsp/tone-generator.ts'
import type { Random } from './random.ts'
import { clip, frameOctets, type Press, type Scene } from './scene.ts'
import { throughCodec } from './signals/codec.ts'
import { gainOfDb, mixInto } from './signals/level.ts'
import { addEchoes, brownNoise, whiteNoise } from './signals/noise.ts'
import type { SpeechStock } from './signals/speech.ts'

export type Call = {
  readonly scene: Scene
  /** The caller's voice and its echo of the agent's, before the line: to know what active speech is. */
  readonly voice: Float32Array
}

/**
 * A whole call: two people talk, the agent's voice comes back as an echo, and the caller keys a card, an expiry date
 * and a security code while talking on, over a line with noise, loss, clipping and now and then a mobile codec.
 * `isClean`: mu-law and no loss, for peers that are fed over a network of their own.
 */
export function makeCall(random: Random, talk: SpeechStock, n: number, isClean = false): Call {
  const { presses, length, sounds, levelDbm0 } = keyedCard(random)
  const tones = new Float32Array(length)
  for (const [i, sound] of sounds.entries()) mixInto(tones, sound, presses[i]!.from)
  const line = [{ delayMs: random.between(2, 20), dropDb: random.between(14, 24) }]
  if (random.next() < 0.5) line.push({ delayMs: random.between(60, 400), dropDb: random.between(12, 24) })
  addEchoes(tones, line)
  const voice = voices(length, presses, levelDbm0, random, talk)
  let mix = whiteNoise(length, random.between(-62, -45), random)
  if (random.next() < 0.4) mixInto(mix, brownNoise(length, levelDbm0 - random.between(14, 24), random))
  mixInto(mix, tones)
  mixInto(mix, voice)
  if (random.next() < 0.25) clip(mix, gainOfDb(random.between(-12, -3)))
  if (random.next() < 0.15) mix = throughCodec(mix, random.pick(['gsm-fr', 'amr-12.2']))
  const law = random.next() < 0.3 && !isClean ? 'alaw' : 'mulaw'
  const octets = new Uint8Array(length)
  encodeG711(law, toInt16(mix), octets)
  const share = random.pick([0, 0, 0.003, 0.01])
  const lost = Uint8Array.from({ length: length / frameOctets }, () =>
    random.next() < share && !isClean ? 1 : 0,
  )
  return { scene: { condition: `call ${n}`, law, octets, tones, lost, presses, expected: presses }, voice }
}

function keyedCard(random: Random) {
  const tone = {
    twistDb: random.between(-5, 3),
    offsetPct: random.between(-0.8, 0.8),
    levelDbm0: random.between(-20, -6),
  }
  const pace = { toneMs: random.between(65, 180), pauseMs: random.between(70, 450) }
  const presses: Press[] = []
  const sounds: Float32Array[] = []
  let at = 8 * 4_000
  for (const digits of [16, 4, 3]) {
    for (let i = 0; i < digits; i++) {
      const key = random.pick([...'0123456789']) as Key
      const ms = pace.toneMs * random.between(0.8, 1.4)
      const sound = generateTone({
        key,
        ms,
        ...tone,
        lowPhase: random.between(0, 7),
        highPhase: random.between(0, 7),
      })
      presses.push({ key, from: at, to: at + sound.length, levelDbm0: tone.levelDbm0 })
      sounds.push(sound)
      at +=
        sound.length +
        Math.round(
          8 * pace.pauseMs * random.between(0.8, 2) + (i % 4 === 3 ? 8 * random.between(100, 600) : 0),
        )
    }
    at += Math.round(8 * random.between(1_500, 4_000))
  }
  const length = Math.ceil((at + 16_000) / frameOctets) * frameOctets
  return { presses, sounds, length, levelDbm0: tone.levelDbm0 }
}

/** The caller talks, more quietly near the phone's keypad than between; the agent's voice returns from far away. */
function voices(
  length: number,
  presses: readonly Press[],
  levelDbm0: number,
  random: Random,
  talk: SpeechStock,
): Float32Array {
  const out = new Float32Array(length)
  const own = talk.stretch(length, 0, random)
  const speechDbm0 = random.between(-26, -16)
  const beneathDbm0 = Math.min(speechDbm0, levelDbm0 - random.between(9, 15))
  const first = presses[0]!.from
  const last = presses.at(-1)!.to
  const says = Float32Array.from({ length }, (_, i) => {
    const keying = i > first - 800 && i < last + 800
    return gainOfDb(keying ? beneathDbm0 : speechDbm0)
  })
  const quietly = random.next() < 0.5
  for (let i = 0; i < length; i++) out[i] = own[i]! * says[i]! * (quietly && (i >> 14) % 3 === 0 ? 0 : 1)
  const agent = talk.stretch(length, speechDbm0 - random.between(18, 30), random)
  mixInto(out, agent, Math.round(8 * random.between(20, 200)))
  return out
}
