import { fitField, fitFields } from './kernel/tone-kernel.ts'
import type { StateBuffer } from './state-buffer.ts'
import { peakSigns, restSigns, SuspicionSpectrum } from './suspicion-spectrum.ts'
import { type ToneEvidence, windowHops } from './tone-evidence.ts'
import { dbm0, type ToneSpectrum } from './tone-spectrum.ts'

/** Hops of 2 ms: of the shortest stretch whose level is compared, and those that the frequencies are followed over. */
const edgeHops = 3
const driftHops = 3
/** Blocks of the short fit (12 ms) and of the long one (30 ms). */
const shortBlock = 2
const longBlock = 5

/** What is known of the last 18 ms, besides the pair itself. Those from `purity30` on are only worked out where the others leave hope. */
export const sign = {
  /** Share of the pair in the 18 ms, and how even its weaker sine is over their thirds. */
  purity: 0,
  steadiness: 1,
  /** Level of each sine in the 6 ms before over its level in the window, in dB: of the one that rose less, and more. */
  rise: 2,
  riseOther: 3,
  /** Offset from the nominal frequency, in per cent: of the sine that is further off, and of the other. */
  offset: 4,
  offsetOther: 5,
  /** In dB, either way. */
  twist: 6,
  levelDbm0: 7,
  /** What is not the pair over all there was in the 18 ms before, in dB: a key that is pressed leaves the rest alone. */
  residue: 8,
  /** All over all there was in the 6 ms before, in dB. */
  totalRise: 9,
  /** Of the last 12 ms alone, and whether they have the same pair. */
  purity12: 10,
  steadiness12: 11,
  same12: 12,
  /** Level of each sine in the last 6 ms over its level in the window, in dB. */
  endingLow: 13,
  endingHigh: 14,
  /** Of the last 30 ms, and whether they have the same pair. */
  purity30: 15,
  steadiness30: 16,
  same30: 17,
  /** How far a frequency has moved in 6 ms, in per cent. */
  drift: 18,
  /** From here on, what `SuspicionSpectrum` writes: how the pair stands out, and what else there is. */
  peaks: 19,
} as const
export type SignName = keyof typeof sign
/** Those that cost little to know, and all of them. */
export const plainSigns = sign.purity30
export const signCount = sign.peaks + peakSigns + restSigns
/** A frequency of 6 ms ago that nobody knows, in per cent. */
const unknownDrift = 9

const db = (ratio: number) => 10 * Math.log10(Math.max(ratio, 1e-6))

/** Works out what speaks for a pair and what against it. To be asked only where the evidence is interesting. */
export class SuspicionSigns {
  readonly values: Float64Array
  readonly #spectrum: ToneSpectrum
  readonly #evidence: ToneEvidence
  readonly #fit: Float64Array
  readonly #pair: Float64Array
  readonly #around: SuspicionSpectrum

  constructor(state: StateBuffer, spectrum: ToneSpectrum, evidence: ToneEvidence) {
    this.#spectrum = spectrum
    this.#evidence = evidence
    this.values = state.float64(signCount)
    this.#fit = state.float64(fitFields)
    this.#pair = state.float64(2)
    this.#around = new SuspicionSpectrum(state, spectrum, evidence)
  }

  /** What the fit says already: costs next to nothing. */
  readPair(): void {
    const v = this.values
    const e = this.#evidence
    const low = Math.abs(e.lowOffsetPct)
    const high = Math.abs(e.highOffsetPct)
    v[sign.purity] = e.purity
    v[sign.steadiness] = e.steadiness
    v[sign.offset] = Math.max(low, high)
    v[sign.offsetOther] = Math.min(low, high)
    v[sign.twist] = Math.abs(e.twistDb)
    v[sign.levelDbm0] = dbm0(e.lowPower + e.highPower)
  }

  /** What every window needs that may be a tone's: how the pair came, and how the last of it looks. */
  readEdges(): void {
    const v = this.values
    const e = this.#evidence
    const spectrum = this.#spectrum
    const total = spectrum.fitted(fitField.totalPower)
    const rest = Math.max(total - e.lowPower - e.highPower, 1)
    v[sign.residue] = db(rest / Math.max(spectrum.power(windowHops, windowHops), 1))
    v[sign.totalRise] = db(total / Math.max(spectrum.power(edgeHops, windowHops), 1))
    this.#readSines()
    spectrum.fit(shortBlock, this.#fit, 0)
    v[sign.purity12] = this.#fit[fitField.purity]!
    v[sign.steadiness12] = this.#fit[fitField.steadiness]!
    v[sign.same12] = this.#fit[fitField.pair] === e.key ? 1 : 0
  }

  /** What costs as much as a dozen of the others. */
  readSurroundings(): void {
    const v = this.values
    const e = this.#evidence
    const spectrum = this.#spectrum
    spectrum.fit(longBlock, this.#fit, 0)
    v[sign.purity30] = this.#fit[fitField.purity]!
    v[sign.steadiness30] = this.#fit[fitField.steadiness]!
    v[sign.same30] = this.#fit[fitField.pair] === e.key ? 1 : 0
    v[sign.drift] = e.driftPct(driftHops) ?? unknownDrift
    this.#around.read(v, sign.peaks)
  }

  #readSines(): void {
    const v = this.values
    const e = this.#evidence
    const pair = this.#pair
    this.#spectrum.pairPower(e.key, edgeHops, pair, windowHops)
    const low = db(pair[0]! / e.lowPower)
    const high = db(pair[1]! / e.highPower)
    v[sign.rise] = Math.max(low, high)
    v[sign.riseOther] = Math.min(low, high)
    this.#spectrum.pairPower(e.key, edgeHops, pair, 0)
    v[sign.endingLow] = db(pair[0]! / e.lowPower)
    v[sign.endingHigh] = db(pair[1]! / e.highPower)
  }
}
