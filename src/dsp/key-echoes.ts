import { EchoProfile, firstFarHop, hopsOfEchoes, hopsOfNear, nearestHop, stepHops } from './echo-profile.ts'
import type { FollowedTone } from './followed-tone.ts'
import type { StateBuffer } from './state-buffer.ts'
import { dbm0, powerAt0Dbm0, type ToneSpectrum } from './tone-spectrum.ts'

/** Keys whose echoes may still be on their way: [begin in hops, end in hops, mean square]. */
const keys = 8
const keyFields = 3
/** An echo quieter than this (-53 dBm0) is not looked for, and one is quieter than its key by this at least (-7.5 dB). */
const leastPower = powerAt0Dbm0 * 10 ** -5.3
const echoShare = 10 ** -0.75
/** No key is as short as this: 32 ms. */
const leastKeyHops = 16
/** Hops over which far echoes are measured, and near ones; quieter than this (-49 dBm0) their sums may be missing. */
const farHops = 5
const nearHops = 3
const summedPower = 180

const field = {
  /** Where the last key stands among the keys, and how long it was, in hops. */
  at: 0,
  hops: 1,
  /** What it was; wiped with it. */
  pair: 2,
  lowPower: 3,
  highPower: 4,
} as const

/**
 * The echoes of the keys of the last 700 ms: a line gives each of them back after the same times and as loud. What was learned from
 * some is expected of the others, also where a voice lies above it.
 */
export class KeyEchoes {
  readonly #spectrum: ToneSpectrum
  readonly #profile: EchoProfile
  readonly #keys: Float64Array
  readonly #last: Float64Array
  readonly #sines: Float64Array

  constructor(state: StateBuffer, spectrum: ToneSpectrum) {
    this.#spectrum = spectrum
    this.#profile = new EchoProfile(state)
    this.#keys = state.float64(keys * keyFields)
    this.#last = state.float64(5)
    this.#sines = state.float64(2)
  }

  /** As `EchoProfile.nearHops`. */
  get nearHops(): number {
    return this.#profile.nearHops
  }

  /** The tone of a press is there. */
  press(tone: FollowedTone): void {
    // What is suspected while the press is not over yet is no key: a voice that fell on a pair.
    if (tone.thereHop - tone.startHop < leastKeyHops) return
    const k = this.#keys
    const last = this.#last
    const isNew = k[last[field.at]!] !== tone.startHop
    if (isNew) this.#begin(tone)
    const at = last[field.at]!
    last[field.lowPower] = tone.lowPower
    last[field.highPower] = tone.highPower
    last[field.hops] = tone.thereHop - tone.startHop
    k[at + 1] = tone.thereHop
    k[at + 2] = tone.lowPower + tone.highPower
  }

  /** Nothing of the last key is there but its echoes, if the line has any. To be called once a hop. */
  learn(hop: number): void {
    const since = this.#sinceLast(hop)
    if (since >= hopsOfEchoes) return
    const spectrum = this.#spectrum
    const key = this.#last[field.lowPower]! + this.#last[field.highPower]!
    if (since >= nearestHop && since <= hopsOfNear)
      this.#profile.hearNear(since, this.#share(nearHops), spectrum.power(nearHops) / key)
    if (since >= firstFarHop && since % stepHops === 0)
      this.#profile.hearFar(since, this.#share(farHops), spectrum.power(farHops) / key)
  }

  /** Wipes what is out of date. To be called once a hop. */
  forget(hop: number): void {
    const k = this.#keys
    for (let at = 0; at < k.length; at += keyFields) {
      if (k[at + 1] !== 0 && hop - k[at + 1]! >= hopsOfEchoes) this.#wipe(at)
    }
  }

  /** Must an echo be expected now? */
  expects(hop: number): boolean {
    const k = this.#keys
    for (let at = 0; at < k.length; at += keyFields) {
      const end = k[at + 1]!
      if (end !== 0 && this.#profile.covers(hop - end, end - k[at]!, leastPower / k[at + 2]!)) return true
    }
    return false
  }

  /** Is one still to come, or being heard? */
  awaits(hop: number): boolean {
    const since = this.#sinceLast(hop)
    return since < hopsOfEchoes && since < this.#profile.lastHop
  }

  /** Is `tone` no key but the echo of one? */
  explain(tone: FollowedTone, hop: number): boolean {
    const last = this.#last
    if (this.#sinceLast(hop) >= hopsOfEchoes) return false
    if (last[field.pair] !== tone.key && !this.expects(hop)) return false
    return tone.lowPower + tone.highPower < echoShare * (last[field.lowPower]! + last[field.highPower]!)
  }

  #begin(tone: FollowedTone): void {
    const k = this.#keys
    const last = this.#last
    if (last[field.hops]! > 0) this.#profile.settle(last[field.hops]!, dbm0(tone.lowPower + tone.highPower))
    const at = (last[field.at]! + keyFields) % k.length
    last[field.at] = at
    last[field.pair] = tone.key
    k[at] = tone.startHop
  }

  #sinceLast(hop: number): number {
    const end = this.#keys[this.#last[field.at]! + 1]!
    return end === 0 ? hopsOfEchoes : hop - end
  }

  /** Share of the last key that is heard, of the sine of which there is less. */
  #share(hops: number): number {
    const last = this.#last
    const spectrum = this.#spectrum
    const sines = this.#sines
    if (spectrum.power(hops) < summedPower) spectrum.pairPowerInSilence(last[field.pair]!, hops, sines)
    else spectrum.pairPower(last[field.pair]!, hops, sines)
    return Math.min(sines[0]! / last[field.lowPower]!, sines[1]! / last[field.highPower]!)
  }

  #wipe(at: number): void {
    const last = this.#last
    this.#keys.fill(0, at, at + keyFields)
    if (at === last[field.at]) last.fill(0, field.pair)
  }
}
