/**
 * What a thief who holds a recording of the agent's leg could read from it. An ordinary detector proves nothing here:
 * this one fits each of the sixteen pairs of Q.23 by least squares to windows of 4 ms and more, and believes what a
 * detector rightly would not. It is even told when each key was down.
 */
const rate = 8_000
const rows = [697, 770, 852, 941]
const columns = [1209, 1336, 1477, 1633]
const keys = '123A456B789C*0#D'

/** Windows tried, in samples, and the share of the window's energy that a pair must explain to be believed. */
const windows = [
  { samples: 32, share: 0.95 },
  { samples: 80, share: 0.8 },
  { samples: 160, share: 0.6 },
  { samples: 320, share: 0.4 },
  { samples: 640, share: 0.2 },
] as const

/** Mean square of a window below which there is nothing to fit, as PCM16: about −70 dBm0. */
const floorMeanSquare = 20

export type KeyPress = { readonly key: string; readonly fromSample: number; readonly toSample: number }

type Basis = { readonly key: string; readonly vectors: readonly Float64Array[] }

const bases = new Map(windows.map(({ samples }) => [samples, allPairs(samples)]))

/** The presses whose key the attacker names rightly, each at most once; `audio` is PCM16 at 8,000 samples a second. */
export function recoverDigits(audio: Int16Array, presses: readonly KeyPress[]): KeyPress[] {
  return presses.filter((press) => bestGuess(audio, press) === press.key)
}

/** The key that the strongest believable fit names; null when nothing is believable. */
export function bestGuess(audio: Int16Array, { fromSample, toSample }: Omit<KeyPress, 'key'>): string | null {
  let best: { key: string; margin: number } | null = null
  for (const { samples, share } of windows) {
    const hop = Math.max(8, samples >> 2)
    for (let at = Math.max(0, fromSample); at + samples <= Math.min(audio.length, toSample); at += hop) {
      const fit = strongestPair(audio.subarray(at, at + samples), bases.get(samples) ?? [])
      if (fit && fit.share > share && (!best || fit.share - share > best.margin))
        best = { key: fit.key, margin: fit.share - share }
    }
  }
  return best?.key ?? null
}

function strongestPair(window: Int16Array, pairs: readonly Basis[]): { key: string; share: number } | null {
  let energy = 0
  for (const sample of window) energy += sample * sample
  if (energy / window.length < floorMeanSquare) return null
  let best = { key: '', share: 0 }
  for (const { key, vectors } of pairs) {
    let explained = 0
    for (const vector of vectors) {
      let product = 0
      for (let i = 0; i < vector.length; i++) product += (vector[i] ?? 0) * (window[i] ?? 0)
      explained += product * product
    }
    if (explained / energy > best.share) best = { key, share: explained / energy }
  }
  return best
}

function allPairs(samples: number): Basis[] {
  return [...keys].map((key, i) => {
    const frequencies = [rows[i >> 2] ?? 0, columns[i & 3] ?? 0]
    const raw = frequencies.flatMap((hz) => [Math.cos, Math.sin].map((wave) => sampled(wave, hz, samples)))
    return { key, vectors: orthonormal(raw) }
  })
}

function sampled(wave: (phase: number) => number, hz: number, samples: number): Float64Array {
  return Float64Array.from({ length: samples }, (_, i) => wave((2 * Math.PI * hz * i) / rate))
}

/** Gram–Schmidt: the fit's residual is then what the projections leave. */
function orthonormal(raw: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = []
  for (const vector of raw) {
    const rest = Float64Array.from(vector)
    for (const known of basis) {
      const along = dot(rest, known)
      for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) - along * (known[i] ?? 0)
    }
    const length = Math.sqrt(dot(rest, rest))
    basis.push(rest.map((value) => value / length))
  }
  return basis
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
}
