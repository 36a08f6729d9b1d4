import { highGroupHz, lowGroupHz } from '../../../src/dsp/dtmf-keypad.ts'
import type { Random } from '../random.ts'
import { gainOfDb, levelDbm0 } from './level.ts'

/** The throat is worked out at 32 kHz, so that the pulses of the larynx do not fold back. */
const oversampling = 4
const throatRate = 8_000 * oversampling
/** Low pass before every fourth sample is taken: 3.6 kHz, windowed sinc. */
const taps = Float64Array.from({ length: 63 }, (_, i) => {
  const x = i - 31
  const sinc = x === 0 ? 0.225 : Math.sin(Math.PI * 0.225 * x) / (Math.PI * x)
  return sinc * (0.54 + 0.46 * Math.cos((Math.PI * x) / 31))
})

/**
 * Voices made as throats make them: pulses of a larynx (after Rosenberg) with jitter, shimmer and breath go through
 * resonances of which the first two stand on a pair of Q.23. A vowel's pitch is anything, or, every other time, one that has
 * harmonics on both. Nothing in it is shared with `parkedVowels`, which adds up sines.
 */
export function formantVoices(length: number, dbm0: number, random: Random): Float32Array {
  const out = new Float32Array(length)
  for (let at = 0; at < length; ) {
    const vowel = vowelOf(random.between(0.08, 0.5), random)
    const gain = gainOfDb(random.between(-6, 6))
    for (let i = 0; i < vowel.length && at + i < length; i++) out[at + i] = gain * vowel[i]!
    at += vowel.length + Math.round(8 * random.between(20, 200))
  }
  const gain = gainOfDb(dbm0 - levelDbm0(out))
  return out.map((sample) => sample * gain)
}

/** One vowel of `seconds`, of power 1. */
function vowelOf(seconds: number, random: Random): Float64Array {
  const low = random.pick(lowGroupHz)
  const high = random.pick(highGroupHz)
  const length = Math.round(seconds * throatRate)
  const sound = pulses(length, pitchOf(low, high, random), random)
  for (const { hz, width } of [
    { hz: low * random.between(0.98, 1.02), width: random.between(40, 90) },
    { hz: high * random.between(0.98, 1.02), width: random.between(50, 110) },
    { hz: random.between(2_300, 2_900), width: random.between(100, 180) },
    { hz: 3_500, width: 220 },
  ])
    resonate(sound, hz, width)
  const attack = random.between(0.005, 0.04) * throatRate
  for (let i = 0; i < length; i++) sound[i]! *= Math.min(1, i / attack, (length - i) / (0.04 * throatRate))
  return ofPowerOne(decimated(sound))
}

function pitchOf(low: number, high: number, random: Random): number {
  if (random.next() < 0.5) return random.between(85, 260)
  for (let attempt = 0; attempt < 300; attempt++) {
    const hz = (low * random.between(0.99, 1.01)) / random.integer(2, 8)
    if (hz < 80 || hz > 320) continue
    if (Math.abs((Math.round(high / hz) * hz) / high - 1) < 0.01) return hz
  }
  return low / 5
}

/** What comes out of a larynx: the derivative of the flow, with breath. Each pulse is a little longer or louder than the last. */
function pulses(length: number, hz: number, random: Random): Float64Array {
  const out = new Float64Array(length)
  const open = random.between(0.4, 0.7)
  const rising = 0.7 * open
  const breath = 0.0005 * random.between(0, 3)
  const glide = random.between(-0.03, 0.03) / length
  const jitter = random.between(0.001, 0.008)
  const shimmer = random.between(0.01, 0.05)
  let at = 0
  let pitch = hz
  let loud = 1
  let before = 0
  for (let i = 0; i < length; i++) {
    at += pitch / throatRate
    if (at >= 1) {
      at -= 1
      pitch = hz * (1 + glide * i + jitter * random.normal() * 0.5)
      loud = 1 + shimmer * random.normal()
    }
    let flow = 0
    if (at < rising) flow = 0.5 - 0.5 * Math.cos((Math.PI * at) / rising)
    else if (at < open) flow = Math.cos((Math.PI * (at - rising)) / 2 / (open - rising))
    out[i] = loud * (flow - before) + breath * random.normal()
    before = flow
  }
  return out
}

/** A pole pair, in place: a formant at `hz`, `width` Hz wide. */
function resonate(sound: Float64Array, hz: number, width: number): void {
  const radius = Math.exp((-Math.PI * width) / throatRate)
  const back = 2 * radius * Math.cos((2 * Math.PI * hz) / throatRate)
  const gain = 1 - back + radius * radius
  let one = 0
  let two = 0
  for (let i = 0; i < sound.length; i++) {
    const now = gain * sound[i]! + back * one - radius * radius * two
    two = one
    one = now
    sound[i] = now
  }
}

function decimated(sound: Float64Array): Float64Array {
  return Float64Array.from({ length: Math.floor(sound.length / oversampling) }, (_, i) => {
    let sum = 0
    for (let k = 0; k < taps.length; k++) sum += taps[k]! * (sound[i * oversampling + k - 31] ?? 0)
    return sum
  })
}

function ofPowerOne(sound: Float64Array): Float64Array {
  const power = sound.reduce((sum, sample) => sum + sample * sample, 0) / sound.length
  return sound.map((sample) => sample / Math.sqrt(power + 1e-18))
}
