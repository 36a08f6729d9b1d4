import { sampleRate } from './goertzel.ts'

/** 18 ms: bins of the discrete Fourier transform are 55.6 Hz apart. */
const windowSamples = 144
/** The highest bin counted as low: 555.6 Hz, its lobe just short of the lowest DTMF frequency. */
const topBin = 10

/** 36 products of it with samples of 14 bits stay inside 31 bits. */
const scale = 4_095

/** A constant, then a cosine and a sine of each bin: 21 × 144 whole numbers, so that sums are exact in any order. */
export const lowBandWaves = new Int16Array((2 * topBin + 1) * windowSamples)
for (let i = 0; i < windowSamples; i++) {
  lowBandWaves[i] = Math.round(scale * Math.SQRT1_2)
  for (let bin = 1; bin <= topBin; bin++) {
    const radians = (2 * Math.PI * bin * i) / windowSamples
    lowBandWaves[(2 * bin - 1) * windowSamples + i] = Math.round(scale * Math.cos(radians))
    lowBandWaves[2 * bin * windowSamples + i] = Math.round(scale * Math.sin(radians))
  }
}

/** Width of the low band, in Hz. */
export const lowBandHz = ((topBin + 0.5) * sampleRate) / windowSamples

/**
 * Mean square of the part of 144 samples that lies below 580 Hz: its projection on the lowest bins of a discrete
 * Fourier transform. `ring` is a ring whose length is a power of two; the window starts at `start`.
 */
export function lowBandPower(ring: Int16Array, start: number): number {
  const mask = ring.length - 1
  let sum = 0
  for (let wave = 0; wave <= 2 * topBin; wave++) {
    let dot = 0
    const at = wave * windowSamples
    for (let i = 0; i < windowSamples; i++) dot += lowBandWaves[at + i]! * ring[(start + i) & mask]!
    sum += dot * dot
  }
  return (2 * sum) / (scale * windowSamples * scale * windowSamples)
}
