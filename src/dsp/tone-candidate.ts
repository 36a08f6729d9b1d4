import type { StateBuffer } from './state-buffer.ts'
import { type ToneEvidence, windowHops } from './tone-evidence.ts'
import { powerAt0Dbm0 } from './tone-spectrum.ts'

/** Windows that must agree: the first is about 15 ms into the tone, the last about 29. */
const shortestRun = 7
/** The doubt that is left to a closer look, and how much more of it from this run on. */
const mostDoubt = 2.5
const longRun = 11
const mostDoubtOfLong = 3
/** From this run on, a pair under speech may be known by its lasting, with no more doubt than this. */
const lastingRun = 10
const mostDoubtOfLasting = 1.8
/** A pair under speech that has lasted for this long is looked at however it began: 58 ms. */
const longestRun = 22
/** Windows in which it is not seen: a voice beneath a key covers it now and then, once it has been seen well. */
const missesAllowed = 3
const missesAllowedLater = 6
const runSeenWell = 5
/** A window that agrees makes up for this much of one that did not. */
const missesForgiven = 0.25
const minPurity = 0.45
const minSteadiness = 0.25
/** A pair as pure as this may beat with what lies beneath it. */
const beatingPurity = 0.75
/** A pair as pure as this may be made to wobble by a codec: nothing else is there. */
const wobblingPurity = 0.92
/** A pair less pure than this at its beginning may have a dial tone beneath. */
const impurity = 0.7
const maxOffsetPct = 2.5
/** -46 dBm0 for each of the two sines: a tone of -36 dBm0 with 9 dB of twist. */
const minPower = powerAt0Dbm0 * 10 ** -4.6
const maxTwistDb = 7
const minTwistDb = -11.5
/** A tone that was switched on this sharply may have a dial tone beneath it, if the dial tone did not change. */
const sharpRiseDb = -8
const steadyLowBandDb = 2

/** What a window has to reach at least before it can be the first of a press. */
export const candidateLimits = {
  offsetPct: maxOffsetPct,
  steadiness: minSteadiness,
  power: minPower,
  leastTwistDb: minTwistDb,
  mostTwistDb: maxTwistDb,
} as const

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
  /** 1 when purity is measured above the low band. */
  above: 17,
  /** The last window that agreed. */
  lastHop: 18,
  /** Of the sines in it, as mean squares. */
  lowPower: 19,
  highPower: 20,
} as const
const C = CandidateField

/** A tone that may become a press: what consecutive windows said of it, and how much doubt that leaves. */
export class ToneCandidate {
  readonly fields: Float64Array
  readonly #evidence: ToneEvidence

  constructor(state: StateBuffer, evidence: ToneEvidence) {
    this.#evidence = evidence
    this.fields = state.float64(21)
  }

  /** A hop was lost: neither for nor against. */
  skip(): void {
    this.fields[C.refill] = windowHops
  }

  /** Takes in the window that ends now. */
  track(): void {
    const c = this.fields
    const damaged = c[C.refill]! > 0
    if (damaged) c[C.refill] = c[C.refill]! - 1
    const passes = this.passes
    if (!passes && c[C.run] === 0) return
    if (c[C.run]! > 0 && !(passes && this.#evidence.key === c[C.key])) {
      if (damaged || this.#beats()) return
      c[C.misses] = c[C.misses]! + 1
      const allowed = c[C.run]! >= runSeenWell ? missesAllowedLater : missesAllowed
      if (c[C.misses]! <= allowed && (c[C.run]! > 2 || !passes)) return
      this.drop()
    }
    if (!passes) return
    if (c[C.run] === 0) this.#start()
    this.#add()
  }

  /** Enough agreed, and the doubt is small. */
  get certain(): boolean {
    const run = this.fields[C.run]!
    if (run < shortestRun) return false
    if (this.doubt() <= (run >= longRun ? mostDoubtOfLong : mostDoubt)) return true
    // What a long one began with counts no more: a closer look at the last of it will tell.
    return run >= longestRun || (run >= lastingRun && this.#doubtOfLasting() <= mostDoubtOfLasting)
  }

  /** 0 for a tone out of the book. Speech that meets the frequencies by chance has 2 and more. */
  doubt(): number {
    const offset = this.#offset()
    return this.#doubtOfPurity() + 4 * Math.max(0, offset - 1.7) + this.#doubtOfShape()
  }

  /**
   * Of a pair that has lasted: a beat with something beneath, or a codec's wobble, counts little, and the frequencies
   * count much: speech meets them by chance, phones keep within 0.5 % of them, nearly all.
   */
  #doubtOfLasting(): number {
    const offset = this.#offset()
    const shape = Math.max(0, Math.min(5, this.#doubtOfShape()))
    const credit = 1.5 * Math.max(0, 0.6 - offset)
    return this.#doubtOfPurity() + 3 * Math.max(0, offset - 0.9) + 0.18 * shape - credit
  }

  #doubtOfPurity(): number {
    const c = this.fields
    // What is left once the low band is taken out has fewer excuses.
    return 10 * Math.max(0, (c[C.above] === 1 ? 0.95 : 0.85) - c[C.puritySum]! / c[C.run]!)
  }

  #offset(): number {
    const c = this.fields
    return Math.max(Math.abs(c[C.lowOffsetSum]!), Math.abs(c[C.highOffsetSum]!)) / c[C.run]!
  }

  /** Of how it began, and how steady it was in level and frequency. */
  #doubtOfShape(): number {
    const c = this.fields
    const low = c[C.lowOffsetMax]! - c[C.lowOffsetMin]!
    const high = c[C.highOffsetMax]! - c[C.highOffsetMin]!
    const swing = Math.max(c[C.lowPowerMax]! / c[C.lowPowerMin]!, c[C.highPowerMax]! / c[C.highPowerMin]!)
    return (
      0.25 * Math.min(16, Math.max(0, c[C.rise]! + 10)) -
      0.05 * Math.min(20, Math.max(0, -20 - c[C.rise]!)) +
      Math.max(0, 10 * Math.log10(swing) - 1.9) +
      1.2 * Math.max(0, Math.max(low, high) - 0.8) +
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

  /** Does the window that ends now agree with a press, or could it be the first that does? */
  get passes(): boolean {
    const c = this.fields
    const e = this.#evidence
    if (!e.interesting || e.offsetPct > maxOffsetPct) return false
    if (e.steadiness < (c[C.run]! > 0 && e.purity > wobblingPurity ? 0 : minSteadiness)) return false
    if (e.lowPower < minPower || e.highPower < minPower) return false
    const twist = e.twistDb
    if (twist > maxTwistDb || twist < minTwistDb) return false
    if (e.purity >= minPurity) return true
    if (c[C.run]! > 0) return c[C.above] === 1 && e.purityAbove >= minPurity
    return e.riseDb < sharpRiseDb && e.purityAbove >= minPurity && e.lowBandChangeDb < steadyLowBandDb
  }

  /** The pair is there, and unsteady only because it beats with what lies beneath it: neither for nor against. */
  #beats(): boolean {
    const e = this.#evidence
    return (
      e.interesting && e.key === this.fields[C.key] && e.purity > beatingPurity && e.offsetPct < maxOffsetPct
    )
  }

  #start(): void {
    const c = this.fields
    const e = this.#evidence
    c[C.key] = e.key
    c[C.startHop] = e.hop
    c[C.rise] = e.riseDb
    c[C.above] = e.purity < impurity && e.riseDb < sharpRiseDb && e.lowBandChangeDb < steadyLowBandDb ? 1 : 0
    c[C.lowOffsetMin] = c[C.lowOffsetMax] = e.lowOffsetPct
    c[C.highOffsetMin] = c[C.highOffsetMax] = e.highOffsetPct
    c[C.lowPowerMin] = c[C.lowPowerMax] = e.lowPower
    c[C.highPowerMin] = c[C.highPowerMax] = e.highPower
  }

  #add(): void {
    const c = this.fields
    const e = this.#evidence
    const purity = c[C.above] === 1 ? e.purityAbove : e.purity
    const lowOffset = e.lowOffsetPct
    const highOffset = e.highOffsetPct
    c[C.run] = c[C.run]! + 1
    c[C.lastHop] = e.hop
    c[C.lowPower] = e.lowPower
    c[C.highPower] = e.highPower
    c[C.misses] = Math.max(0, c[C.misses]! - missesForgiven)
    c[C.puritySum] = c[C.puritySum]! + Math.min(1, purity)
    c[C.lowOffsetSum] = c[C.lowOffsetSum]! + lowOffset
    c[C.highOffsetSum] = c[C.highOffsetSum]! + highOffset
    stretch(c, C.lowOffsetMin, lowOffset)
    stretch(c, C.highOffsetMin, highOffset)
    stretch(c, C.lowPowerMin, e.lowPower)
    stretch(c, C.highPowerMin, e.highPower)
  }
}

/** Widens [min, max] at `at`, `at + 1`. */
function stretch(c: Float64Array, at: number, value: number): void {
  if (value < c[at]!) c[at] = value
  if (value > c[at + 1]!) c[at + 1] = value
}
