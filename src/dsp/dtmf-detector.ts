import { codeOfKey } from './dtmf-keypad.ts'
import type { EventQueue } from './event-queue.ts'
import { hopSamples } from './goertzel.ts'
import type { StateBuffer } from './state-buffer.ts'
import { dbm0, fitField, fitFields, powerAt0Dbm0, type ToneSpectrum } from './tone-spectrum.ts'

/** Hops of a third of the detector's window: 18 ms in all. */
const blockHops = 3
/** Windows that must agree before a press is certain: the first is about 15 ms into the tone, the last about 29. */
const runToAccept = 7
const missesAllowed = 3
/** Absence that ends a press: longer than a lost packet and its edges, shorter than a pause of 40 ms. */
const hopsToEnd = 16
const minPurity = 0.62
const minSteadiness = 0.3
const maxOffset = 0.025
const minPower = powerAt0Dbm0 * 10 ** -4.6
const maxTwist = 10 ** 0.7
const minTwist = 10 ** -1.1
/** A quieter copy of the last key within this time is its echo. */
const echoHops = 350
const echoDrop = 10 ** -0.7

const field = {
  candidate: 0,
  run: 1,
  misses: 2,
  /** 0 idle, 1 in a press. */
  active: 3,
  key: 4,
  press: 5,
  onsetHop: 6,
  lastPresentHop: 7,
  absent: 8,
  lowReference: 9,
  highReference: 10,
  lastKey: 11,
  lastEndHop: 12,
  lastPower: 13,
  runStartHop: 14,
  puritySum: 15,
} as const

/**
 * Decides on presses after ITU-T Q.24 and ETSI ES 201 235-3, one hop (2 ms) at a time: onset when windows over about
 * 29 ms agree, end after about 32 ms of absence, so that an interruption is bridged and a pause is not.
 */
export class DtmfDetector {
  readonly #spectrum: ToneSpectrum
  readonly #events: EventQueue
  readonly #s: Float64Array
  readonly #fit: Float64Array
  readonly #pair: Float64Array

  constructor(state: StateBuffer, spectrum: ToneSpectrum, events: EventQueue) {
    this.#spectrum = spectrum
    this.#events = events
    this.#s = state.float64(16)
    this.#fit = state.float64(fitFields)
    this.#pair = state.float64(2)
    this.#s[field.candidate] = -1
    this.#s[field.lastKey] = -1
  }

  /** True from a press's decision to its end. */
  get active(): boolean {
    return this.#s[field.active] === 1
  }

  /** True while a press is on, or on its way to being certain. */
  get busy(): boolean {
    return this.#s[field.active] === 1 || this.#s[field.run]! > 0
  }

  /** The fit of the last hop: `fitField` numbers. */
  get fit(): Float64Array {
    return this.#fit
  }

  /** To be called after each hop that `spectrum` took in; `lost` when the hop never came, which proves nothing. */
  step(lost: boolean): void {
    if (lost) return
    const s = this.#s
    this.#spectrum.fit(blockHops, this.#fit)
    const key = this.#passes() ? this.#fit[fitField.pair]! : -1
    this.#track(key)
    if (s[field.active] === 1) this.#follow()
    if (s[field.run]! >= runToAccept) this.#accept()
  }

  #passes(): boolean {
    const fit = this.#fit
    const low = fit[fitField.lowPower]!
    const high = fit[fitField.highPower]!
    if (fit[fitField.purity]! < minPurity || low < minPower || high < minPower) return false
    if (high > low * maxTwist || high < low * minTwist) return false
    if (fit[fitField.steadiness]! < minSteadiness) return false
    const pair = fit[fitField.pair]!
    return (
      Math.abs(fit[fitField.lowOffsetHz]!) < maxOffset * lowHz[pair >> 2]! &&
      Math.abs(fit[fitField.highOffsetHz]!) < maxOffset * highHz[pair & 3]!
    )
  }

  #track(key: number): void {
    const s = this.#s
    if (key >= 0 && key === s[field.candidate]) {
      s[field.run] = s[field.run]! + 1
      s[field.puritySum] = s[field.puritySum]! + this.#fit[fitField.purity]!
    } else if (key >= 0) {
      s[field.candidate] = key
      s[field.run] = 1
      s[field.misses] = 0
      s[field.runStartHop] = this.#spectrum.hops
      s[field.puritySum] = this.#fit[fitField.purity]!
    } else if (s[field.run]! > 0) {
      s[field.misses] = s[field.misses]! + 1
      if (s[field.misses]! > missesAllowed) this.#dropCandidate()
    }
  }

  #dropCandidate(): void {
    const s = this.#s
    s[field.candidate] = -1
    s[field.run] = 0
    s[field.misses] = 0
  }

  /** In a press: is the pair still there? Judged over 6 ms, against the press's own level. */
  #follow(): void {
    const s = this.#s
    const pair = this.#pair
    this.#spectrum.pairPower(s[field.key]!, 3, pair)
    if (pair[0]! > 0.2 * s[field.lowReference]! && pair[1]! > 0.2 * s[field.highReference]!) {
      s[field.absent] = 0
      s[field.lastPresentHop] = this.#spectrum.hops
      return
    }
    s[field.absent] = s[field.absent]! + 1
    if (s[field.absent]! >= hopsToEnd) this.#end()
  }

  #accept(): void {
    const s = this.#s
    const key = s[field.candidate]!
    const fit = this.#fit
    const power = fit[fitField.lowPower]! + fit[fitField.highPower]!
    const hop = this.#spectrum.hops
    const echo =
      key === s[field.lastKey] &&
      hop - s[field.lastEndHop]! < echoHops &&
      power < s[field.lastPower]! * echoDrop
    if (echo || (s[field.active] === 1 && s[field.key] === key)) {
      this.#dropCandidate()
      return
    }
    if (s[field.active] === 1) this.#end()
    s[field.active] = 1
    s[field.key] = key
    // The first window that passes is filled to about 15 ms.
    s[field.onsetHop] = Math.max(0, s[field.runStartHop]! - 8)
    s[field.lastPresentHop] = hop
    s[field.absent] = 0
    s[field.lowReference] = fit[fitField.lowPower]!
    s[field.highReference] = fit[fitField.highPower]!
    this.#emit('onset', hop)
    this.#dropCandidate()
  }

  #end(): void {
    const s = this.#s
    this.#emit('end', Math.max(s[field.onsetHop]! + 1, s[field.lastPresentHop]! - 1))
    s[field.lastKey] = s[field.key]!
    s[field.lastEndHop] = s[field.lastPresentHop]!
    s[field.lastPower] = s[field.lowReference]! + s[field.highReference]!
    s[field.active] = 0
    s[field.press] = s[field.press]! + 1
    s[field.key] = -1
  }

  #emit(at: 'onset' | 'end', hop: number): void {
    const s = this.#s
    const low = s[field.lowReference]!
    const high = s[field.highReference]!
    this.#events.push(
      {
        press: s[field.press]!,
        digit: codeOfKey(s[field.key]!),
        onsetSample: s[field.onsetHop]! * hopSamples,
        atSample: hop * hopSamples,
        levelDbm0: dbm0(low + high),
        twistDb: 10 * Math.log10(high / low),
        confidence: Math.min(1, s[field.puritySum]! / runToAccept),
      },
      at,
    )
  }
}

const lowHz = [697, 770, 852, 941]
const highHz = [1209, 1336, 1477, 1633]
