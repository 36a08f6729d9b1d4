import { highGroupHz, lowGroupHz } from '../../../src/dsp/dtmf-keypad.ts'
import type { Random } from '../random.ts'
import { gainOfDb, levelDbm0 } from './level.ts'

/**
 * Vowels of many mouths: as `parkedVowels`, with skirts, a third formant, attacks, breath, vibrato and pitch that
 * differ from speaker to speaker. One speaker for the whole stretch.
 */
export function wideVowels(length: number, dbm0: number, random: Random): Float32Array {
  const out = new Float32Array(length)
  const speaker: Speaker = {
    skirt: random.between(0.55, 1),
    tilt: random.between(0.3, 1),
    third: random.pick([0, 0.1, 0.3, 1]),
    attack: random.between(40, 400),
    breath: random.pick([0.003, 0.01, 0.05]),
    glide: random.pick([0.005, 0.02, 0.05]),
    near: random.pick([0.005, 0.01, 0.02]),
    pitch: random.pick([
      [80, 140],
      [85, 330],
      [160, 330],
    ] as const),
    phases: random.pick([0, 1, 2]),
  }
  let at = 0
  while (at < length) {
    const span = Math.round(random.between(480, 3_200))
    syllable(out, at, Math.min(length, at + span), speaker, random)
    at += span + Math.round(random.between(160, 1_600))
  }
  const gain = gainOfDb(dbm0 - levelDbm0(out))
  return out.map((sample) => sample * gain)
}

type Speaker = {
  skirt: number
  tilt: number
  third: number
  attack: number
  breath: number
  glide: number
  near: number
  pitch: readonly [number, number]
  phases: number
}

function syllable(out: Float32Array, from: number, to: number, who: Speaker, random: Random): void {
  const low = random.pick(lowGroupHz)
  const high = random.pick(highGroupHz)
  const f0 = pitchFor(low, high, who, random)
  const formants = [
    { hz: low * random.between(0.97, 1.03), width: random.between(40, 110), gain: 1 },
    { hz: high * random.between(0.97, 1.03), width: random.between(50, 130), gain: random.between(0.5, 1.5) },
    { hz: random.between(2_200, 3_000), width: 150, gain: who.third },
  ]
  const glide = random.between(-who.glide, who.glide)
  const vibrato = random.between(0, 0.01)
  const harmonics = Math.floor(3_400 / f0)
  const gains = Array.from({ length: harmonics }, (_, k) => {
    const hz = (k + 1) * f0
    const sum = formants.reduce(
      (s, f) => s + f.gain * (1 + ((hz - f.hz) / (f.width / 2)) ** 2) ** -who.skirt,
      0.004,
    )
    return sum / (k + 1) ** who.tilt
  })
  const offsets = gains.map((_, k) =>
    who.phases === 0 ? k * k : who.phases === 1 ? 0 : random.between(0, 6),
  )
  let phase = random.between(0, 2 * Math.PI)
  for (let i = from; i < to; i++) {
    const t = (i - from) / 8_000
    const hz = f0 * (1 + glide * t * 5 + vibrato * Math.sin(2 * Math.PI * 5.5 * t))
    phase += (2 * Math.PI * hz) / 8_000
    const envelope = Math.min(1, (i - from) / who.attack, (to - i) / 320)
    let sample = 0
    for (let k = 0; k < harmonics; k++) sample += gains[k]! * Math.sin((k + 1) * phase + offsets[k]!)
    out[i]! += envelope * (sample + who.breath * random.normal())
  }
}

function pitchFor(low: number, high: number, who: Speaker, random: Random): number {
  for (let attempt = 0; attempt < 300; attempt++) {
    const f0 = (low * random.between(1 - who.near, 1 + who.near)) / random.integer(2, 10)
    if (f0 < who.pitch[0] || f0 > who.pitch[1]) continue
    if (Math.abs((Math.round(high / f0) * f0) / high - 1) < who.near) return f0
  }
  return random.between(who.pitch[0], who.pitch[1])
}
