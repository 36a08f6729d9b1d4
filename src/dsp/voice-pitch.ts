import { sampleRate } from './goertzel.ts'

/** Pitches of voices, in Hz, and the highest of its harmonics that may be the low sine. */
const lowestHz = 75
const highestHz = 360
const highestHarmonic = 12
/** No more than this is said against a pitch that is not there. */
const leastScore = -0.3

/**
 * Is there a pitch of which both sines are harmonics, and what they leave repeats with it, too? 1 for a voice without a
 * breath of noise, about 0 for a key over anything else: less 1 for every per cent by which the sines miss the harmonics,
 * which those of a voice do by less than a tenth. `steps` are the sines' frequencies in radians a sample, `rest` is what
 * they leave of `samples` samples.
 */
export function voicePitch(steps: Float64Array, rest: Float64Array, samples: number): number {
  const low = steps[0]!
  const high = steps[1]!
  let best = leastScore
  for (let nth = 2; nth <= highestHarmonic; nth++) {
    const hz = ((low / nth) * sampleRate) / (2 * Math.PI)
    if (hz < lowestHz) break
    if (hz > highestHz) continue
    const highNth = Math.round((high * nth) / low)
    const missedPct = 100 * Math.abs((high * nth) / (low * highNth) - 1)
    if (1 - missedPct <= best) continue
    const period = (2 * Math.PI * (nth + highNth)) / (low + high)
    best = Math.max(best, repetition(rest, samples, period) - missedPct)
  }
  return best
}

/** Correlation of a signal with itself a period (in samples, not a whole number) before. */
function repetition(signal: Float64Array, samples: number, period: number): number {
  const whole = Math.floor(period)
  const part = period - whole
  let both = 0
  let now = 0
  let before = 0
  for (let i = whole + 1; i < samples; i++) {
    const a = signal[i]!
    const b = (1 - part) * signal[i - whole]! + part * signal[i - whole - 1]!
    both += a * b
    now += a * a
    before += b * b
  }
  return both / Math.sqrt(now * before + 1e-9)
}
