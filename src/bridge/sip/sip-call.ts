import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { LegEnd, LegRole, SipFacts } from '../../contracts/bridge-port.ts'
import type { G711Law } from '../../dsp/tone-channel.ts'
import type { CallBridge } from '../call-bridge.ts'
import type { LegTable } from '../leg-numbers.ts'
import type { AloneTerms } from './alone-answer.ts'
import type { AudioDescription, Codec } from './audio-description.ts'
import type { DialogName } from './edge-client.ts'
import { EventPlayer } from './event-player.ts'
import type { PortPair } from './media-ports.ts'
import { NgRefused } from './ng-error.ts'
import { callerSide, otherSide, type PartyRule, roleOf, type Side } from './party-rule.ts'
import { isAudio, lawOf } from './payload-kinds.ts'
import type { StoredCall } from './port-map.ts'
import { RtpLeg } from './rtp-leg.ts'
import type { SourceRule } from './source-rule.ts'
import { CallKeys, type Terms } from './srtp/call-keys.ts'
import { keyOfEvent } from './telephone-event.ts'
import { factsOf, learnt, type Told } from './told-facts.ts'

export const sides = ['offerer', 'answerer'] as const

export type SipCallOptions = {
  readonly callId: string
  readonly ngCallId: string
  readonly createdAt: number
  readonly ports: Readonly<Record<Side, PortPair>>
  readonly direction: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  readonly rule: PartyRule & { readonly source: SourceRule; readonly srtp: SrtpRule }
  readonly clock: Clock
  readonly log: Log
  /** The state has changed: keep it. */
  readonly onChange: () => void
  /** Where the legs keep count; each by itself unless told. */
  readonly table?: LegTable
}

/** Whether a party may be talked with in the clear. */
export type SrtpRule = Readonly<Record<LegRole, 'accepted' | 'required'>>

/** An offer or answer as far as the media are concerned. */
export type Described = {
  readonly audio: AudioDescription
  readonly alsoFrom: string | undefined
  readonly terms: Terms
}

/** One call over SIP: the tags of its parties, what they have described, and the leg that faces each. */
export class SipCall {
  readonly options: SipCallOptions
  readonly legs: Readonly<Record<Side, RtpLeg>>
  readonly tags = new Map<string, Side>()
  readonly labels: { [S in Side]?: string } = {}
  readonly keys: CallKeys
  readonly #offers = new Map<Side, Described>()
  readonly #players = new Map<Side, EventPlayer>()
  #bridge: CallBridge | undefined
  #answered = false
  #told: Told

  constructor(options: SipCallOptions) {
    this.options = options
    this.#told = options.metadata
    this.keys = new CallKeys({ requires: (side) => options.rule.srtp[this.roleOf(side)] === 'required' })
    this.legs = { offerer: this.#newLeg('offerer'), answerer: this.#newLeg('answerer') }
  }

  get callId(): string {
    return this.options.callId
  }

  /** True once an offer has been taken. */
  get begun(): boolean {
    return this.#offers.size > 0
  }

  get answered(): boolean {
    return this.#answered
  }

  /** The call that the legs are joined in. */
  set bridge(bridge: CallBridge) {
    this.#bridge = bridge
  }

  get bridge(): CallBridge {
    if (!this.#bridge) throw new NgRefused('the call is over')
    return this.#bridge
  }

  roleOf(side: Side): LegRole {
    const { direction, rule } = this.options
    return roleOf(side, callerSide({ labels: this.labels, direction }, rule))
  }

  legOf(role: LegRole): RtpLeg {
    return this.legs[this.roleOf('offerer') === role ? 'offerer' : 'answerer']
  }

  facts(): SipFacts {
    const direction = this.roleOf('offerer') === 'caller' ? 'inbound' : 'outbound'
    return factsOf(this.#told, { ngCallId: this.options.ngCallId, direction })
  }

  /** The dialog as its parties name it; undefined until both have a tag. */
  get dialog(): DialogName | undefined {
    const tagsOf = (side: Side) => [...this.tags].filter(([, owner]) => owner === side).map(([tag]) => tag)
    const [fromTag, toTag] = [tagsOf('offerer')[0], tagsOf('answerer').at(-1)]
    if (fromTag === undefined || toTag === undefined) return undefined
    return { callId: this.options.ngCallId, fromTag, toTag }
  }

  /** What a later message told: an answer knows which agent it comes from. True when that is news. */
  learn(metadata: Told): boolean {
    const before = this.#told
    this.#told = learnt(before, metadata)
    return this.#told !== before
  }

  /** Whose offer it is: a tag that is new joins the side that its counterpart leaves. */
  sideOf(fromTag: string, toTag: string | undefined): Side {
    const known = this.tags.get(fromTag)
    if (known) return known
    const opposite = toTag === undefined ? undefined : this.tags.get(toTag)
    const side = opposite ? otherSide[opposite] : 'offerer'
    this.tags.set(fromTag, side)
    return side
  }

  /** An offer changes nothing yet: it may be refused, or cross another. Throws NgRefused. */
  offered(side: Side, described: Described): void {
    this.keys.offered(side, described.terms)
    this.#offers.set(side, described)
  }

  /**
   * Both descriptions count from now on. Forks and early media answer the same offer again: the last one counts.
   * Returns how the other party is answered. Throws NgRefused.
   */
  answeredBy(side: Side, answer: Described): Terms {
    const offer = this.#offers.get(otherSide[side])
    if (!offer) throw new NgRefused('an answer without an offer')
    const terms = this.keys.answered(side, answer.terms)
    const agreed = firstInCommon(answer.audio.codecs, offer.audio.codecs)
    this.#describe(otherSide[side], offer, answer.audio.codecs, agreed)
    this.#describe(side, answer, offer.audio.codecs, agreed)
    this.#join(agreed && (lawOf(agreed) ?? 'mulaw'))
    this.#tellHold()
    return terms
  }

  /** The party of this offer is alone in the call for now: the anchor itself answers. What it takes of the codecs. */
  answerAlone(side: Side): AloneTerms {
    const offer = this.#offers.get(side)
    if (!offer) throw new NgRefused('an answer without an offer')
    const { audio } = offer
    const told = audio.codecs.filter((codec) => lawOf(codec) || codec.name === 'TELEPHONE-EVENT')
    const agreed = told.find(isAudio)
    if (!agreed) throw new NgRefused('no codec is offered that can be masked')
    const terms = this.keys.answerTo(side)
    this.#describe(side, offer, told, agreed)
    this.#join(lawOf(agreed))
    return { audio, told, terms }
  }

  /** Ends both legs, the one that hung up first. */
  end(why: LegEnd, first: Side = 'offerer'): void {
    for (const side of [first, otherSide[first]]) this.legs[side].close(why)
  }

  /** The last word: neither media nor signalling will come any more. */
  closed(): void {
    this.#bridge = undefined
  }

  /** A key that the signalling told of. While something is hidden it goes no further than to the collection. */
  keyed(side: Side, code: number, durationMs: number | undefined): void {
    const key = keyOfEvent(code)
    if (key === undefined) throw new NgRefused('no key has this code')
    this.legs[side].keyed(key)
    if (this.#hides(side)) return
    this.#players.get(side)?.play(code, durationMs)
  }

  store(): StoredCall {
    const { callId, ngCallId, createdAt, direction } = this.options
    const sideOf = (side: Side): StoredCall['sides'][Side] => {
      const { ports, peer, source, rollovers } = this.legs[side]
      const label = this.labels[side]
      return {
        port: ports.rtp.port,
        tags: [...this.tags].filter(([, owner]) => owner === side).map(([tag]) => tag),
        ...(label === undefined ? {} : { label }),
        ...(source ? { source } : {}),
        ...(peer
          ? {
              peer: {
                ...peer,
                told: [...peer.told],
                theirs: { ...peer.theirs, codecs: [...peer.theirs.codecs] },
                ...(peer.keys ? { rollovers } : {}),
              },
            }
          : {}),
      }
    }
    return {
      version: 1,
      ...{ callId, ngCallId, createdAt, direction: [...direction], metadata: { ...this.#told } },
      law: this.legs.offerer.law,
      answered: this.#answered,
      sides: { offerer: sideOf('offerer'), answerer: sideOf('answerer') },
    }
  }

  /** As it was stored; the media go on at once, for whoever sends is known. */
  restore(stored: StoredCall): void {
    for (const side of sides) {
      const { tags, label, peer, source } = stored.sides[side]
      for (const tag of tags) this.tags.set(tag, side)
      if (label !== undefined) this.labels[side] = label
      if (!peer) continue
      const { agreed, alsoFrom, keys } = peer
      if (keys) this.keys.restore(side, keys)
      this.#offers.set(side, { audio: peer.theirs, alsoFrom, terms: this.keys.termsOf(side) })
      this.legs[side].describe({ ...peer, agreed, alsoFrom, keys }, { source, rollovers: peer.rollovers })
    }
    if (!stored.answered) return
    this.#join(stored.law)
    this.#tellHold()
  }

  #describe(
    side: Side,
    { audio, alsoFrom }: Described,
    told: readonly Codec[],
    agreed: Codec | undefined,
  ): void {
    this.legs[side].describe({ theirs: audio, told, agreed, alsoFrom, keys: this.keys.of(side) })
  }

  /** `sendonly`, `inactive` and 0.0.0.0 (RFC 3264 §8.4): somebody does not want to hear the other. */
  #tellHold(): void {
    this.bridge.hold(sides.some((side) => this.legs[side].peer?.theirs.receives === false))
  }

  /** Whoever is described and has not joined yet does so. The law is the one of who came first. */
  #join(law: G711Law = 'mulaw'): void {
    this.#answered = true
    const first = sides.map((side) => this.legs[side]).find(({ joined }) => joined)
    for (const side of sides) {
      const leg = this.legs[side]
      if (leg.joined || !leg.peer) continue
      leg.law = first?.law ?? law
      leg.attach(this.bridge.join(this.roleOf(side), leg))
    }
  }

  #hides(side: Side): boolean {
    return this.roleOf(side) === 'caller' && (this.#bridge?.hides ?? true)
  }

  #newLeg(side: Side): RtpLeg {
    const { clock, log, ports, rule, onChange, table } = this.options
    const other = () => this.legs[otherSide[side]]
    this.#players.set(
      side,
      new EventPlayer({
        clock,
        send: (packet, start) => {
          if (this.#hides(side)) return
          other().relay(packet, { name: 'TELEPHONE-EVENT', clockRate: 8_000, payloadType: 101 }, start)
        },
      }),
    )
    return new RtpLeg({
      streamSid: newId('leg', clock.now()),
      ports: ports[side],
      clock,
      log,
      rule: rule.source,
      hides: () => this.#hides(side),
      beside: (packet, codec, start) => other().relay(packet, codec, start),
      onNews: onChange,
      ...(table ? { numbers: table.take() } : {}),
    })
  }
}

/** The first codec of sound that the answer names and the offer has too. */
function firstInCommon(answer: readonly Codec[], offer: readonly Codec[]): Codec | undefined {
  const sound = answer.filter(isAudio)
  return sound.find(({ name }) => offer.some((codec) => codec.name === name)) ?? sound[0]
}
