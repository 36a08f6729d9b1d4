import { NgRefused } from '../ng-error.ts'
import { otherSide, type Side } from '../party-rule.ts'
import type { Profile } from '../profile.ts'
import { type CryptoLine, newKeying } from './sdes.ts'
import { type Keying, type Suite, suites } from './suite.ts'

/** What one leg is encrypted with, each way. */
export type LegKeys = { readonly ours: Keying; readonly theirs: Keying }

/** How a description says that media go: its profile, and its `a=crypto:` lines. */
export type Terms = { readonly profile: Profile; readonly lines: readonly CryptoLine[] }

export type CallKeysOptions = {
  /** True for a party that is not talked with in the clear. */
  readonly requires: (side: Side) => boolean
}

/**
 * Which leg of a call is encrypted, and with what: each on its own, by the offers and answers of RFC 4568. A leg that
 * has been encrypted stays so, and an answer is as encrypted as its offer: what would take it away is refused.
 */
export class CallKeys {
  readonly #options: CallKeysOptions
  readonly #own = new Map<string, Keying>()
  readonly #offers = new Map<Side, Terms>()
  readonly #invitations = new Map<Side, Terms>()
  readonly #agreed = new Map<Side, LegKeys>()

  constructor(options: CallKeysOptions) {
    this.#options = options
  }

  of(side: Side): LegKeys | undefined {
    return this.#agreed.get(side)
  }

  /** What was agreed on, as `side` would describe it. */
  termsOf(side: Side): Terms {
    const keys = this.#agreed.get(side)
    const profile = { secure: keys !== undefined, feedback: false }
    return { profile, lines: keys ? [{ tag: 1, keying: keys.theirs }] : [] }
  }

  /** Out of an earlier life. */
  restore(side: Side, keys: LegKeys): void {
    this.#agreed.set(side, keys)
    this.#own.set(`${side} ${keys.ours.suite}`, { suite: keys.ours.suite, inline: keys.ours.inline })
  }

  /** `side` makes an offer. Throws NgRefused. */
  offered(side: Side, terms: Terms): void {
    if (terms.profile.secure && terms.lines.length === 0)
      throw new NgRefused('SRTP without a key that is spoken (AES_CM_128_HMAC_SHA1_80 or _32)')
    if (!terms.profile.secure) this.#refuseClear(side)
    this.#offers.set(side, terms)
  }

  /** How the other party of `side`'s offer is asked. `wanted`: the profile that the edge names. Throws NgRefused. */
  invite(side: Side, wanted: Profile | undefined): Terms {
    const to = otherSide[side]
    const offer = this.#offers.get(side)?.profile
    const mustBe = this.#options.requires(to) || this.#agreed.has(to)
    // The edge says what a side is asked for at first. It cannot know who answered with what, nor lift our rule.
    const secure = mustBe || (wanted ?? offer)?.secure === true
    const profile = { secure, feedback: (wanted ?? offer)?.feedback === true }
    const lines = secure ? suites.map((suite, i) => ({ tag: i + 1, keying: this.#ours(to, suite) })) : []
    const terms = { profile, lines }
    this.#invitations.set(to, terms)
    return terms
  }

  /** `side` answers: returns how its counterpart is answered. Throws NgRefused, and nothing has changed then. */
  answered(side: Side, answer: Terms): Terms {
    const invitation = this.#invitations.get(side)
    const offer = this.#offers.get(otherSide[side])
    if (!invitation || !offer) throw new NgRefused('an answer without an offer')
    if (invitation.profile.secure !== answer.profile.secure)
      throw new NgRefused('an answer has to be as encrypted as its offer')
    this.#agree(side, answer.profile.secure ? acceptedOf(invitation, answer) : undefined)
    return this.answerTo(otherSide[side])
  }

  /** How `side`'s offer is answered, whoever does: the anchor itself, while nobody is on the other side. */
  answerTo(side: Side): Terms {
    const offer = this.#offers.get(side)
    if (!offer) throw new NgRefused('an answer without an offer')
    const [chosen] = offer.lines
    if (!offer.profile.secure || !chosen) {
      this.#agree(side, undefined)
      return { profile: offer.profile, lines: [] }
    }
    const { suite, mki } = chosen.keying
    const ours = { ...this.#ours(side, suite), ...(mki ? { mki } : {}) }
    this.#agree(side, { ours, theirs: chosen.keying })
    return { profile: offer.profile, lines: [{ tag: chosen.tag, keying: ours }] }
  }

  #agree(side: Side, keys: LegKeys | undefined): void {
    if (keys) this.#agreed.set(side, keys)
    else this.#agreed.delete(side)
  }

  #refuseClear(side: Side): void {
    if (this.#agreed.has(side))
      throw new NgRefused('this party is talked with over SRTP, and no longer without')
    if (this.#options.requires(side))
      throw new NgRefused('this party has to use SRTP (sip.srtpCaller, sip.srtpAgent)')
  }

  /** One key a leg and suite for the whole call, so that a repeated description changes nothing. */
  #ours(side: Side, suite: Suite): Keying {
    const name = `${side} ${suite}`
    const keying = this.#own.get(name) ?? newKeying(suite)
    this.#own.set(name, keying)
    return keying
  }
}

/** The line of ours that an answer takes up, with the key of who answers (RFC 4568 §5.1.3). */
function acceptedOf(invitation: Terms, answer: Terms): LegKeys {
  for (const { tag, keying } of answer.lines) {
    const asked = invitation.lines.find((line) => line.tag === tag && line.keying.suite === keying.suite)
    if (asked) return { ours: asked.keying, theirs: keying }
  }
  throw new NgRefused('the answer takes up none of the keys that were offered')
}
