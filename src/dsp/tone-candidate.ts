import { highGroupHz, lowGroupHz } from './dtmf-keypad.ts'
import type { StateBuffer } from './state-buffer.ts'
import { fitField, powerAt0Dbm0, type ToneSpectrum } from './tone-spectrum.ts'

/** Hops of the window that each fit looks at: 18 ms. */
const windowHops = 9
/** Windows that must agree: the first is about 15 ms into the tone, the last about 29. */
const shortestRun = 7
/** From this run on, a little more doubt is allowed. */
const longRun = 11
const missesAllowed = 3
const minPurity = 0.45
const minSteadiness = 0.25
const maxOffsetPct = 2.5
/** -46 dBm0 for each of the two sines: a tone of -36 dBm0 with 9 dB of twist. */
const minPower = powerAt0Dbm0 * 10 ** -4.6
const maxTwist = 10 ** 0.7
const minTwist = 10 ** -1.15

export const CandidateField = {
  key: 0,
  run: 1,
  misses: 2,
  startHop: 3,
  /** Pair power in the 6 ms before the first window over that in it, in dB: low for a tone that was switched on. */
  rise: 4,
  puritySum: 5,
  lowOffsetSum: 6,
  highOffsetSum: 7,
  lowOffsetMin: 8,
  lowOffsetMax: 9,
  highOffsetMin: 10,
  highOffsetMax: 11,
  lowPowerMin: 12,
  lowPowerMax: 13,
  highPowerMin: 14,
  highPowerMax: 15,
  /** Hops until the window holds none that was lost. */
  refill: 16,
} as const
const C = CandidateField

/** Offset of the low sine from its nominal frequency, in per cent. */
export function lowOffsetPct(fit: Float64Array): number {
  return (100 * fit[fitField.lowOffsetHz]!) / lowGroupHz[fit[fitField.pair]! >> 2]!
}

export function highOffsetPct(fit: Float64Array): number {
  return (100 * fit[fitField.highOffsetHz]!) / highGroupHz[fit[fitField.pair]! & 3]!
}

/** A tone that may become a press: what consecutive windows said of it, and how much doubt that leaves. */
export class ToneCandidate {
  readonly fields: Float64Array
  readonly #spectrum: ToneSpectrum
  readonly #pair: Float64Array

  constructor(state: StateBuffer, spectrum: ToneSpectrum) {
    this.#spectrum = spectrum
    this.fields = state.float64(20)
    this.#pair = state.float64(2)
  }

  /** A hop was lost: neither for nor against. */
  skip(): void {
    this.fields[C.refill] = windowHops
  }

  track(fit: Float64Array): void {
    const c = this.fields
    const lowOffset = lowOffsetPct(fit)
    const highOffset = highOffsetPct(fit)
    const passes = isPlausible(fit, lowOffset, highOffset)
    const damaged = c[C.refill]! > 0
    if (damaged) c[C.refill] = c[C.refill]! - 1
    if (c[C.run]! > 0 && !(passes && fit[fitField.pair] === c[C.key])) {
      if (damaged) return
      c[C.misses] = c[C.misses]! + 1
      if (c[C.misses]! <= missesAllowed && (c[C.run]! > 2 || !passes)) return
      this.drop()
    }
    if (!passes) return
    if (c[C.run] === 0) this.#start(fit, lowOffset, highOffset)
    c[C.run] = c[C.run]! + 1
    c[C.puritySum] = c[C.puritySum]! + Math.min(1, fit[fitField.purity]!)
    c[C.lowOffsetSum] = c[C.lowOffsetSum]! + lowOffset
    c[C.highOffsetSum] = c[C.highOffsetSum]! + highOffset
    stretch(c, C.lowOffsetMin, lowOffset)
    stretch(c, C.highOffsetMin, highOffset)
    stretch(c, C.lowPowerMin, fit[fitField.lowPower]!)
    stretch(c, C.highPowerMin, fit[fitField.highPower]!)
  }

  /** Enough agreed, and the doubt is small. */
  get certain(): boolean {
    const run = this.fields[C.run]!
    return run >= shortestRun && this.doubt() <= (run >= longRun ? 2 : 1.6)
  }

  /** 0 for a tone out of the book. Speech that meets the frequencies by chance has 2 and more. */
  doubt(): number {
    const c = this.fields
    const run = c[C.run]!
    const purity = c[C.puritySum]! / run
    const offset = Math.max(Math.abs(c[C.lowOffsetSum]!), Math.abs(c[C.highOffsetSum]!)) / run
    const spread = Math.max(
      c[C.lowOffsetMax]! - c[C.lowOffsetMin]!,
      c[C.highOffsetMax]! - c[C.highOffsetMin]!,
    )
    const swing = Math.max(c[C.lowPowerMax]! / c[C.lowPowerMin]!, c[C.highPowerMax]! / c[C.highPowerMin]!)
    const swingDb = 10 * Math.log10(swing)
    return (
      10 * Math.max(0, 0.85 - purity) +
      0.25 * Math.min(16, Math.max(0, c[C.rise]! + 10)) -
      0.05 * Math.min(20, Math.max(0, -20 - c[C.rise]!)) +
      4 * Math.max(0, offset - 1.7) +
      Math.max(0, swingDb - 1.9) +
      1.2 * Math.max(0, spread - 0.8) +
      0.3 * c[C.misses]!
    )
  }

  /** 0…1, from the doubt that is left. */
  get confidence(): number {
    return Math.max(0, Math.min(1, 1 - this.doubt() / 4))
  }

  drop(): void {
    const refill = this.fields[C.refill]!
    this.fields.fill(0)
    this.fields[C.refill] = refill
  }

  #start(fit: Float64Array, lowOffset: number, highOffset: number): void {
    const c = this.fields
    c[C.key] = fit[fitField.pair]!
    c[C.startHop] = this.#spectrum.hops
    c[C.rise] = riseDb(this.#spectrum, fit, this.#pair)
    c[C.lowOffsetMin] = c[C.lowOffsetMax] = lowOffset
    c[C.highOffsetMin] = c[C.highOffsetMax] = highOffset
    c[C.lowPowerMin] = c[C.lowPowerMax] = fit[fitField.lowPower]!
    c[C.highPowerMin] = c[C.highPowerMax] = fit[fitField.highPower]!
  }
}

/** Pair power in the 6 ms before the fit's window over that in it, in dB, of the sine that rose less; -60 at least. */
export function riseDb(spectrum: ToneSpectrum, fit: Float64Array, scratch: Float64Array): number {
  spectrum.pairPower(fit[fitField.pair]!, 3, scratch, windowHops)
  const ratio = Math.max(scratch[0]! / fit[fitField.lowPower]!, scratch[1]! / fit[fitField.highPower]!)
  return 10 * Math.log10(ratio + 1e-6)
}

function isPlausible(fit: Float64Array, lowOffset: number, highOffset: number): boolean {
  const low = fit[fitField.lowPower]!
  const high = fit[fitField.highPower]!
  return (
    fit[fitField.purity]! >= minPurity &&
    low >= minPower &&
    high >= minPower &&
    high <= low * maxTwist &&
    high >= low * minTwist &&
    fit[fitField.steadiness]! >= minSteadiness &&
    Math.abs(lowOffset) < maxOffsetPct &&
    Math.abs(highOffset) < maxOffsetPct
  )
}

/** Widens [min, max] at `at`, `at + 1`. */
function stretch(c: Float64Array, at: number, value: number): void {
  if (value < c[at]!) c[at] = value
  if (value > c[at + 1]!) c[at + 1] = value
}
