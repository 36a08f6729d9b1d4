import type { Random } from '../random.ts'
import { gainOfDb, levelDbm0, mixInto, rmsAt0Dbm0, scaledBy } from './level.ts'

export function whiteNoise(length: number, dbm0: number, random: Random): Float32Array {
  const rms = rmsAt0Dbm0 * gainOfDb(dbm0)
  return Float32Array.from({ length }, () => rms * random.normal())
}

/** Falls by 6 dB an octave above about 200 Hz: the inside of a car, a street. */
export function brownNoise(length: number, dbm0: number, random: Random): Float32Array {
  let last = 0
  const out = Float32Array.from({ length }, () => {
    last = 0.85 * last + random.normal()
    return last
  })
  return scaledBy(out, dbm0 - levelDbm0(out))
}

/** Sines of the given frequencies, each at `dbm0`; with a cadence of on and off times in ms when given. */
export function sines(
  length: number,
  { hz, dbm0, cadenceMs }: { hz: readonly number[]; dbm0: number; cadenceMs?: readonly [number, number] },
): Float32Array {
  const peak = rmsAt0Dbm0 * Math.SQRT2 * gainOfDb(dbm0)
  const out = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    if (cadenceMs && (i / 8) % (cadenceMs[0] + cadenceMs[1]) >= cadenceMs[0]) continue
    for (const f of hz) out[i]! += peak * Math.sin((2 * Math.PI * f * i) / 8_000)
  }
  return out
}

/** Echoes of a track: each `{ delayMs, dropDb }` of the original. */
export function addEchoes(track: Float32Array, echoes: readonly { delayMs: number; dropDb: number }[]): void {
  const original = track.slice()
  for (const { delayMs, dropDb } of echoes) {
    mixInto(track, original, Math.round(delayMs * 8), gainOfDb(-dropDb))
  }
}
