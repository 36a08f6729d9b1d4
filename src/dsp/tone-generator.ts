import { highGroupHz, indexOfKey, type Key, lowGroupHz } from './dtmf-keypad.ts'

export type ToneOptions = {
  readonly key: Key
  /** Length, fades included. */
  readonly ms: number
  /** Level of both tones together, in dBm0; -10 unless told. 0 dBm0 is a sine 3.17 dB below full scale. */
  readonly levelDbm0?: number
  /** High group over low group, in dB. */
  readonly twistDb?: number
  /** Samples a second; 8,000 unless told. */
  readonly rate?: number
  /** Error of both frequencies, in per cent. */
  readonly offsetPct?: number
  readonly lowOffsetPct?: number
  readonly highOffsetPct?: number
  /** Linear fade at both ends, in ms; 0 unless told: phones switch tones hard. */
  readonly fadeMs?: number
  /** Phases at the first sample, in radians. */
  readonly lowPhase?: number
  readonly highPhase?: number
}

/** Peak of a 0 dBm0 sine, full scale being 1 (that of mu-law, where a full-scale sine is +3.17 dBm0). */
export const peakAt0Dbm0 = (32_124 / 32_768) * 10 ** (-3.17 / 20)

/** A key's tone as samples in ±1 (louder than that when asked for: clip it where it is wanted). */
export function generateTone(options: ToneOptions): Float32Array<ArrayBuffer> {
  const { key, ms, levelDbm0 = -10, twistDb = 0, rate = 8_000, offsetPct = 0, fadeMs = 0 } = options
  const index = indexOfKey(key)
  if (index < 0) throw new RangeError('no such key')
  const length = Math.round((ms * rate) / 1_000)
  const fade = Math.round((fadeMs * rate) / 1_000)
  const ratio = 10 ** (twistDb / 20)
  const low = (peakAt0Dbm0 * 10 ** (levelDbm0 / 20)) / Math.sqrt(1 + ratio * ratio)
  const lowHz = lowGroupHz[index >> 2]! * (1 + (options.lowOffsetPct ?? offsetPct) / 100)
  const highHz = highGroupHz[index & 3]! * (1 + (options.highOffsetPct ?? offsetPct) / 100)
  const out = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    const t = (2 * Math.PI * i) / rate
    const gain = fade === 0 ? 1 : Math.min(1, (i + 1) / fade, (length - i) / fade)
    out[i] =
      gain *
      low *
      (Math.sin(lowHz * t + (options.lowPhase ?? 0)) +
        ratio * Math.sin(highHz * t + (options.highPhase ?? 0)))
  }
  return out
}

/** Samples in ±1 to 16-bit linear, clipped. */
export function toInt16(samples: Float32Array): Int16Array<ArrayBuffer> {
  const out = new Int16Array(samples.length)
  for (let i = 0; i < samples.length; i++) {
    out[i] = Math.max(-32_768, Math.min(32_767, Math.round(samples[i]! * 32_768)))
  }
  return out
}
