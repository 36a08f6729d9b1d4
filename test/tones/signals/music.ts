import type { Random } from '../random.ts'
import { gainOfDb, levelDbm0 } from './level.ts'

/** Harmonics of a timbre: flute, clarinet, organ, strings, brass. Pure sines are a stress of their own. */
const timbres: readonly (readonly number[])[] = [
  [1, 0.25, 0.1, 0.03],
  [1, 0.05, 0.6, 0.05, 0.35, 0.04, 0.15],
  [1, 0.8, 0.1, 0.5, 0.05, 0.05, 0.05, 0.3],
  [1, 0.6, 0.45, 0.35, 0.25, 0.2, 0.15, 0.1],
  [0.7, 1, 0.9, 0.7, 0.5, 0.35, 0.2, 0.1],
]
const scale = [0, 2, 4, 5, 7, 9, 11]

/** Tunes in equal temperament: chords below, a melody above, a beat: nothing of them is a digit. Level in dBm0. */
export function music(length: number, dbm0: number, random: Random): Float32Array {
  const out = new Float32Array(length)
  const beat = Math.round(random.between(1_400, 4_500))
  const tonic = 36 + random.integer(0, 11)
  const voices = random.pick([timbres[0]!, timbres[1]!, timbres[2]!, timbres[3]!, timbres[4]!])
  const melody = random.pick(timbres)
  for (let at = 0; at < length; at += beat) {
    const degree = random.pick([0, 3, 4, 5])
    for (const step of [0, 2, 4]) {
      playNote(out, { at, length: beat, note: tonic + 12 + noteOf(degree + step), timbre: voices, gain: 0.5 })
    }
    const notes = random.pick([1, 2, 2, 4])
    for (let n = 0; n < notes; n++) {
      const note = tonic + 24 + noteOf(random.integer(0, 16))
      const span = Math.round(beat / notes)
      playNote(out, { at: at + n * span, length: span, note, timbre: melody, gain: 1 })
    }
    if (random.next() < 0.6) drum(out, at, random)
  }
  const gain = gainOfDb(dbm0 - levelDbm0(out))
  return out.map((sample) => sample * gain)
}

const noteOf = (degree: number) => 12 * Math.floor(degree / 7) + scale[degree % 7]!

type Note = { at: number; length: number; note: number; timbre: readonly number[]; gain: number }

function playNote(out: Float32Array, { at, length, note, timbre, gain }: Note): void {
  const hz = 440 * 2 ** ((note - 69) / 12)
  const end = Math.min(out.length, at + length)
  for (const [k, strength] of timbre.entries()) {
    const step = (2 * Math.PI * hz * (k + 1)) / 8_000
    if (step > 2.7 || strength === 0) continue
    for (let i = at; i < end; i++) {
      const t = i - at
      const envelope = Math.min(1, t / 80, (end - i) / 240) * Math.exp(-t / 6_000)
      out[i]! += gain * strength * envelope * Math.sin(step * t)
    }
  }
}

function drum(out: Float32Array, at: number, random: Random): void {
  for (let i = at; i < Math.min(out.length, at + 600); i++)
    out[i]! += random.normal() * Math.exp((at - i) / 90)
}
