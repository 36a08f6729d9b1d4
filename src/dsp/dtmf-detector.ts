import { codeOfKey } from './dtmf-keypad.ts'
import type { EchoMemory } from './echo-memory.ts'
import type { EventQueue } from './event-queue.ts'
import { hopSamples } from './goertzel.ts'
import { trust } from './press-trust.ts'
import type { StateBuffer } from './state-buffer.ts'
import { CandidateField as C, ToneCandidate } from './tone-candidate.ts'
import type { ToneEvidence } from './tone-evidence.ts'
import { examField, ToneExam } from './tone-exam.ts'
import { dbm0, type ToneSpectrum } from './tone-spectrum.ts'
import { oddsOfKey } from './voice-odds.ts'

/** Absence that ends a press: longer than a lost packet and its edges, shorter than a pause of 40 ms. */
const hopsToEnd = 16
/** The first window that passes is filled to about 15 ms. */
const hopsBeforeRun = 8
/** A sine of the press counts as present down to a fifth of its power (-7 dB). */
const presentShare = 0.2
/** One sine at half its power, in a sound that has not faded, is a key that a codec beats: it takes twice as long to end. */
const heldShare = 0.5
const unfadedShare = 0.3

/** Trust that is enough at once, and that which is enough once 34 ms of a tone have been heard, or all of it. */
const leastEarlyTrust = 1.2
const leastTrust = -1.3
/** As much must speak against a voice: at once, and later. */
const leastEarlyOdds = 2
const leastOdds = -1.5
/** What is no voice for certain needs less trust, later: half of what its odds are, and not more than this. */
const mostLeniency = 2
const leniencyOfOdds = 0.5
const hopsOfFinal = 17
/** What is still in doubt after 60 ms is looked at less often. */
const hopsOfHaste = 23
/** A key this soon after another may have been rolled over it: how it came says nothing. */
const hopsOfRoll = 25

const field = {
  /** 0 idle, 1 in a press. */
  active: 0,
  key: 1,
  press: 2,
  onsetHop: 3,
  lastPresentHop: 4,
  absent: 5,
  lowReference: 6,
  highReference: 7,
  confidence: 8,
  /** Hop at which the press before was last heard. */
  formerHop: 9,
  /** The last window that agreed, of what was looked at closely after it. */
  examinedHop: 10,
} as const

export type DtmfDetectorOptions = {
  readonly state: StateBuffer
  readonly spectrum: ToneSpectrum
  readonly evidence: ToneEvidence
  readonly events: EventQueue
  readonly echoes: EchoMemory
}

/**
 * Decides on presses after ITU-T Q.24 and ETSI ES 201 235-3, one hop (2 ms) at a time: onset when windows over about
 * 29 ms agree (later when there is doubt), end after about 32 ms of absence, so that an interruption is bridged and a
 * pause of 40 ms is not.
 */
export class DtmfDetector {
  readonly #spectrum: ToneSpectrum
  readonly #events: EventQueue
  readonly #echoes: EchoMemory
  readonly #candidate: ToneCandidate
  readonly #exam: ToneExam
  readonly #s: Float64Array
  readonly #pair: Float64Array

  constructor({ state, spectrum, evidence, events, echoes }: DtmfDetectorOptions) {
    this.#spectrum = spectrum
    this.#events = events
    this.#echoes = echoes
    this.#candidate = new ToneCandidate(state, evidence)
    this.#exam = new ToneExam(state, spectrum)
    this.#s = state.float64(16)
    this.#pair = state.float64(2)
  }

  /** True from a press's decision to its end. */
  get active(): boolean {
    return this.#s[field.active] === 1
  }

  /** True while a press is on, or on its way to being certain. */
  get busy(): boolean {
    return this.active || this.#candidate.fields[C.run]! > 0
  }

  /** True when hops whose windows cannot matter would change nothing. */
  get idle(): boolean {
    return !this.busy && this.#echoes.empty
  }

  /** As `idle`, and no lost packet counts any more. */
  get calm(): boolean {
    return this.idle && this.#candidate.fields[C.refill] === 0
  }

  /** While calm: could the window that ends now be the first of a press? */
  get stirs(): boolean {
    return this.#candidate.passes
  }

  /** To be called after each hop; `lost` when the hop never came, which proves nothing. */
  step(lost: boolean): void {
    this.#echoes.forget(this.#spectrum.hops)
    if (lost) {
      this.#candidate.skip()
      return
    }
    this.#candidate.track()
    if (this.active) this.#follow()
    if (this.#candidate.certain) this.#accept()
  }

  /** In a press: is the pair still there? Judged over 6 ms, against the press's own level. */
  #follow(): void {
    const s = this.#s
    const pair = this.#pair
    const reference = s[field.lowReference]! + s[field.highReference]!
    const power = this.#spectrum.power(3)
    const isLoud = power > 0.5 * presentShare * reference
    if (isLoud) this.#spectrum.pairPower(s[field.key]!, 3, pair)
    const lowShare = isLoud ? pair[0]! / s[field.lowReference]! : 0
    const highShare = isLoud ? pair[1]! / s[field.highReference]! : 0
    if (lowShare > presentShare && highShare > presentShare) {
      s[field.absent] = 0
      s[field.lastPresentHop] = this.#spectrum.hops
      return
    }
    const isHeld = Math.max(lowShare, highShare) > heldShare && power > unfadedShare * reference
    s[field.absent] = s[field.absent]! + (isHeld ? 0.5 : 1)
    if (s[field.absent]! >= hopsToEnd) this.#end()
  }

  #accept(): void {
    const s = this.#s
    const candidate = this.#candidate.fields
    const key = candidate[C.key]!
    const isSame = this.active && s[field.key] === key
    if (isSame) {
      // What was decided beside a lost packet was known by half its power; its echo would seem to be the tone itself.
      s[field.lowReference] = Math.max(s[field.lowReference]!, candidate[C.lowPower]!)
      s[field.highReference] = Math.max(s[field.highReference]!, candidate[C.highPower]!)
    }
    if (isSame || this.#echoes.explains(key, candidate[C.lowPower]!, candidate[C.highPower]!)) {
      this.#candidate.drop()
      return
    }
    if (!this.#isTrusted()) return
    if (this.active) this.#end()
    const hop = this.#spectrum.hops
    s[field.active] = 1
    s[field.key] = key
    s[field.onsetHop] = Math.max(0, candidate[C.startHop]! - hopsBeforeRun)
    s[field.lastPresentHop] = candidate[C.lastHop]!
    s[field.absent] = 0
    s[field.lowReference] = candidate[C.lowPower]!
    s[field.highReference] = candidate[C.highPower]!
    s[field.confidence] = this.#candidate.confidence
    this.#emit('onset', hop)
    this.#candidate.drop()
  }

  /** The last guard, and a dear one: what is a little doubtful is looked at again, with more of it to be seen. */
  #isTrusted(): boolean {
    const s = this.#s
    const c = this.#candidate.fields
    const { hops } = this.#spectrum
    const run = c[C.run]!
    const ago = hops - c[C.lastHop]!
    if (hops - c[C.startHop]! > hopsOfHaste && hops % 4 !== 0) return false
    // Nothing of it was heard since it was looked at last.
    if (ago > 0 && s[field.examinedHop] === c[C.lastHop]) return false
    if (ago > 0) s[field.examinedHop] = c[C.lastHop]!
    this.#exam.look({
      key: c[C.key]!,
      startHop: c[C.startHop]!,
      ago,
      lowOffsetPct: c[C.lowOffsetSum]! / run,
      highOffsetPct: c[C.highOffsetSum]! / run,
    })
    const followsKey =
      this.active || (s[field.formerHop]! > 0 && c[C.startHop]! - s[field.formerHop]! < hopsOfRoll)
    const bearing = {
      purity: c[C.puritySum]! / run,
      riseDb: c[C.rise]!,
      doubt: this.#candidate.doubt(),
      followsKey,
    }
    const isFinal = ago > 0 || hops - this.#exam.found[examField.onsetHop]! >= hopsOfFinal
    const least = isFinal ? leastTrust : leastEarlyTrust
    // As long as nothing is known of the rest, it speaks against nobody: where that is too little, it may stay unknown.
    if (trust(this.#exam.found, bearing) < least - (isFinal ? mostLeniency : 0)) return false
    this.#exam.lookAtRest()
    const odds = oddsOfKey(this.#exam.found, bearing)
    if (odds < (isFinal ? leastOdds : leastEarlyOdds)) return false
    const leniency = isFinal ? Math.max(0, Math.min(mostLeniency, leniencyOfOdds * odds)) : 0
    return trust(this.#exam.found, bearing) >= least - leniency
  }

  #end(): void {
    const s = this.#s
    const low = s[field.lowReference]!
    const high = s[field.highReference]!
    this.#emit('end', Math.max(s[field.onsetHop]! + 1, s[field.lastPresentHop]! - 1))
    this.#echoes.remember(s[field.key]!, s[field.lastPresentHop]!, low, high)
    const press = s[field.press]!
    const formerHop = s[field.lastPresentHop]!
    s.fill(0)
    s[field.press] = press + 1
    s[field.formerHop] = formerHop
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
        confidence: s[field.confidence]!,
      },
      at,
    )
  }
}
