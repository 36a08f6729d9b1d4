import type { StateBuffer } from './state-buffer.ts'
import type { ToneEvidence } from './tone-evidence.ts'
import { powerAt0Dbm0, type ToneSpectrum } from './tone-spectrum.ts'

/**
 * A followed tone is there down to this share of each of its sines, and of one that was pure as long as the pair is this
 * share of what is heard: a voice after it keeps something of any pair.
 */
const presentShare = 0.12
const presentPurity = 0.4
const purePurity = 0.7
/** It began where there was a quarter of its power, as far back as the hops are certainly remembered: 60 ms. */
const begunShare = 0.25
const hopsRemembered = 30
/** A telephone keeps its level within 4 dB. */
const familiarFactor = 10 ** 0.4
/**
 * An echo is heard down to -54 dBm0, and a quarter of what is heard. It is no louder than its tone, keeps its twist within
 * 6 dB, and its frequencies as well as they can be measured beneath something else.
 */
const tailPower = powerAt0Dbm0 * 10 ** -5.4
const tailPurity = 0.25
const tailSteadiness = 0.15
const tailTwistFactor = 4
const tailOffsetPct = 1.5
/** Quieter than that (-50 dBm0 and less) a codec rings on for long; then this share of 10 ms is enough. */
const ringHops = 5
const ringPower = powerAt0Dbm0 * 10 ** -5
const ringShare = 0.25

const field = {
  /** 1 while the tone is followed. */
  on: 0,
  key: 1,
  lowPower: 2,
  highPower: 3,
  /** How far it is off its frequencies, in per cent. */
  lowOffsetPct: 4,
  highOffsetPct: 5,
  purity: 6,
  /** The hop in which it began, and the one in which it was there last. */
  startHop: 7,
  thereHop: 8,
} as const

/** The tone that is masked for as long as its pair is there at its own level, or was the last to be. */
export class FollowedTone {
  readonly #spectrum: ToneSpectrum
  readonly #evidence: ToneEvidence
  readonly #s: Float64Array
  readonly #pair: Float64Array

  constructor(state: StateBuffer, spectrum: ToneSpectrum, evidence: ToneEvidence) {
    this.#spectrum = spectrum
    this.#evidence = evidence
    this.#s = state.float64(9)
    this.#pair = state.float64(2)
  }

  get on(): boolean {
    return this.#s[field.on] === 1
  }

  get key(): number {
    return this.#s[field.key]!
  }

  /** Mean squares of its sines. */
  get lowPower(): number {
    return this.#s[field.lowPower]!
  }

  get highPower(): number {
    return this.#s[field.highPower]!
  }

  get startHop(): number {
    return this.#s[field.startHop]!
  }

  get thereHop(): number {
    return this.#s[field.thereHop]!
  }

  /** Is what is heard now as loud as it was, sine by sine? */
  get isFamiliar(): boolean {
    const { lowPower, highPower } = this.#evidence
    return isNear(lowPower, this.lowPower) && isNear(highPower, this.highPower)
  }

  /** From now on the pair that is heard is the one. */
  follow(): void {
    const s = this.#s
    const e = this.#evidence
    const isNew = !this.on || this.key !== e.key
    if (!isNew && e.lowPower < this.lowPower) return
    if (isNew) s[field.startHop] = this.#beginning()
    s[field.on] = 1
    s[field.key] = e.key
    s[field.lowPower] = e.lowPower
    s[field.highPower] = e.highPower
    s[field.lowOffsetPct] = e.lowOffsetPct
    s[field.highOffsetPct] = e.highOffsetPct
    s[field.purity] = e.purity
  }

  leave(): void {
    this.#s[field.on] = 0
  }

  /** Is it still there? To be asked once a hop. */
  isThere(): boolean {
    const s = this.#s
    const pair = this.#pair
    const power = this.#spectrum.power(3)
    if (power <= 0.5 * presentShare * (this.lowPower + this.highPower)) return false
    this.#spectrum.pairPower(this.key, 3, pair)
    const isThere =
      pair[0]! > presentShare * this.lowPower &&
      pair[1]! > presentShare * this.highPower &&
      (s[field.purity]! < purePurity || pair[0]! + pair[1]! > presentPurity * power)
    if (isThere) s[field.thereHop] = this.#evidence.hop
    return isThere
  }

  /** Is what is heard now an echo of it, or the ringing of a codec? */
  isEchoed(): boolean {
    const s = this.#s
    const e = this.#evidence
    if (!e.interesting) return this.#rings()
    if (e.key !== this.key || e.purity < tailPurity) return false
    const { lowPower, highPower } = e
    const low = lowPower / this.lowPower
    const high = highPower / this.highPower
    return (
      lowPower > tailPower &&
      highPower > tailPower &&
      Math.max(low, high) < 1 &&
      low < tailTwistFactor * high &&
      high < tailTwistFactor * low &&
      e.steadiness > tailSteadiness &&
      Math.abs(e.lowOffsetPct - s[field.lowOffsetPct]!) < tailOffsetPct &&
      Math.abs(e.highOffsetPct - s[field.highOffsetPct]!) < tailOffsetPct
    )
  }

  #rings(): boolean {
    const power = this.#spectrum.power(ringHops)
    if (power > ringPower || power < 1) return false
    const pair = this.#pair
    this.#spectrum.pairPowerInSilence(this.key, ringHops, pair)
    return pair[0]! + pair[1]! > ringShare * power
  }

  #beginning(): number {
    const e = this.#evidence
    const least = begunShare * (e.lowPower + e.highPower)
    let hops = 0
    while (hops < hopsRemembered && this.#spectrum.power(1, hops) > least) hops++
    return e.hop - hops
  }
}

function isNear(power: number, reference: number): boolean {
  return power < reference * familiarFactor && reference < power * familiarFactor
}
