import { highGroupHz, keypad, lowGroupHz } from '../dsp/dtmf-keypad.ts'

/** Doubles per key in a basis: cosine and sine of both frequencies. */
const vectorsPerKey = 4

/**
 * The sixteen pairs of Q.23 as orthonormal bases over one window length, so that the energy a pair explains is the
 * sum of four squared products: the least-squares fit of both sines, whatever their amplitudes and phases.
 */
export class PairFit {
  readonly samples: number
  /** For each row: 2 vectors. */
  readonly #low: Float64Array
  /** For each key: 2 vectors, orthogonal to those of its row. */
  readonly #high: Float64Array
  readonly #lowEnergy = new Float64Array(4)
  /** Energy that each key explains of the window fitted last. */
  readonly explained = new Float64Array(16)
  energy = 0

  /** `offsetPct`: error of both frequencies. */
  constructor(samples: number, offsetPct = 0) {
    this.samples = samples
    this.#low = new Float64Array(4 * 2 * samples)
    this.#high = new Float64Array(16 * 2 * samples)
    for (let key = 0; key < keypad.length; key++) {
      const hz = [lowGroupHz[key >> 2]!, highGroupHz[key & 3]!].map((f) => f * (1 + offsetPct / 100))
      const basis = orthonormal(hz, samples)
      for (let v = 0; v < vectorsPerKey; v++) {
        if (v < 2) this.#low.set(basis[v]!, ((key >> 2) * 2 + v) * samples)
        else this.#high.set(basis[v]!, (key * 2 + v - 2) * samples)
      }
    }
  }

  /** Fits all keys to `audio[at, at + samples)`. */
  fit(audio: ArrayLike<number>, at: number): void {
    const n = this.samples
    let energy = 0
    for (let i = 0; i < n; i++) energy += audio[at + i]! ** 2
    this.energy = energy
    for (let row = 0; row < 4; row++) this.#lowEnergy[row] = this.#project(this.#low, row * 2, audio, at)
    for (let key = 0; key < 16; key++) {
      this.explained[key] = this.#lowEnergy[key >> 2]! + this.#project(this.#high, key * 2, audio, at)
    }
  }

  #project(vectors: Float64Array, first: number, audio: ArrayLike<number>, at: number): number {
    const n = this.samples
    const a = first * n
    const b = a + n
    let left = 0
    let right = 0
    for (let i = 0; i < n; i++) {
      const sample = audio[at + i]!
      left += vectors[a + i]! * sample
      right += vectors[b + i]! * sample
    }
    return left * left + right * right
  }
}

function orthonormal(hz: readonly number[], samples: number): Float64Array[] {
  const basis: Float64Array[] = []
  for (const wave of hz.flatMap((f) => [Math.cos, Math.sin].map((of) => ({ f, of })))) {
    const vector = Float64Array.from({ length: samples }, (_, i) =>
      wave.of((2 * Math.PI * wave.f * i) / 8_000),
    )
    for (const known of basis) {
      const along = dot(vector, known)
      for (let i = 0; i < samples; i++) vector[i] = vector[i]! - along * known[i]!
    }
    const length = Math.sqrt(dot(vector, vector))
    // Within a few samples two waves can be all but the same: such a direction explains nothing of its own.
    basis.push(vector.map((value) => (length > 1e-6 ? value / length : 0)))
  }
  return basis
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
