import { highGroupHz, lowGroupHz } from './dtmf-keypad.ts'
import { fitField } from './kernel/tone-kernel.ts'
import type { StateBuffer } from './state-buffer.ts'
import type { ToneSpectrum } from './tone-spectrum.ts'

/** Hops of the window that is looked at: 18 ms. */
export const windowHops = 9
/** What the fit says, looked up once a hop: everybody asks for it. */
const now = {
  hop: 0,
  key: 1,
  purity: 2,
  steadiness: 3,
  lowPower: 4,
  highPower: 5,
  lowOffsetPct: 6,
  highOffsetPct: 7,
  offsetPct: 8,
} as const

/**
 * What the last 18 ms say about a tone pair: the fit, and what costs more to know and is worked out once at most,
 * when it is asked for.
 */
export class ToneEvidence {
  readonly #spectrum: ToneSpectrum
  /** [hop of rise, rise, hop of low band, low power, hop of earlier low band, its power] */
  readonly #known: Float64Array
  readonly #pair: Float64Array
  readonly #now: Float64Array

  constructor(state: StateBuffer, spectrum: ToneSpectrum) {
    this.#spectrum = spectrum
    this.#known = state.float64(6)
    this.#pair = state.float64(2)
    this.#now = state.float64(9)
  }

  get hop(): number {
    return this.#spectrum.hops
  }

  /** False when nobody needs to look closer: nothing else here is then meaningful. */
  get interesting(): boolean {
    return this.#spectrum.matters
  }

  get key(): number {
    return this.#seen(now.key)
  }

  get purity(): number {
    return this.#seen(now.purity)
  }

  get steadiness(): number {
    return this.#seen(now.steadiness)
  }

  get lowPower(): number {
    return this.#seen(now.lowPower)
  }

  get highPower(): number {
    return this.#seen(now.highPower)
  }

  /** High sine over low sine, in dB. */
  get twistDb(): number {
    return 10 * Math.log10(this.highPower / this.lowPower)
  }

  /** Offset of the low sine from its nominal frequency, in per cent. */
  get lowOffsetPct(): number {
    return this.#seen(now.lowOffsetPct)
  }

  get highOffsetPct(): number {
    return this.#seen(now.highOffsetPct)
  }

  /** Of the sine that is further off. */
  get offsetPct(): number {
    return this.#seen(now.offsetPct)
  }

  /** How far the frequencies have moved in `hops`, in per cent, of the sine that moved further; null when unknown. */
  driftPct(hops: number): number | null {
    const spectrum = this.#spectrum
    if (!spectrum.mattered(hops) || spectrum.fitted(fitField.pair, hops) !== this.key) return null
    const moved = (field: number, hz: number) =>
      (100 * Math.abs(spectrum.fitted(field) - spectrum.fitted(field, hops))) / hz
    return Math.max(
      moved(fitField.lowOffsetHz, lowGroupHz[this.key >> 2]!),
      moved(fitField.highOffsetHz, highGroupHz[this.key & 3]!),
    )
  }

  /** Pair power in the 6 ms before the window over that in it, in dB, of the sine that rose less; -60 at least. */
  get riseDb(): number {
    const known = this.#known
    if (known[0] !== this.hop) {
      const pair = this.#pair
      this.#spectrum.pairPower(this.key, 3, pair, windowHops)
      known[0] = this.hop
      known[1] = 10 * Math.log10(Math.max(pair[0]! / this.lowPower, pair[1]! / this.highPower) + 1e-6)
    }
    return known[1]!
  }

  /** Purity of what lies above the low band: a dial tone or the hum of a voice beneath does not count. */
  get purityAbove(): number {
    const pair = this.lowPower + this.highPower
    return pair / Math.max(pair, this.#spectrum.fitted(fitField.totalPower) - this.#lowBand())
  }

  /** Change of the low band against the 18 ms before, in dB either way. A tone leaves it as it was. */
  get lowBandChangeDb(): number {
    return Math.abs(10 * Math.log10((this.#lowBand() + 1) / (this.#lowBandBefore() + 1)))
  }

  #seen(what: number): number {
    const known = this.#now
    if (known[now.hop] !== this.#spectrum.hops) this.#look(known)
    return known[what]!
  }

  #look(known: Float64Array): void {
    const spectrum = this.#spectrum
    const key = spectrum.fitted(fitField.pair)
    const low = (100 * spectrum.fitted(fitField.lowOffsetHz)) / lowGroupHz[key >> 2]!
    const high = (100 * spectrum.fitted(fitField.highOffsetHz)) / highGroupHz[key & 3]!
    known[now.hop] = spectrum.hops
    known[now.key] = key
    known[now.purity] = spectrum.fitted(fitField.purity)
    known[now.steadiness] = spectrum.fitted(fitField.steadiness)
    known[now.lowPower] = spectrum.fitted(fitField.lowPower)
    known[now.highPower] = spectrum.fitted(fitField.highPower)
    known[now.lowOffsetPct] = low
    known[now.highOffsetPct] = high
    known[now.offsetPct] = Math.max(Math.abs(low), Math.abs(high))
  }

  #lowBandBefore(): number {
    const known = this.#known
    if (known[4] !== this.hop) {
      known[4] = this.hop
      known[5] = this.#spectrum.lowPower(windowHops)
    }
    return known[5]!
  }

  #lowBand(): number {
    const known = this.#known
    if (known[2] !== this.hop) {
      known[2] = this.hop
      known[3] = this.#spectrum.lowPower()
    }
    return known[3]!
  }
}
