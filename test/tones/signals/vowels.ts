import { highGroupHz, lowGroupHz } from '../../../src/dsp/dtmf-keypad.ts'
import type { Random } from '../random.ts'
import { gainOfDb, levelDbm0 } from './level.ts'

/**
 * Vowels parked on DTMF frequencies: a voice whose harmonics and formants fall on a pair of Q.23, syllable after
 * syllable. No real talk is like this; it is where a receiver without a feeling for voices gives up. The formants'
 * skirts are set so that Debian's spandsp and librem invent about 160 and 80 digits an hour.
 */
export function parkedVowels(length: number, dbm0: number, random: Random): Float32Array {
  const out = new Float32Array(length)
  let at = 0
  while (at < length) {
    const span = Math.round(random.between(480, 3_200))
    syllable(out, at, Math.min(length, at + span), random)
    at += span + Math.round(random.between(160, 1_600))
  }
  const gain = gainOfDb(dbm0 - levelDbm0(out))
  return out.map((sample) => sample * gain)
}

function syllable(out: Float32Array, from: number, to: number, random: Random): void {
  const low = random.pick(lowGroupHz)
  const high = random.pick(highGroupHz)
  const f0 = parkedPitch(low, high, random)
  const formants = [
    { hz: low * random.between(0.97, 1.03), width: random.between(40, 110) },
    { hz: high * random.between(0.97, 1.03), width: random.between(50, 130) },
    { hz: random.between(2_200, 3_000), width: 150 },
  ]
  const glide = random.between(-0.02, 0.02)
  const vibrato = random.between(0, 0.01)
  const harmonics = Math.floor(3_400 / f0)
  const gains = Array.from(
    { length: harmonics },
    (_, k) => formantGain((k + 1) * f0, formants) / (k + 1) ** 0.5,
  )
  let phase = random.between(0, 2 * Math.PI)
  for (let i = from; i < to; i++) {
    const t = (i - from) / 8_000
    const hz = f0 * (1 + glide * t * 5 + vibrato * Math.sin(2 * Math.PI * 5.5 * t))
    phase += (2 * Math.PI * hz) / 8_000
    const envelope = Math.min(1, (i - from) / 200, (to - i) / 320)
    let sample = 0
    for (let k = 0; k < harmonics; k++) sample += gains[k]! * Math.sin((k + 1) * phase + k * k)
    out[i]! += envelope * (sample + 0.01 * random.normal())
  }
}

/** A pitch with one harmonic within 1 % of `low` and another within 1 % of `high`. */
function parkedPitch(low: number, high: number, random: Random): number {
  for (let attempt = 0; attempt < 200; attempt++) {
    const f0 = (low * random.between(0.99, 1.01)) / random.integer(2, 8)
    if (f0 < 85 || f0 > 330) continue
    const nearest = Math.round(high / f0) * f0
    if (Math.abs(nearest / high - 1) < 0.01) return f0
  }
  return low / 5
}

function formantGain(hz: number, formants: readonly { hz: number; width: number }[]): number {
  return formants.reduce(
    (sum, { hz: centre, width }) => sum + (1 + ((hz - centre) / (width / 2)) ** 2) ** -0.66,
    0.004,
  )
}
