import { peakAt0Dbm0 } from '../../../src/dsp/tone-generator.ts'

/** RMS of 0 dBm0, full scale being 1. */
export const rmsAt0Dbm0 = peakAt0Dbm0 / Math.SQRT2

export const gainOfDb = (db: number) => 10 ** (db / 20)

export function levelDbm0(samples: Float32Array, from = 0, to = samples.length): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += samples[i]! ** 2
  return 20 * Math.log10(Math.sqrt(sum / Math.max(1, to - from)) / rmsAt0Dbm0 + 1e-9)
}

const frame = 160

/** Which 20 ms frames are active speech: within 15.9 dB of the mean of the loudest fifth (after ITU-T P.56's margin). */
export function activeFrames(samples: Float32Array): Uint8Array {
  const powers = new Float64Array(Math.floor(samples.length / frame))
  for (let f = 0; f < powers.length; f++) {
    for (let i = 0; i < frame; i++) powers[f]! += samples[f * frame + i]! ** 2 / frame
  }
  const loudest = [...powers].sort((a, b) => b - a).slice(0, Math.max(1, powers.length / 5))
  const threshold = (loudest.reduce((sum, power) => sum + power, 0) / loudest.length) * 10 ** -1.59
  return Uint8Array.from(powers, (power) => (power > threshold && power > 1e-9 ? 1 : 0))
}

/** Level of the active frames alone. */
export function activeLevelDbm0(samples: Float32Array): number {
  const active = activeFrames(samples)
  let sum = 0
  let count = 0
  for (const [f, on] of active.entries()) {
    if (!on) continue
    for (let i = 0; i < frame; i++) sum += samples[f * frame + i]! ** 2
    count += frame
  }
  return count === 0 ? -99 : 20 * Math.log10(Math.sqrt(sum / count) / rmsAt0Dbm0 + 1e-9)
}

/** A copy at another level. */
export function scaledBy(samples: Float32Array, db: number): Float32Array {
  const gain = gainOfDb(db)
  return samples.map((sample) => sample * gain)
}

export function mixInto(track: Float32Array, sound: Float32Array, at = 0, gain = 1): void {
  const end = Math.min(track.length, at + sound.length)
  for (let i = Math.max(0, at); i < end; i++) track[i]! += gain * sound[i - at]!
}
