import { type Key, keypad } from '../dsp/dtmf-keypad.ts'
import { PairFit } from './pair-fit.ts'

/** A stretch of audio in which a key can be read. */
export type Finding = {
  readonly key: Key
  readonly fromSample: number
  readonly toSample: number
  /** Of the pair alone, where it was strongest. */
  readonly levelDbm0: number
  /** Share of the energy that the pair explains there. */
  readonly purity: number
}

export type ToneScannerOptions = {
  /** Share of a window's energy that a pair must explain. */
  readonly leastPurity: number
  /** Windows in a row that must name the same key. */
  readonly leastWindows: number
}

/** Looks for what a thief could use, not for what a receiver must accept: no guards of twist, length, onset or voice. */
export const auditScan: ToneScannerOptions = { leastPurity: 0.7, leastWindows: 1 }
export const unguardedScan: ToneScannerOptions = { leastPurity: 0.5, leastWindows: 1 }

/** 15 ms, every 3 ms. */
const windowSamples = 120
const hopSamples = 24
/** Mean square of PCM16 at 0 dBm0 (full scale is +3.17 dBm0). */
const meanSquareAt0Dbm0 = 32_124 ** 2 / 10 ** 0.317 / 2
/** -60 dBm0: quieter pairs are lost in G.711's own steps. */
const leastMeanSquare = meanSquareAt0Dbm0 * 1e-6
const dbm0 = (meanSquare: number) => 10 * Math.log10(meanSquare / meanSquareAt0Dbm0)

type Run = { key: number; windows: number; from: number; strongest: number; purity: number }
const noRun = (): Run => ({ key: -1, windows: 0, from: 0, strongest: 0, purity: 0 })

/** An aggressive detector for recordings: 8,000 samples a second, portions of any size, constant memory. */
export class ToneScanner {
  readonly #options: ToneScannerOptions
  readonly #found: (finding: Finding) => void
  readonly #fits = [0, -2.5, 2.5].map((offsetPct) => new PairFit(windowSamples, offsetPct))
  readonly #held = new Float64Array(windowSamples)
  #heldCount = 0
  /** Sample at which the held ones begin. */
  #at = 0
  #run = noRun()

  constructor(options: ToneScannerOptions, found: (finding: Finding) => void) {
    this.#options = options
    this.#found = found
  }

  push(samples: ArrayLike<number>): void {
    for (let i = 0; i < samples.length; i++) {
      this.#held[this.#heldCount++] = samples[i]!
      if (this.#heldCount < windowSamples) continue
      this.#look()
      this.#held.copyWithin(0, hopSamples)
      this.#heldCount -= hopSamples
      this.#at += hopSamples
    }
  }

  /** The recording is over. */
  end(): void {
    this.#close()
  }

  #look(): void {
    if (meanSquareOf(this.#held) < leastMeanSquare) {
      this.#close()
      return
    }
    let { fit, key } = this.#best(this.#fits[0]!, null)
    // Off its nominal frequencies a pair explains less: only where there is something of it is it worth a look.
    if (fit.explained[key]! > 0.3 * fit.energy && fit.explained[key]! < 0.95 * fit.energy) {
      for (const other of this.#fits.slice(1)) ({ fit, key } = this.#best(other, { fit, key }))
    }
    const meanSquare = fit.explained[key]! / windowSamples
    const purity = fit.explained[key]! / Math.max(fit.energy, 1)
    const isPair = purity >= this.#options.leastPurity && meanSquare >= leastMeanSquare && bothSines(key, fit)
    if (!isPair || key !== this.#run.key) this.#close()
    if (!isPair) return
    const run = this.#run
    if (run.windows++ === 0) run.from = this.#at
    run.key = key
    if (meanSquare > run.strongest) {
      run.strongest = meanSquare
      run.purity = purity
    }
  }

  #best(fit: PairFit, rival: { fit: PairFit; key: number } | null): { fit: PairFit; key: number } {
    fit.fit(this.#held, 0)
    let key = 0
    for (let k = 1; k < 16; k++) if (fit.explained[k]! > fit.explained[key]!) key = k
    return rival && rival.fit.explained[rival.key]! >= fit.explained[key]! ? rival : { fit, key }
  }

  #close(): void {
    const { key, windows, from, strongest, purity } = this.#run
    if (windows >= this.#options.leastWindows) {
      const toSample = from + (windows - 1) * hopSamples + windowSamples
      this.#found({ key: keypad[key] as Key, fromSample: from, toSample, levelDbm0: dbm0(strongest), purity })
    }
    this.#run = noRun()
  }
}

/** A sine alone fits four keys alike: those of the same row and of the same column have to be well behind. */
function bothSines(key: number, { explained, energy }: PairFit): boolean {
  const won = explained[key]!
  let runnerUp = 0
  for (let k = 0; k < 16; k++) {
    const shares = k >> 2 === key >> 2 || (k & 3) === (key & 3)
    if (k !== key && shares) runnerUp = Math.max(runnerUp, explained[k]!)
  }
  return won - runnerUp > 0.5 * Math.max(energy - won, 0.01 * won)
}

function meanSquareOf(samples: Float64Array): number {
  let sum = 0
  for (let i = 0; i < samples.length; i++) sum += samples[i]! ** 2
  return sum / samples.length
}
