import { highGroupHz, lowGroupHz } from '../../../src/dsp/dtmf-keypad.ts'

/**
 * The strongest listener we know: for each key, fits its two sines by least squares to windows of 4, 8, 16 and 40 ms
 * all over a stretch, and takes the key that explains most energy beyond what the others do. Works on linear samples.
 */
export type Guess = {
  readonly key: number /** Energy explained by the winner, in units of 16-bit samples squared. */
  readonly energy: number
}

const windowsMs = [4, 8, 16, 40]

type Basis = { readonly length: number; readonly vectors: readonly Float64Array[][] }

/** Orthonormal bases of {cos, sin} of both frequencies, per key, for one window length (Gram-Schmidt). */
function basisOf(length: number): Basis {
  const vectors: Float64Array[][] = []
  for (let key = 0; key < 16; key++) {
    const base: Float64Array[] = []
    for (const hz of [lowGroupHz[key >> 2]!, highGroupHz[key & 3]!]) {
      for (const wave of [Math.cos, Math.sin]) {
        const v = Float64Array.from({ length }, (_, i) => wave((2 * Math.PI * hz * i) / 8_000))
        for (const b of base) {
          let dot = 0
          for (let i = 0; i < length; i++) dot += v[i]! * b[i]!
          for (let i = 0; i < length; i++) v[i] = v[i]! - dot * b[i]!
        }
        const size = Math.hypot(...v)
        base.push(v.map((x) => x / size))
      }
    }
    vectors.push(base)
  }
  return { length, vectors }
}

const bases = windowsMs.map((ms) => basisOf(ms * 8))

/** The key that fits best anywhere in `samples[from, to)`. */
export function leastSquaresGuess(samples: ArrayLike<number>, from: number, to: number): Guess {
  let key = 0
  let energy = -1
  for (const { length, vectors } of bases) {
    for (let at = Math.max(0, from); at + length <= Math.min(to, samples.length); at += 16) {
      for (let k = 0; k < 16; k++) {
        let explained = 0
        for (const v of vectors[k]!) {
          let dot = 0
          for (let i = 0; i < length; i++) dot += v[i]! * samples[at + i]!
          explained += dot * dot
        }
        if (explained > energy) {
          energy = explained
          key = k
        }
      }
    }
  }
  return { key, energy }
}
