import { hopSamples } from './goertzel.ts'
import type { StateBuffer } from './state-buffer.ts'
import { fitField, fitFields, powerAt0Dbm0, type ToneSpectrum } from './tone-spectrum.ts'

/** Windows of the suspicion stage: hops in a third of each, and the purity from which it may hold a tone. */
const windows = [
  { blockHops: 2, purity: 0.93, steadiness: 0.3 },
  { blockHops: 3, purity: 0.8, steadiness: 0.15 },
  { blockHops: 5, purity: 0.6, steadiness: 0.1 },
] as const
const maxOffset = 0.05
/** The weaker tone of a pair, in mean square of 14-bit samples: -52 dBm0. */
const minPower = powerAt0Dbm0 * 10 ** -5.2
const maxTwist = 10 ** 1.6

/**
 * Says which of the last samples may belong to a tone pair: wider than the detector in frequency, twist, level and
 * length, because what a receiver rightly ignores can still be read by a fit.
 */
export class Suspicion {
  readonly #spectrum: ToneSpectrum
  readonly #fit: Float64Array

  constructor(state: StateBuffer, spectrum: ToneSpectrum) {
    this.#spectrum = spectrum
    this.#fit = state.float64(fitFields)
  }

  /** Hops back from now, inclusive, that are suspect; 0 when none. */
  step(): number {
    let reach = 0
    for (const window of windows) {
      this.#spectrum.fit(window.blockHops, this.#fit)
      if (this.#suspects(window)) reach = 3 * window.blockHops + 1
    }
    return reach
  }

  #suspects({ purity, steadiness }: (typeof windows)[number]): boolean {
    const fit = this.#fit
    const low = fit[fitField.lowPower]!
    const high = fit[fitField.highPower]!
    if (fit[fitField.purity]! < purity || low < minPower || high < minPower) return false
    if (high > low * maxTwist || low > high * maxTwist) return false
    if (fit[fitField.steadiness]! < steadiness) return false
    return (
      Math.abs(fit[fitField.lowOffsetHz]!) < maxOffset * 800 &&
      Math.abs(fit[fitField.highOffsetHz]!) < maxOffset * 1400
    )
  }
}

/** What a reach of hops is in samples. */
export function reachSamples(hops: number): number {
  return hops * hopSamples
}
