import { highGroupHz, lowGroupHz } from './dtmf-keypad.ts'
import { fitField, fitFields } from './kernel/tone-kernel.ts'
import type { StateBuffer } from './state-buffer.ts'
import { suspicionNet } from './suspicion-net.ts'
import { finalNet, firstNet } from './suspicion-net-weights.ts'
import { suspicionScore } from './suspicion-score.ts'
import { hintShape } from './suspicion-shape.ts'
import { SuspicionSigns } from './suspicion-signs.ts'
import { hintWeights } from './suspicion-weights.ts'
import { type ToneEvidence, windowHops } from './tone-evidence.ts'
import { powerAt0Dbm0, type ToneSpectrum } from './tone-spectrum.ts'

/** The weaker sine of a pair, in mean square of 14-bit samples: -56 dBm0. */
const minPower = powerAt0Dbm0 * 10 ** -5.6
/** A burst, and the beginning of a tone, quieter than this (-50 dBm0) are not looked for. */
const leastBurst = powerAt0Dbm0 * 10 ** -5
const leastBeginning = powerAt0Dbm0 * 10 ** -4.9
/** Over-twisted up to here, either way, as a power ratio: 25 dB. */
const maxTwist = 316
const nearTwist = 10
/** Within this offset, in per cent, a receiver could accept the tone. */
const nearPct = 2.2
/** Between two frequencies of a group: further off than this from one, a sine is nearer to the next. */
const betweenPct = 8
/** From next to nothing: 10 dB and more within a few ms. What begins otherwise is known by the longer window in time. */
const suddenFactor = 10
/** Around a burst it is at least 8 dB quieter, and within it there is little else. */
const edgeShare = 0.15
const burstPurity = 0.68
const silentShare = 0.01
const silentBurstPurity = 0.45
/** A line that is dead at once, quieter than any (-72 dBm0), has lost a packet: what it cut off may be too short to be known. */
const deadPower = powerAt0Dbm0 * 10 ** -7.2
/** Less pure a window is not looked at. */
const leastPairPurity = 0.25
/** A fit that leaves less hope than this, in log odds, is not followed up, nor then what a first look leaves less. */
export const leastHope = -5
const leastOfFirst = -4
/**
 * From here on, in the terms of the last look, a pair is suspected. What it was fitted to is much fuller of tones than a call:
 * each unit of it counts for more against what is known beforehand.
 */
const threshold = 0.2
const certainty = 8
/** A hop with less than this of the pair's power (-27 dB) is not yet the tone, nor what a codec lets out before it. */
const headShare = 0.002

/** What is asked for before anything is suspected of somebody of whom nothing was before. */
export const suspicionLimits = {
  purity: leastPairPurity,
  power: minPower,
  twist: maxTwist,
  offsetPct: betweenPct,
  hope: leastHope,
  burst: leastBurst,
  suddenFactor,
  edgeShare,
  beginningPurity: 0.6,
  beginningSteadiness: 0.05,
} as const

const hintScore = suspicionScore(hintShape, hintWeights)
const firstScore = suspicionNet(firstNet)
const finalScore = suspicionNet(finalNet)

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
  readonly #signs: SuspicionSigns

  constructor(state: StateBuffer, spectrum: ToneSpectrum, evidence: ToneEvidence) {
    this.#spectrum = spectrum
    this.#evidence = evidence
    this.#burst = state.float64(fitFields)
    this.#before = state.float64(2)
    this.#signs = new SuspicionSigns(state, spectrum, evidence)
  }

  /**
   * How much speaks for a pair in the last 18 ms: log odds above what it takes to suspect one, minus infinity where
   * there is nothing to suspect. `prior` is what spoke for one before this was heard, and is not added. To be asked at most
   * once a hop.
   */
  odds(prior: number): number {
    if (!this.#isWorthwhile(prior)) return Number.NEGATIVE_INFINITY
    const signs = this.#signs
    signs.readSurroundings()
    return certainty * (finalScore(signs.values) - threshold)
  }

  /** Could anything be suspected of what ends now, of somebody of whom nothing was before? */
  stirs(prior: number): boolean {
    return (this.#evidence.interesting && this.#isWorthwhile(prior)) || this.glimpse() > 0
  }

  /** Is there something to suspect, by what costs little to know? */
  #isWorthwhile(prior: number): boolean {
    if (!mayHoldPair(this.#evidence)) return false
    const signs = this.#signs
    signs.readPair()
    if (hintScore(signs.values) + prior < leastHope) return false
    signs.readEdges()
    return firstScore(signs.values) + prior >= leastOfFirst
  }

  /** Hops back to the beginning of what is suspected, as far as the window and the hop before it: what must be masked. */
  headHops(power: number): number {
    const spectrum = this.#spectrum
    const least = headShare * power
    // Two hops in a row without it: a hop may be quiet by itself.
    let isQuiet = spectrum.power(1, 1) <= least
    for (let hops = 1; hops <= windowHops; hops++) {
      const wasQuiet = isQuiet
      isQuiet = spectrum.power(1, hops + 1) <= least
      if (wasQuiet && isQuiet) return hops + 1
    }
    return windowHops + 2
  }

  /**
   * Something shorter than the window: a pair that has just begun, or one that was over before it filled the window.
   * Returns how many hops of it must be masked; 0 when there is none.
   */
  glimpse(): number {
    const spectrum = this.#spectrum
    const p0 = spectrum.power(3)
    const p1 = spectrum.power(3, 3)
    const p2 = spectrum.power(3, 6)
    const since = 0.5 * (p0 + p1)
    const during = 0.5 * (p1 + p2)
    if (since >= leastBurst && since >= suddenFactor * p2 && this.#isBeginning()) return this.headHops(since)
    if (during < leastBurst || p0 > edgeShare * during) return 0
    const edge = Math.max(p0, spectrum.power(3, 9))
    if (edge > edgeShare * during) return 0
    if (p0 < deadPower && this.barelyBegan(3)) return windowHops + 1
    // Out of silence and back into it: too short for a good fit, and no sound of speech.
    const isBare = edge < silentShare * during
    return this.#isBurst(isBare ? silentBurstPurity : burstPurity, isBare ? 2 : 1) ? windowHops + 1 : 0
  }

  /** Did a pair begin 12 ms ago, on its frequencies and from nothing? Known before the longer window is full. */
  #isBeginning(): boolean {
    const spectrum = this.#spectrum
    const fit = this.#burst
    spectrum.fit(2, fit, 0)
    const low = fit[fitField.lowPower]!
    const high = fit[fitField.highPower]!
    const uneven = fit[fitField.purity]! < 0.7 || fit[fitField.steadiness]! < 0.3
    const { beginningPurity, beginningSteadiness } = suspicionLimits
    if (fit[fitField.purity]! < beginningPurity || fit[fitField.steadiness]! < beginningSteadiness)
      return false
    if (!isLoudPair(low, high)) return false
    if (!isNearPair(low, high)) return false
    const pair = fit[fitField.pair]!
    if (Math.abs(fit[fitField.lowOffsetHz]!) > 0.01 * nearPct * lowGroupHz[pair >> 2]!) return false
    if (Math.abs(fit[fitField.highOffsetHz]!) > 0.01 * nearPct * highGroupHz[pair & 3]!) return false
    const before = this.#before
    spectrum.pairPower(pair, 3, before, 6)
    // A codec's first frame is uneven; then it must have come from next to nothing.
    const share = uneven ? 0.003 : 0.25
    return before[0]! < share * low && before[1]! < share * high
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

  /** The line went dead `ago` hops ago: did anything begin in the 6 ms before it, too short to be known for a pair? */
  barelyBegan(ago: number): boolean {
    const spectrum = this.#spectrum
    const since = Math.max(spectrum.power(1, ago), spectrum.power(3, ago))
    return since > leastBeginning && since > suddenFactor * spectrum.power(3, ago + 3)
  }

  /** Was there a pair of 10 to 18 ms with quiet on both sides? Seen once 6 ms of the quiet after it have been heard. */
  #isBurst(leastPurity: number, slack: number): boolean {
    const fit = this.#burst
    this.#spectrum.fit(2, fit, 3)
    if (fit[fitField.purity]! < leastPurity || !isLoudPair(fit[fitField.lowPower]!, fit[fitField.highPower]!))
      return false
    // 12 ms measure a frequency to some 15 Hz, and less of a tone not as well.
    return (
      Math.abs(fit[fitField.lowOffsetHz]!) < 40 * slack && Math.abs(fit[fitField.highOffsetHz]!) < 65 * slack
    )
  }
}

/** Is there a pair at all, of whatever twist and frequency a thief could still read? */
export function mayHoldPair(e: ToneEvidence): boolean {
  return (
    e.interesting &&
    e.purity > leastPairPurity &&
    isLoudPair(e.lowPower, e.highPower) &&
    e.offsetPct < betweenPct
  )
}

function isBeginning(fit: Float64Array, purity: number): boolean {
  return fit[fitField.purity]! > purity && isLoudPair(fit[fitField.lowPower]!, fit[fitField.highPower]!)
}

function isLoudPair(low: number, high: number): boolean {
  return low > minPower && high > minPower && low < high * maxTwist && high < low * maxTwist
}

/** As switched on by a telephone: within 10 dB of each other. */
function isNearPair(low: number, high: number): boolean {
  return isLoudPair(low, high) && low < high * nearTwist && high < low * nearTwist
}
