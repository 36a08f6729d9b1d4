/** A provider's message may come before its tone is heard by this much (RFC 4733 events overtake audio), in ms. */
const earlyMs = 150
/** … and after the tone's end by this much, in ms. */
const lateMs = 450
/** What a message's delay may differ from the delay learned on this call, at least, in ms. */
const leastToleranceMs = 150
const pairsToLearn = 4
const deviationsTolerated = 6
/** Before anything is learned: a key has been down at least this long when it is reported, in ms. */
const shortestToneMs = 40
const remembered = 16

type Press = { readonly press: number; readonly onsetMs: number; endMs: number | undefined; claimed: boolean }
type Message = { readonly atMs: number; claimed: boolean }

export type Verdict = 'first' | 'copy'

/**
 * The presses of one caller's leg, in the order in which they were made, told by two witnesses: the tone in the audio
 * and the provider's message. Whoever tells first of a press has it counted (`first`); the other's word for the same
 * press is a `copy`. Pure, and it holds no digit: presses are matched by order and by time alone.
 *
 * Each witness may miss presses and speaks in order. A message belongs to the oldest tone without one that it can be
 * about: from `earlyMs` before the onset to `lateMs` after the end, and, once the provider's delay has been learned
 * from `pairsToLearn` presses, only where that delay says. "The same digit again within half a second" is not asked:
 * two quick presses of one key are two tones and two messages.
 *
 * All times are ms of the leg's media, so that a stall of the network moves both witnesses alike.
 */
export class DigitLedger {
  #presses: Press[] = []
  #messages: Message[] = []
  readonly #fromOnset = new Delay()
  readonly #fromEnd = new Delay()

  /** A tone is certain, and began at `onsetMs`. */
  tone(press: number, onsetMs: number): Verdict {
    const entry: Press = { press, onsetMs, endMs: undefined, claimed: false }
    const message = this.#messages.find(
      (candidate) => !candidate.claimed && this.#fits(entry, candidate.atMs),
    )
    if (message) {
      this.#settle(message, entry)
      this.#messages = this.#messages.filter((other) => other.atMs > message.atMs)
    }
    this.#presses = [...this.#presses, entry].slice(-remembered)
    return message ? 'copy' : 'first'
  }

  /** The tone of `press` has ended. */
  toneEnded(press: number, endMs: number): void {
    const entry = this.#presses.find((candidate) => candidate.press === press)
    if (entry) entry.endMs = endMs
  }

  /** The provider says that a key is or was down. */
  message(atMs: number): Verdict {
    const message: Message = { atMs, claimed: false }
    this.#presses = this.#presses.filter((press) => press.endMs === undefined || atMs - press.endMs <= lateMs)
    const press = this.#presses.find((candidate) => !candidate.claimed && this.#fits(candidate, atMs))
    if (press) {
      this.#settle(message, press)
      // Both witnesses speak in order: an older tone that no message was about will not get one.
      this.#presses = this.#presses.filter((other) => other.onsetMs >= press.onsetMs)
      return 'copy'
    }
    this.#messages = [...this.#messages, message].slice(-remembered)
    return 'first'
  }

  /** When the press that a message tells of is likely to have begun. */
  likelyOnsetMs(messageAtMs: number): number {
    return messageAtMs - (this.#fromOnset.known ? Math.max(0, this.#fromOnset.meanMs) : shortestToneMs)
  }

  #fits(press: Press, atMs: number): boolean {
    const { onsetMs, endMs = Math.max(atMs, press.onsetMs) } = press
    if (atMs < onsetMs - earlyMs || atMs > endMs + lateMs) return false
    if (!this.#fromOnset.known) return true
    // Some providers report when the key goes down, others when it comes up.
    return this.#fromOnset.allows(atMs - onsetMs) || this.#fromEnd.allows(atMs - endMs)
  }

  #settle(message: Message, press: Press): void {
    message.claimed = true
    press.claimed = true
    this.#fromOnset.learn(message.atMs - press.onsetMs)
    if (press.endMs !== undefined) this.#fromEnd.learn(message.atMs - press.endMs)
  }
}

/** A delay seen again and again: its mean and its mean deviation (as in RFC 6298), in ms. */
class Delay {
  meanMs = 0
  #deviationMs = 0
  #seen = 0

  get known(): boolean {
    return this.#seen >= pairsToLearn
  }

  learn(sampleMs: number): void {
    if (this.#seen++ === 0) {
      this.meanMs = sampleMs
      return
    }
    this.#deviationMs += (Math.abs(sampleMs - this.meanMs) - this.#deviationMs) / 4
    this.meanMs += (sampleMs - this.meanMs) / 8
  }

  allows(sampleMs: number): boolean {
    const toleranceMs = Math.max(leastToleranceMs, this.#deviationMs * deviationsTolerated)
    return this.known && Math.abs(sampleMs - this.meanMs) <= toleranceMs
  }
}
