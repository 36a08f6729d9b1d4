import type { DelayLine } from './delay-line.ts'
import { FollowedTone } from './followed-tone.ts'
import { KeyEchoes } from './key-echoes.ts'
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
/** No line is as quiet as this (-72 dBm0), but for what was lost of it: a packet, or two (50 ms). */
const deadPower = powerAt0Dbm0 * 10 ** -7.2
const hopsOfDeadLine = 25
/** Purity from which a suspected pair goes on being suspected, or log odds. */
const lastingPurity = 0.8
const lastingOdds = -2
/** Who keys one key keys another: how long less is asked of a suspicion after a tone (6 s), and how much less, in log odds. */
const eagerHops = 3_000
const eagerness = 3.5
/** A telephone keeps its level: less again is asked of a pair that is as loud as the last one. */
const familiarity = 3
/** How long an echo of a tone is looked for: 700 ms. */
const tailHops = 350
/** An echo that is expected is masked from the hop before it on. */
const hopsOfExpected = 2
/** What ends this soon after a tone was there, 6 ms, may hold some of it: nothing is learned of echoes. */
const hopsOfEdge = 3
/** Off by less than this, a pair that was suspected goes on being so. */
const lastingOffsetPct = 3

const field = {
  hangUntilHop: 0,
  /** Suspect windows in a row. */
  run: 1,
  holdUntilSample: 2,
  tailUntilHop: 3,
  /** Hops until the window holds none that was lost, whether the line was masked when it was, and 1 when the last hop was lost. */
  refill: 4,
  maskedAtLoss: 5,
  lost: 6,
  /** The pair that was suspected last. */
  suspect: 7,
  /** 1 when the last hop was one of a press, and when that press's tone is followed. */
  pressed: 8,
  pressFollowed: 9,
  /** Until this hop less is asked. */
  eagerUntilHop: 10,
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
  readonly #tone: FollowedTone
  readonly #echoes: KeyEchoes

  constructor(options: MaskPlanOptions) {
    const { state, spectrum, evidence } = options
    this.#o = options
    this.#s = state.float64(11)
    this.#tone = new FollowedTone(state, spectrum, evidence)
    this.#echoes = new KeyEchoes(state, spectrum)
  }

  /** True when nothing is suspected, followed or ordered to be masked now, and no echo awaited. */
  get idle(): boolean {
    const s = this.#s
    const { evidence, line } = this.#o
    return (
      s[field.run] === 0 &&
      !this.#tone.on &&
      evidence.hop > s[field.hangUntilHop]! &&
      !this.#echoes.awaits(evidence.hop) &&
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
      hop > s[field.tailUntilHop]!
    )
  }

  /** The most that `prior` can be from now on, until something stirs. */
  get mostPrior(): number {
    return this.#o.evidence.hop > this.#s[field.eagerUntilHop]! ? 0 : eagerness + familiarity
  }

  /** What is known before a window is looked at: that somebody is keying, and how loud his keys are. */
  get prior(): number {
    if (this.#o.evidence.hop > this.#s[field.eagerUntilHop]!) return 0
    return this.#tone.isFamiliar ? eagerness + familiarity : eagerness
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
    if (hop <= s[field.tailUntilHop]!) this.#mindEchoes(hop)
    const held = pressed && s[field.pressFollowed] === 0
    if (hop <= s[field.hangUntilHop]! || held || line.written <= s[field.holdUntilSample]!) line.mark(1)
  }

  /** Once the detector is sure, all that is held is the tone's; it is followed like any other if its pair is seen. */
  #heed(pressed: boolean): void {
    const s = this.#s
    const { line, evidence } = this.#o
    if (pressed && s[field.pressed] === 0) {
      line.mark(reachHops)
      if (evidence.interesting) this.#tone.follow()
      s[field.pressFollowed] = this.#tone.on ? 1 : 0
    }
    s[field.pressed] = pressed ? 1 : 0
  }

  #look(hop: number): void {
    const s = this.#s
    const { line, suspicion, evidence } = this.#o
    if (this.#isSuspect(hop)) {
      s[field.run] = s[field.run]! + 1
      s[field.suspect] = evidence.key
      line.mark(suspicion.headHops(evidence.lowPower + evidence.highPower))
      this.#hang(hop, hangHopsOfSuspicion)
      if (s[field.run]! >= windowsOfTone) this.#tone.follow()
    } else if (hop > s[field.hangUntilHop]!) {
      s[field.run] = 0
      const hops = suspicion.glimpse()
      if (hops > 0) {
        line.mark(hops)
        this.#hang(hop, hangHopsOfSuspicion)
      }
    }
    if (this.#tone.on) this.#keep(hop)
    else if (hop < s[field.tailUntilHop]! && this.#tone.isEchoed()) {
      line.mark(reachHops)
      this.#hang(hop, hangHopsOfSuspicion)
    }
  }

  /** Asks for odds, which cost more than all the rest, only where they decide. */
  #isSuspect(hop: number): boolean {
    const { evidence, suspicion } = this.#o
    const isSuspected = this.#wasSuspected(hop)
    if (isSuspected && evidence.purity > lastingPurity && evidence.offsetPct < lastingOffsetPct) return true
    const prior = this.prior
    const odds = suspicion.odds(prior)
    return odds + prior > 0 || (isSuspected && odds > lastingOdds)
  }

  /** What was suspected a moment ago and is still mostly that pair goes on, however a codec makes it wobble. */
  #wasSuspected(hop: number): boolean {
    const s = this.#s
    const { evidence } = this.#o
    return (
      s[field.run]! > 0 &&
      hop <= s[field.hangUntilHop]! &&
      evidence.interesting &&
      evidence.key === s[field.suspect]
    )
  }

  #keep(hop: number): void {
    const s = this.#s
    const tone = this.#tone
    // Silence in the place of a lost packet: the tone may go on after it.
    const isDead = this.#o.spectrum.power(3) < deadPower && hop - tone.thereHop < hopsOfDeadLine
    if (isDead) this.#hang(hop, hangHopsOfSuspicion)
    if (!tone.isThere()) {
      if (hop > s[field.hangUntilHop]!) tone.leave()
      return
    }
    const isPress = s[field.pressed] === 1
    if (isPress) this.#echoes.press(tone)
    // A voice may hold a pair for a moment: only of what lasts an echo is looked for, and another key expected.
    const isKey = isPress || (s[field.run]! >= windowsOfKeying && !this.#echoes.explain(tone, hop))
    if (!isKey) {
      this.#hang(hop, hangHopsOfMoment)
      return
    }
    this.#hang(hop, isPress ? Math.min(hangHopsOfTone, this.#echoes.nearHops) : hangHopsOfTone)
    s[field.tailUntilHop] = hop + tailHops
    s[field.eagerUntilHop] = hop + eagerHops
  }

  /** After a key: learns what the line gives back of it, and masks what is known to come. */
  #mindEchoes(hop: number): void {
    const s = this.#s
    const tone = this.#tone
    const echoes = this.#echoes
    echoes.forget(hop)
    const isClear = hop - tone.thereHop > hopsOfEdge || (s[field.pressed] === 0 && echoes.explain(tone, hop))
    if (s[field.refill] === 0 && isClear) echoes.learn(hop)
    if (echoes.expects(hop)) this.#o.line.mark(hopsOfExpected)
  }

  #hang(hop: number, hops: number): void {
    const s = this.#s
    s[field.hangUntilHop] = Math.max(s[field.hangUntilHop]!, hop + hops)
  }
}
