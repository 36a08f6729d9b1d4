import { execFileSync } from 'node:child_process'
import { readWav } from '../src/simulator/wav.ts'

/** What espeak-ng (Debian's package of that name) says, brought to the telephone's band and to a stated level. */

const sampleRate = 8_000
/** RMS of a sine at 0 dBm0 in 16-bit linear mu-law, where full scale is +3.17 dBm0 (ITU-T G.711). */
const zeroDbm0Rms = 32_124 / 10 ** (3.17 / 20) / Math.SQRT2
/** 1 dB below full scale. */
export const highestPeak = 32_124 * 10 ** (-1 / 20)
const edgeDbm0 = -48
/** Samples; what is trimmed and faded, and how finely loudness is looked at: 5 ms. */
const shortest = 40

/** Mono at 8 kHz, not levelled yet. `voice` is espeak-ng's own arguments. */
export function speak(voice: readonly string[], text: string): Float64Array {
  const wav = readWav(execFileSync('espeak-ng', [...voice, '--stdout', text], { maxBuffer: 2 ** 26 }))
  if (wav.encoding !== 'pcm16') throw new Error('espeak-ng did not write PCM16')
  return resample(Float64Array.from(wav.samples), wav.sampleRate)
}

/** To 8 kHz, through a windowed sinc of 3.4 kHz: the band of a telephone. */
function resample(samples: Float64Array, rate: number): Float64Array {
  const halfTaps = 48
  const cutoff = 3_400 / rate
  const out = new Float64Array(Math.floor((samples.length * sampleRate) / rate))
  for (let i = 0; i < out.length; i++) {
    const centre = (i * rate) / sampleRate
    let sum = 0
    for (let j = Math.ceil(centre - halfTaps); j <= centre + halfTaps; j++) {
      const x = j - centre
      const sinc = x === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x)
      const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (halfTaps + 1))
      sum += (samples[j] ?? 0) * sinc * window
    }
    out[i] = sum
  }
  return out
}

/**
 * Level of the active speech in dBm0: mean power of the stretches (so many samples each) that are louder than -35 dBm0,
 * roughly as ITU-T P.56 means it.
 */
export function activeLevelDbm0(samples: ArrayLike<number>, gain = 1, stretch = shortest): number {
  const floor = (zeroDbm0Rms * 10 ** (-35 / 20)) ** 2
  let power = 0
  let stretches = 0
  for (let at = 0; at + stretch <= samples.length; at += stretch) {
    let mean = 0
    for (let i = at; i < at + stretch; i++) mean += (samples[i]! * gain) ** 2 / stretch
    if (mean < floor) continue
    power += mean
    stretches++
  }
  return 10 * Math.log10(power / Math.max(1, stretches) / zeroDbm0Rms ** 2)
}

/**
 * At `levelDbm0` of active speech; what is too peaky for that without clipping is made as loud as its highest peak
 * allows. What is quieter than -48 dBm0 at both ends is trimmed, the ends are faded over 5 ms, and the length is whole
 * milliseconds.
 */
export function levelled(samples: Float64Array, levelDbm0: number): Int16Array {
  let gain = 1
  // What counts as active depends on the gain: a few rounds settle it.
  for (let round = 0; round < 6; round++) gain *= 10 ** ((levelDbm0 - activeLevelDbm0(samples, gain)) / 20)
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0)
  gain = Math.min(gain, highestPeak / peak)
  const edge = zeroDbm0Rms * 10 ** (edgeDbm0 / 20) * Math.SQRT2
  const loud = (index: number) => Math.abs(samples[index]! * gain) > edge
  let from = 0
  while (from < samples.length && !loud(from)) from++
  let to = samples.length
  while (to > from && !loud(to - 1)) to--
  const kept = samples.subarray(Math.max(0, from - shortest), Math.min(samples.length, to + shortest))
  const whole = new Int16Array(Math.ceil(kept.length / 8) * 8)
  kept.forEach((sample, i) => {
    const fade = Math.min(1, i / shortest, (kept.length - 1 - i) / shortest)
    whole[i] = Math.round(sample * gain * fade)
  })
  return whole
}
