import { highGroupHz, lowGroupHz } from './dtmf-keypad.ts'
import { fitField, fitFields } from './kernel/tone-kernel.ts'
import type { StateBuffer } from './state-buffer.ts'
import type { ToneEvidence } from './tone-evidence.ts'
import { powerAt0Dbm0, type ToneSpectrum } from './tone-spectrum.ts'

/** The weaker sine of a pair, in mean square of 14-bit samples: -56 dBm0. */
const minPower = powerAt0Dbm0 * 10 ** -5.6
/** A burst, and the beginning of a tone, quieter than this (-50 dBm0) are not looked for. */
const leastBurst = powerAt0Dbm0 * 10 ** -5
const leastBeginning = powerAt0Dbm0 * 10 ** -4.9
/** Over-twisted up to here, either way, as a power ratio: 20 dB. */
const maxTwist = 100
const nearTwist = 10
/** Within this offset a receiver could accept the tone; up to the next it is off-frequency but readable. */
const nearPct = 2.2
const farPct = 4.6
/** Between two frequencies of a group: both ways, this is as far as a tone can be from one. */
const betweenPct = 6.8
/** Doubt up to which a pair is suspect, and a little more when all but the pair stayed as it was. */
const maxDoubt = 2.3
const maxDoubtOfAdded = 3.2
/** A pair that was switched on this sharply may be lying over something else. */
const sharpRiseDb = -6
/** A pair that was there before must be nearly alone, and steady. */
const flatRiseDb = -4
const steadyLowBandDb = 2.5
/** From next to nothing: a codec's first frames may be uneven then. */
const abruptRiseDb = -20
/** How long a tone is remembered to have been switched on: 60 ms, by when it is followed by its level. */
const switchedOnHops = 30

/**
 * Says whether the last samples may hold a tone pair: wider than the detector in frequency, twist, level and length,
 * because what a receiver rightly ignores can still be read by a fit. It knows 18 to 20 ms of a tone when the tone's
 * first sample is about to leave a delay line of 20 ms.
 */
export class Suspicion {
  readonly #spectrum: ToneSpectrum
  readonly #evidence: ToneEvidence
  readonly #burst: Float64Array
  readonly #before: Float64Array
  /** The last pair that was switched on while it was watched: [key, rise in dB, hop until which it counts]. */
  readonly #switchedOn: Float64Array

  constructor(state: StateBuffer, spectrum: ToneSpectrum, evidence: ToneEvidence) {
    this.#spectrum = spectrum
    this.#evidence = evidence
    this.#burst = state.float64(fitFields)
    this.#switchedOn = state.float64(3)
    this.#before = state.float64(2)
  }

  /** Do the last 18 ms look like a pair? To be asked once a hop. */
  get tone(): boolean {
    const e = this.#evidence
    if (!e.interesting || !isLoudPair(e.lowPower, e.highPower) || e.offsetPct > betweenPct) return false
    const rise = this.#rise()
    const tone = e.offsetPct < nearPct ? this.#isNear(rise) : isFar(e, rise)
    if (tone && rise < sharpRiseDb) {
      const on = this.#switchedOn
      on[0] = e.key
      on[1] = rise
      on[2] = e.hop + switchedOnHops
    }
    return tone
  }

  /** Something shorter than the window: a pair that has just begun, or one that was over before it filled the window. */
  get glimpse(): boolean {
    const spectrum = this.#spectrum
    const p0 = spectrum.power(3)
    const p1 = spectrum.power(3, 3)
    const p2 = spectrum.power(3, 6)
    const since = 0.5 * (p0 + p1)
    const during = 0.5 * (p1 + p2)
    if (since >= leastBurst && since >= 1.3 * p2 && this.#isBeginning()) return true
    if (during < leastBurst || p0 > 0.4 * during || spectrum.power(3, 9) > 0.4 * during) return false
    return this.#isBurst()
  }

  /** Did a pair begin 12 ms ago, on its frequencies and from nothing? Known before the longer window is full. */
  #isBeginning(): boolean {
    const spectrum = this.#spectrum
    const fit = this.#burst
    spectrum.fit(2, fit, 0)
    const low = fit[fitField.lowPower]!
    const high = fit[fitField.highPower]!
    const uneven = fit[fitField.purity]! < 0.7 || fit[fitField.steadiness]! < 0.3
    if (fit[fitField.purity]! < 0.6 || fit[fitField.steadiness]! < 0.05 || !isLoudPair(low, high))
      return false
    if (low > high * nearTwist || high > low * nearTwist) return false
    const pair = fit[fitField.pair]!
    if (Math.abs(fit[fitField.lowOffsetHz]!) > 0.01 * nearPct * lowGroupHz[pair >> 2]!) return false
    if (Math.abs(fit[fitField.highOffsetHz]!) > 0.01 * nearPct * highGroupHz[pair & 3]!) return false
    const before = this.#before
    spectrum.pairPower(pair, 3, before, 6)
    // A codec's first frame is uneven; then it must have come from next to nothing.
    const share = uneven ? 0.003 : 0.25
    return before[0]! < share * low && before[1]! < share * high
  }

  /** How sharply the pair came, now or a moment ago. */
  #rise(): number {
    const e = this.#evidence
    const on = this.#switchedOn
    const remembered = on[0] === e.key && e.hop <= on[2]! && e.purity > 0.85
    return remembered ? Math.min(on[1]!, e.riseDb) : e.riseDb
  }

  #isNear(rise: number): boolean {
    const e = this.#evidence
    if (e.steadiness < 0.15 && e.purity < 0.85) return false
    const rest = doubtButPurity(e, rise)
    if (rest > maxDoubtOfAdded) return false
    if (rise > flatRiseDb && (e.purity < 0.88 || e.steadiness < 0.6)) return false
    if (rest + doubtOfPurity(e.purity) < maxDoubt) return true
    if (rise > sharpRiseDb) return false
    const doubt = rest + doubtOfPurity(e.purityAbove)
    if (doubt + 2.5 * Math.max(0, e.lowBandGrowth - 0.1) < maxDoubt) return true
    return doubt < maxDoubtOfAdded && e.steadiness > 0.2 && e.lowBandChangeDb < steadyLowBandDb
  }

  /** The line went dead `ago` hops ago: could the last 6 to 12 ms before it have been the beginning of a tone? */
  cutShort(ago: number): boolean {
    if (this.#spectrum.power(3, ago) < leastBeginning) return false
    const fit = this.#burst
    this.#spectrum.fit(2, fit, ago)
    if (isBeginning(fit, 0.6)) return true
    this.#spectrum.fit(1, fit, ago)
    return isBeginning(fit, 0.8)
  }

  /** Was there a pair of 10 to 18 ms with quiet on both sides? Seen once 6 ms of the quiet after it have been heard. */
  #isBurst(): boolean {
    const fit = this.#burst
    this.#spectrum.fit(2, fit, 3)
    if (fit[fitField.purity]! < 0.68 || !isLoudPair(fit[fitField.lowPower]!, fit[fitField.highPower]!))
      return false
    // 12 ms measure a frequency to some 15 Hz.
    return Math.abs(fit[fitField.lowOffsetHz]!) < 40 && Math.abs(fit[fitField.highOffsetHz]!) < 65
  }
}

/** Off-frequency: switched on, steady, and so pure that speech hardly ever is. */
function isFar(e: ToneEvidence, rise: number): boolean {
  if (rise > -6.5) return false
  if (e.offsetPct > farPct) return e.purity > 0.96 && e.steadiness > 0.7
  return e.purity > 0.92 && e.steadiness > 0.55
}

/** 0 for a tone out of the book; speech that meets the frequencies by chance mostly has more than is allowed. */
function doubtButPurity(e: ToneEvidence, rise: number): number {
  return (
    (rise < abruptRiseDb ? 1.4 : 3) * Math.max(0, 0.6 - e.steadiness) +
    0.25 * Math.min(8, Math.max(0, rise + 12)) +
    1.5 * Math.max(0, e.offsetPct - 1.3) +
    0.15 * Math.max(0, Math.abs(e.twistDb) - 8)
  )
}

function doubtOfPurity(purity: number): number {
  return 8 * Math.max(0, 0.85 - purity)
}

function isBeginning(fit: Float64Array, purity: number): boolean {
  return fit[fitField.purity]! > purity && isLoudPair(fit[fitField.lowPower]!, fit[fitField.highPower]!)
}

function isLoudPair(low: number, high: number): boolean {
  return low > minPower && high > minPower && low < high * maxTwist && high < low * maxTwist
}
