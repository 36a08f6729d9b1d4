import { createHash } from 'node:crypto'
import type { Clock, Timer } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { BridgeEvent, CallView, LegEnd, LegRole, SipFacts } from '../contracts/bridge-port.ts'
import type { G711Law, ToneChannel } from '../dsp/tone-channel.ts'
import { BridgeFull, CallUnknown } from './bridge-errors.ts'
import { CallBridge } from './call-bridge.ts'
import type { LegListener, LegStream } from './leg-stream.ts'

/** A call that no stream joins for so long is forgotten, in ms: control may have died before it could release it. */
const forgottenAfterMs = 15 * 60_000
const lookEveryMs = 30_000

export type CallBookOptions = {
  readonly clock: Clock
  readonly log: Log
  readonly maxCalls: number
  readonly jitterMs: number
  readonly newToneChannel: (law: G711Law) => ToneChannel
  readonly emit: (event: BridgeEvent) => void
}

export type ExpectedLeg = {
  readonly callId: string
  readonly role: LegRole
  readonly streamToken: string
  readonly masked: boolean
}

/** A call whose legs are not announced by control: the signalling brings them. */
export type SipEntry = {
  readonly callId: string
  readonly facts: () => SipFacts
  /** The call is over, whoever ended it. */
  readonly released: () => void
}

type Entry = {
  readonly call: CallBridge
  readonly tokens: Map<LegRole, string>
  readonly sip?: SipEntry
  lastUsedMs: number
}

/** The calls that this bridge carries, and the tokens that open their legs. Tokens are kept as hashes. */
export class CallBook {
  readonly #options: CallBookOptions
  readonly #calls = new Map<string, Entry>()
  #timer: Timer

  constructor(options: CallBookOptions) {
    this.#options = options
    this.#timer = options.clock.after(lookEveryMs, () => this.#forget())
  }

  /** Announces a leg; a later announcement of the same role replaces the token of an earlier one. */
  expect({ callId, role, streamToken, masked }: ExpectedLeg): void {
    const entry = this.#calls.get(callId) ?? this.#open(callId)
    if (masked) entry.call.arm()
    entry.tokens.set(role, hash(streamToken))
    entry.lastUsedMs = this.#options.clock.monotonicMs()
  }

  /** A call that came over SIP. Throws BridgeFull. */
  openSip(sip: SipEntry): CallBridge {
    return this.#open(sip.callId, sip).call
  }

  /** The leg that the bearer of this token becomes; undefined when there is none. The token is used up. */
  claim(callId: string, token: string, stream: LegStream): LegListener | undefined {
    const entry = this.#calls.get(callId)
    const hashed = hash(token)
    for (const [role, expected] of entry?.tokens ?? []) {
      if (expected !== hashed) continue
      entry?.tokens.delete(role)
      return entry?.call.join(role, stream)
    }
    return undefined
  }

  get(callId: string): CallBridge {
    const entry = this.#calls.get(callId)
    if (!entry) throw new CallUnknown()
    return entry.call
  }

  /** Harmless for a call that has ended: nothing of it goes anywhere. */
  stopDigits(callId: string, collectionId: string): void {
    this.#calls.get(callId)?.call.stopDigits(collectionId)
  }

  release(callId: string): void {
    const entry = this.#calls.get(callId)
    this.#calls.delete(callId)
    entry?.call.end('call-released')
    entry?.sip?.released()
  }

  views(): CallView[] {
    return [...this.#calls.values()].map(({ call, sip }) =>
      sip ? { ...call.view(), sip: sip.facts() } : call.view(),
    )
  }

  get live(): boolean {
    return [...this.#calls.values()].some(({ call }) => call.hasLegs)
  }

  endAll(why: LegEnd): void {
    this.#timer.cancel()
    for (const { call } of this.#calls.values()) call.end(why)
    this.#calls.clear()
  }

  #open(callId: string, sip?: SipEntry): Entry {
    const { clock, log, jitterMs, newToneChannel, emit, maxCalls } = this.#options
    if (this.#calls.size >= maxCalls) throw new BridgeFull()
    const call = new CallBridge({ callId, clock, log, jitterMs, newToneChannel, emit })
    const entry: Entry = { call, tokens: new Map(), lastUsedMs: clock.monotonicMs(), ...(sip ? { sip } : {}) }
    this.#calls.set(callId, entry)
    return entry
  }

  #forget(): void {
    const { clock, log } = this.#options
    const nowMs = clock.monotonicMs()
    for (const [callId, entry] of this.#calls) {
      if (entry.call.hasLegs) entry.lastUsedMs = nowMs
      else if (nowMs - entry.lastUsedMs > forgottenAfterMs) {
        log.info({ callId }, 'call without legs forgotten')
        this.release(callId)
      }
    }
    this.#timer = clock.after(lookEveryMs, () => this.#forget())
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
