import { UsualDelay } from './usual-delay.ts'

/** A provider's message may come before its tone is heard by this much (RFC 4733 events overtake audio), in ms. */
const earlyMs = 150
/** … and after the tone's end by this much, in ms. */
const lateMs = 450
/** By then the ear has decided on a tone that a message may have been about, in ms after the message. */
const judgedAfterMs = earlyMs + 100
/** Nothing is asked about what lies further back, in ms. */
const rememberedMs = 2_000
const rememberedAtMost = 24
/** Before anything is learned: a key has been down at least this long when it is reported, in ms. */
const shortestToneMs = 40
/** A tone and the pause after it: the press before a tone began at least this much earlier, in ms. */
const shortestPressMs = 80

/** `open`: nobody else has told of it yet. */
type Press = {
  readonly press: number
  readonly onsetMs: number
  endMs: number | undefined
  open: boolean
  kin: number
}
type Message = {
  readonly atMs: number
  open: boolean
  judged: boolean
  readonly kin: number
}

export type Verdict = 'first' | 'copy'

/**
 * The presses of one caller's leg, in the order in which they were made, told by two witnesses: the tone in the audio
 * and the provider's message. Whoever tells first of a press has it counted (`first`); the other's word for the same
 * press is a `copy`. Pure, and it holds no digit: presses are matched by order and by time, and `kin`, a quarter of the
 * keypad at random (see KeyKin), only tells apart what cannot be one press.
 *
 * Both witnesses speak in order, and either may miss presses. A message belongs to the oldest open tone that it can
 * be about: from `earlyMs` before the onset to `lateMs` after the end. So as long as one witness misses nothing, each
 * press counts once, whatever the other does; "the same digit again within half a second" is not asked, and two quick
 * presses of one key are two. Once the provider's delay on this call is known, from presses that stood alone, only a
 * pair that fits it is one: then the witnesses may even miss neighbouring presses in turn.
 *
 * All times are ms of the leg's media, so that a stall of the network moves both witnesses alike.
 */
export class DigitLedger {
  #presses: Press[] = []
  #messages: Message[] = []
  #matchedOnsetMs = 0
  readonly #fromOnset = new UsualDelay()
  readonly #fromEnd = new UsualDelay()
  /** Of all pairs, those in fast dialling included: enough to know how long to wait, not to match by. */
  readonly #fromPaired = new UsualDelay()

  /** A tone is certain, and began at `onsetMs`. */
  tone(press: number, onsetMs: number, kin = 0): Verdict {
    this.#advance(onsetMs)
    const entry: Press = { press, onsetMs, endMs: undefined, open: true, kin }
    this.#presses.push(entry)
    const message = this.#messages.find(
      (candidate) => candidate.open && candidate.kin === kin && this.#fits(entry, candidate.atMs),
    )
    return message ? this.#pair(message, entry) : 'first'
  }

  /** The tone of `press` has ended. */
  toneEnded(press: number, endMs: number): void {
    const entry = this.#presses.find((candidate) => candidate.press === press)
    if (entry) entry.endMs = endMs
  }

  /** The provider says that a key is or was down. */
  message(atMs: number, kin = 0): Verdict {
    this.#advance(atMs)
    const entry: Message = { atMs, open: true, judged: false, kin }
    this.#messages.push(entry)
    const press = this.#presses.find(
      (candidate) => candidate.open && candidate.kin === kin && this.#fits(candidate, atMs),
    )
    return press ? this.#pair(entry, press) : 'first'
  }

  /**
   * When it is certain that no message will tell of a press made before the tone that began at `onsetMs`: at once on a
   * call without late messages. Where messages are known to be late, when the tone's own would be due.
   */
  settledMs(onsetMs: number): number {
    const delay = this.#usualDelay
    if (!delay.known) return onsetMs
    const dueMs = delay.usualMs - shortestPressMs + delay.spreadMs
    return onsetMs + Math.min(lateMs, Math.max(0, dueMs))
  }

  /** Onset of the tone that the last message or tone was found to be about. */
  get matchedOnsetMs(): number {
    return this.#matchedOnsetMs
  }

  /** When the press that a message tells of is likely to have begun. */
  likelyOnsetMs(messageAtMs: number): number {
    const delay = this.#usualDelay
    return messageAtMs - (delay.known ? Math.max(0, delay.usualMs) : shortestToneMs)
  }

  get #usualDelay(): UsualDelay {
    return this.#fromOnset.known ? this.#fromOnset : this.#fromPaired
  }

  #fits(press: Press, atMs: number): boolean {
    if (!isInReach(press, atMs)) return false
    if (!this.#fromOnset.known) return true
    // Some providers report when the key goes down, others when it comes up.
    return this.#fromOnset.allows(atMs - press.onsetMs) || this.#fromEnd.allows(atMs - endOf(press, atMs))
  }

  #pair(message: Message, press: Press): Verdict {
    this.#matchedOnsetMs = press.onsetMs
    this.#fromPaired.learn([message.atMs - press.onsetMs])
    // Both speak in order: what is older and still open will not be told of any more.
    for (const other of this.#presses) if (other.onsetMs <= press.onsetMs) other.open = false
    for (const other of this.#messages) if (other.atMs <= message.atMs) other.open = false
    return 'copy'
  }

  /** Learns from what is long enough ago, and forgets what is longer ago than that. */
  #advance(nowMs: number): void {
    for (const message of this.#messages) {
      if (message.judged || nowMs < message.atMs + judgedAfterMs) continue
      message.judged = true
      this.#learn(message)
    }
    const isRecent = (atMs: number | undefined) => atMs === undefined || nowMs - atMs < rememberedMs
    this.#presses = this.#presses.filter(({ endMs }) => isRecent(endMs)).slice(-rememberedAtMost)
    this.#messages = this.#messages.filter(({ atMs }) => isRecent(atMs)).slice(-rememberedAtMost)
  }

  /** Every tone that a message could be about: its own teaches the delay, the others agree with nothing. */
  #learn({ atMs, kin }: Message): void {
    const inReach = this.#presses.filter((press) => press.kin === kin && isInReach(press, atMs))
    this.#fromOnset.learn(inReach.map(({ onsetMs }) => atMs - onsetMs))
    this.#fromEnd.learn(inReach.flatMap(({ endMs }) => (endMs === undefined ? [] : [atMs - endMs])))
  }
}

/** A tone that is still heard goes on at least until now. */
function endOf({ onsetMs, endMs }: Press, nowMs: number): number {
  return endMs ?? Math.max(nowMs, onsetMs)
}

function isInReach(press: Press, atMs: number): boolean {
  return atMs >= press.onsetMs - earlyMs && atMs <= endOf(press, atMs) + lateMs
}
