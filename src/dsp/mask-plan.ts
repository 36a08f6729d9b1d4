import type { DelayLine } from './delay-line.ts'
import type { StateBuffer } from './state-buffer.ts'
import type { Suspicion } from './suspicion.ts'
import { type ToneEvidence, windowHops } from './tone-evidence.ts'
import { powerAt0Dbm0, type ToneSpectrum } from './tone-spectrum.ts'

/** The most that is marked back from now: the window, and the hop before it in which the tone may have begun. */
const reachHops = windowHops + 1
/** Marked after the last of a tone, for the ringing of codecs and near echo (26 ms), of what did not last, and after a mere suspicion. */
const hangHopsOfTone = 13
const hangHopsOfMoment = 5
const hangHopsOfSuspicion = 3
/** Suspect windows in a row that make a tone, which is then followed by its own level. */
const windowsOfTone = 4
/** As many make it certain that somebody is keying, even where the detector may not say so. */
const windowsOfKeying = 12
/** What began in the 6 ms before a gap, the hop in which it may have begun, and the first of the gap. */
const hopsOfBareBeginning = 5
/**
 * A followed tone is there down to this share of each of its sines, and of one that was pure as long as the pair is this
 * share of what is heard: a voice after it keeps something of any pair.
 */
const presentShare = 0.12
const presentPurity = 0.4
const purePurity = 0.7
/** No line is as quiet as this (-72 dBm0), but for what was lost of it: a packet, or two (50 ms). */
const deadPower = powerAt0Dbm0 * 10 ** -7.2
const hopsOfDeadLine = 25
/** Purity from which a suspected pair goes on being suspected, or log odds. */
const lastingPurity = 0.8
const lastingOdds = -2
/** Who keys one key keys another: how long less is asked of a suspicion after a tone (6 s), and how much less, in log odds. */
const eagerHops = 3_000
const eagerness = 3.5
/** A telephone keeps its level: less again is asked of a pair within 4 dB of the last one, sine by sine. */
const familiarity = 3
const familiarFactor = 10 ** 0.4
/**
 * How long an echo of a tone is looked for: 700 ms; down to -54 dBm0, and a quarter of what is heard. It is no louder than
 * its tone, keeps its twist within 6 dB, and its frequencies as well as they can be measured beneath something else.
 */
const tailHops = 350
const tailPower = powerAt0Dbm0 * 10 ** -5.4
const tailPurity = 0.25
const tailSteadiness = 0.15
const tailTwistFactor = 4
const tailOffsetPct = 1.5
/** Quieter than that (-50 dBm0 and less) a codec rings on for long; then this share of 10 ms is enough. */
const ringHops = 5
const ringPower = powerAt0Dbm0 * 10 ** -5
const ringShare = 0.25
/** Off by less than this, a pair that was suspected goes on being so. */
const lastingOffsetPct = 3

const field = {
  hangUntilHop: 0,
  /** Suspect windows in a row. */
  run: 1,
  holdUntilSample: 2,
  /** 1 while a tone is followed. */
  following: 3,
  key: 4,
  lowReference: 5,
  highReference: 6,
  tailUntilHop: 7,
  /** Hops until the window holds none that was lost, whether the line was masked when it was, and 1 when the last hop was lost. */
  refill: 8,
  maskedAtLoss: 9,
  lost: 10,
  /** The pair that was suspected last. */
  suspect: 11,
  /** 1 when the last hop was one of a press, and when that press's tone is followed. */
  pressed: 12,
  pressFollowed: 13,
  /** Until this hop less is asked. */
  eagerUntilHop: 14,
  /** How far the followed tone is off its frequencies, in per cent. */
  lowOffsetPct: 15,
  highOffsetPct: 16,
  /** Purity of the followed tone, and the hop in which it was there last. */
  purity: 17,
  thereHop: 18,
} as const

export type MaskPlanOptions = {
  readonly state: StateBuffer
  readonly spectrum: ToneSpectrum
  readonly evidence: ToneEvidence
  readonly suspicion: Suspicion
  readonly line: DelayLine
}

/** Marks in the delay line what must not be heard: suspects, the whole of a tone that they turn out to be, and its tail. */
export class MaskPlan {
  readonly #o: MaskPlanOptions
  readonly #s: Float64Array
  readonly #pair: Float64Array

  constructor(options: MaskPlanOptions) {
    this.#o = options
    this.#s = options.state.float64(19)
    this.#pair = options.state.float64(2)
  }

  /** True when nothing is suspected, followed or ordered to be masked now. */
  get idle(): boolean {
    const s = this.#s
    const { evidence, line } = this.#o
    return (
      s[field.run] === 0 &&
      s[field.following] === 0 &&
      evidence.hop > s[field.hangUntilHop]! &&
      line.written >= s[field.holdUntilSample]!
    )
  }

  /** As `idle`, and from now on: until something stirs, a hop that was not lost changes nothing. */
  get calm(): boolean {
    const s = this.#s
    const { hop } = this.#o.evidence
    return (
      this.idle &&
      s[field.refill] === 0 &&
      s[field.lost] === 0 &&
      s[field.pressed] === 0 &&
      hop >= s[field.tailUntilHop]!
    )
  }

  /** The most that `prior` can be from now on, until something stirs. */
  get mostPrior(): number {
    return this.#o.evidence.hop > this.#s[field.eagerUntilHop]! ? 0 : eagerness + familiarity
  }

  /** What is known before a window is looked at: that somebody is keying, and how loud his keys are. */
  get prior(): number {
    const s = this.#s
    if (this.#o.evidence.hop > s[field.eagerUntilHop]!) return 0
    const { lowPower, highPower } = this.#o.evidence
    const isFamiliar = isNear(lowPower, s[field.lowReference]!) && isNear(highPower, s[field.highReference]!)
    return isFamiliar ? eagerness + familiarity : eagerness
  }

  /** Masks everything that has not been heard yet, and `holdSamples` more. */
  hold(heldHops: number, holdSamples: number): void {
    const s = this.#s
    s[field.holdUntilSample] = Math.max(s[field.holdUntilSample]!, this.#o.line.written + holdSamples)
    this.#o.line.mark(heldHops)
  }

  /** To be called after each hop; `pressed` while the detector is sure of a press. */
  step(lost: boolean, pressed: boolean): void {
    const s = this.#s
    const { line, evidence, suspicion } = this.#o
    const hop = evidence.hop
    const masked = hop <= s[field.hangUntilHop]! + 1
    if (lost) {
      // A tone may have begun just before the line went dead: too short to be known, long enough to be read.
      if (s[field.lost] === 0 && !masked && suspicion.cutShort(1)) {
        line.mark(reachHops)
        s[field.maskedAtLoss] = 1
      } else {
        if (s[field.lost] === 0 && suspicion.barelyBegan(1)) line.mark(hopsOfBareBeginning)
        if (s[field.refill] === 0) s[field.maskedAtLoss] = masked ? 1 : 0
      }
      s[field.refill] = windowHops
    } else if (s[field.refill]! > 0) s[field.refill] = s[field.refill]! - 1
    if (s[field.refill]! > 0 && s[field.maskedAtLoss] === 1) s[field.hangUntilHop] = hop + 2
    s[field.lost] = lost ? 1 : 0
    if (!lost) this.#look(hop)
    this.#heed(pressed)
    const held = pressed && s[field.pressFollowed] === 0
    if (hop <= s[field.hangUntilHop]! || held || line.written <= s[field.holdUntilSample]!) line.mark(1)
  }

  /** Once the detector is sure, all that is held is the tone's; it is followed like any other if its pair is seen. */
  #heed(pressed: boolean): void {
    const s = this.#s
    const { line, evidence } = this.#o
    if (pressed && s[field.pressed] === 0) {
      line.mark(reachHops)
      if (evidence.interesting) this.#follow()
      s[field.pressFollowed] = s[field.following]!
    }
    s[field.pressed] = pressed ? 1 : 0
  }

  #look(hop: number): void {
    const s = this.#s
    const { line, suspicion, evidence } = this.#o
    const prior = this.prior
    const odds = suspicion.odds(prior)
    if (odds + prior > 0 || this.#goesOn(hop, odds)) {
      s[field.run] = s[field.run]! + 1
      s[field.suspect] = evidence.key
      line.mark(suspicion.headHops(evidence.lowPower + evidence.highPower))
      this.#hang(hop, hangHopsOfSuspicion)
      if (s[field.run]! >= windowsOfTone) this.#follow()
    } else if (hop > s[field.hangUntilHop]!) {
      s[field.run] = 0
      const hops = suspicion.glimpse()
      if (hops > 0) {
        line.mark(hops)
        this.#hang(hop, hangHopsOfSuspicion)
      }
    }
    if (s[field.following] === 1) this.#keep(hop)
    else if (hop < s[field.tailUntilHop]! && this.#hearsTail()) {
      line.mark(reachHops)
      this.#hang(hop, hangHopsOfSuspicion)
    }
  }

  /** What was suspected a moment ago and is still mostly that pair goes on, however a codec makes it wobble. */
  #goesOn(hop: number, odds: number): boolean {
    const s = this.#s
    const { evidence } = this.#o
    return (
      s[field.run]! > 0 &&
      hop <= s[field.hangUntilHop]! &&
      evidence.interesting &&
      evidence.key === s[field.suspect] &&
      (odds > lastingOdds || (evidence.purity > lastingPurity && evidence.offsetPct < lastingOffsetPct))
    )
  }

  /** From now on the tone is masked for as long as its pair is there at its own level. */
  #follow(): void {
    const s = this.#s
    const { evidence } = this.#o
    const isNew = s[field.following] === 0 || s[field.key] !== evidence.key
    if (!isNew && evidence.lowPower < s[field.lowReference]!) return
    s[field.following] = 1
    s[field.key] = evidence.key
    s[field.lowReference] = evidence.lowPower
    s[field.highReference] = evidence.highPower
    s[field.lowOffsetPct] = evidence.lowOffsetPct
    s[field.highOffsetPct] = evidence.highOffsetPct
    s[field.purity] = evidence.purity
  }

  #keep(hop: number): void {
    const s = this.#s
    const pair = this.#pair
    const reference = s[field.lowReference]! + s[field.highReference]!
    const power = this.#o.spectrum.power(3)
    const isLoud = power > 0.5 * presentShare * reference
    if (isLoud) this.#o.spectrum.pairPower(s[field.key]!, 3, pair)
    const there =
      isLoud &&
      pair[0]! > presentShare * s[field.lowReference]! &&
      pair[1]! > presentShare * s[field.highReference]! &&
      (s[field.purity]! < purePurity || pair[0]! + pair[1]! > presentPurity * power)
    // Silence in the place of a lost packet: the tone may go on after it.
    if (power < deadPower && hop - s[field.thereHop]! < hopsOfDeadLine) this.#hang(hop, hangHopsOfSuspicion)
    if (there) {
      s[field.thereHop] = hop
      // A voice may hold a pair for a moment: only of what lasts an echo is looked for, and another key expected.
      const isSure = s[field.pressed] === 1 || s[field.run]! >= windowsOfKeying
      this.#hang(hop, isSure ? hangHopsOfTone : hangHopsOfMoment)
      if (isSure) {
        s[field.tailUntilHop] = hop + tailHops
        s[field.eagerUntilHop] = hop + eagerHops
      }
    } else if (hop > s[field.hangUntilHop]!) s[field.following] = 0
  }

  #hearsTail(): boolean {
    const s = this.#s
    const { evidence } = this.#o
    if (!evidence.interesting) return this.#rings()
    if (evidence.key !== s[field.key] || evidence.purity < tailPurity) return false
    const { lowPower, highPower } = evidence
    const low = lowPower / s[field.lowReference]!
    const high = highPower / s[field.highReference]!
    return (
      lowPower > tailPower &&
      highPower > tailPower &&
      Math.max(low, high) < 1 &&
      low < tailTwistFactor * high &&
      high < tailTwistFactor * low &&
      evidence.steadiness > tailSteadiness &&
      Math.abs(evidence.lowOffsetPct - s[field.lowOffsetPct]!) < tailOffsetPct &&
      Math.abs(evidence.highOffsetPct - s[field.highOffsetPct]!) < tailOffsetPct
    )
  }

  #rings(): boolean {
    const { spectrum } = this.#o
    const power = spectrum.power(ringHops)
    if (power > ringPower || power < 1) return false
    const pair = this.#pair
    spectrum.pairPowerInSilence(this.#s[field.key]!, ringHops, pair)
    return pair[0]! + pair[1]! > ringShare * power
  }

  #hang(hop: number, hops: number): void {
    const s = this.#s
    s[field.hangUntilHop] = Math.max(s[field.hangUntilHop]!, hop + hops)
  }
}

function isNear(power: number, reference: number): boolean {
  return power < reference * familiarFactor && reference < power * familiarFactor
}
