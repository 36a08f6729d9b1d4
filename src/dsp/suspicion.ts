import type { StateBuffer } from './state-buffer.ts'
import { highOffsetPct, lowOffsetPct, riseDb } from './tone-candidate.ts'
import { fitField, fitFields, powerAt0Dbm0, type ToneSpectrum } from './tone-spectrum.ts'

/** The weaker sine of a pair, in mean square of 14-bit samples: -56 dBm0. */
const minPower = powerAt0Dbm0 * 10 ** -5.6
const maxTwist = 10 ** 2
const nearTwist = 10 ** 1.2
/** Within these offsets a tone is one that a receiver could accept; beyond, it is off-frequency but readable. */
const nearPct = 2.2
const farPct = 4.6
/** Reach back of the 18 ms window, with a hop in which the tone may have begun. */
const windowReach = 10

/**
 * Says which of the last samples may belong to a tone pair: wider than the detector in frequency, twist, level and
 * length, because what a receiver rightly ignores can still be read by a fit. It knows 18 to 20 ms of a tone when the
 * tone's first sample is about to leave the delay line.
 */
export class Suspicion {
  readonly #spectrum: ToneSpectrum
  readonly #burst: Float64Array
  readonly #pair: Float64Array

  constructor(state: StateBuffer, spectrum: ToneSpectrum) {
    this.#spectrum = spectrum
    this.#burst = state.float64(fitFields)
    this.#pair = state.float64(2)
  }

  /** Hops back from now, inclusive, that are suspect; 0 when none. `fit` is of the last 18 ms. */
  step(fit: Float64Array): number {
    if (this.#suspectsTone(fit)) return windowReach
    return this.#suspectsBurst() ? windowReach : 0
  }

  #suspectsTone(fit: Float64Array): boolean {
    const purity = fit[fitField.purity]!
    if (purity < 0.45 || !isLoudPair(fit)) return false
    const offset = Math.max(Math.abs(lowOffsetPct(fit)), Math.abs(highOffsetPct(fit)))
    if (offset > farPct) return false
    const steadiness = fit[fitField.steadiness]!
    const rise = riseDb(this.#spectrum, fit, this.#pair)
    const low = fit[fitField.lowPower]!
    const high = fit[fitField.highPower]!
    if (offset < nearPct && low < high * nearTwist && high < low * nearTwist) {
      if (rise < -6) return steadiness > 0.15
      if (rise < -3) return purity > 0.6 && steadiness > 0.25
      return purity > 0.75 && steadiness > 0.4
    }
    if (rise < -6) return purity > 0.85 && steadiness > 0.3
    return purity > 0.95 && steadiness > 0.6
  }

  /** A pair of 10 to 18 ms with quiet on both sides: looked for once the quiet after it has been heard. */
  #suspectsBurst(): boolean {
    const spectrum = this.#spectrum
    const during = spectrum.power(6, 3)
    if (spectrum.power(3, 0) > 0.3 * during || spectrum.power(3, 9) > 0.3 * during) return false
    if (during < 2 * minPower) return false
    const fit = this.#burst
    spectrum.fit(2, fit, 3)
    if (fit[fitField.purity]! < 0.8 || !isLoudPair(fit)) return false
    return Math.max(Math.abs(lowOffsetPct(fit)), Math.abs(highOffsetPct(fit))) < farPct
  }
}

function isLoudPair(fit: Float64Array): boolean {
  const low = fit[fitField.lowPower]!
  const high = fit[fitField.highPower]!
  return low > minPower && high > minPower && low < high * maxTwist && high < low * maxTwist
}
