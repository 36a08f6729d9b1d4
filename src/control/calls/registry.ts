import { newId } from '../../base/ids.ts'
import type { BridgeEvent, CallView, LegRole } from '../../contracts/bridge-port.ts'
import type { CallResource } from '../../contracts/desk-port.ts'
import { CallNotFound } from '../payments/payment-errors.ts'
import type { CallAlias, Calls } from '../ports.ts'
import type { CallMetadata } from './call-metadata.ts'
import {
  type CallFacts,
  type CallPage,
  CallRows,
  endedState,
  type StoredCall,
  toResource,
} from './call-rows.ts'
import { type CallEnd, type CallEvent, type CallState, newCall, newSelfService, step } from './call-state.ts'
import { flowOfAddress } from './flow-address.ts'
import { HeldCalls } from './held-calls.ts'
import { type KnownCall, KnownCalls } from './known-calls.ts'
import { type LiveCall, MissingLegs } from './missing-legs.ts'
import type { RegistryOptions } from './registry-options.ts'
import { SipAdoption } from './sip-adoption.ts'
import { sipProvider } from './sip-facts.ts'

/** How long an ended call is kept at hand for late webhooks, in ms. */
const endedKeptMs = 10 * 60_000

export type NewCall = Omit<CallFacts, 'id' | 'startedAt'>

/** Every call that is going on, and those that have just ended. The one place that starts, changes and ends calls. */
export class CallRegistry implements Calls {
  readonly #options: RegistryOptions
  readonly #rows: CallRows
  readonly #missing: MissingLegs
  readonly #held: HeldCalls
  readonly #sip: SipAdoption
  readonly #calls = new KnownCalls()
  readonly #unlisten: () => void
  /** Until the rows are read, a call that the bridge holds only looks unknown. */
  #recovered = false

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#rows = new CallRows(options.store)
    const { clock, isOver } = options
    this.#missing = new MissingLegs({ clock, isOver, end: (callId, because) => this.end(callId, because) })
    this.#held = new HeldCalls({
      ...options,
      held: () =>
        this.#calls.goingOn().flatMap(({ facts }) => (facts.provider === sipProvider ? [facts.id] : [])),
      onTold: (calls, gone) => this.#onHeld(calls, gone),
    })
    this.#sip = new SipAdoption({
      ...{ ...options, calls: this.#calls, rows: this.#rows },
      keep: (call, state) => this.#keep(call, state),
      publish: (call) => this.#publish(call),
    })
    this.#unlisten = options.bridge.listen({
      onEvent: (event) => this.#onBridge(event),
      onUp: () => void (this.#recovered && this.#held.ask()),
      onDown: () => this.#all((entry) => this.#apply(entry, { type: 'bridge-lost' })),
    })
  }

  /** Once at start: calls that the last life of control did not see end. The bridge then says which it still has. */
  async recover(): Promise<void> {
    for (const stored of await this.#rows.goingOn()) {
      if (this.#calls.get(stored.facts.id)) continue
      const leg = { state: stored.status === 'live' ? 'reconnecting' : 'ringing', streamSid: null } as const
      const agent = flowOfAddress(stored.facts.agentAddress) === undefined ? leg : newSelfService.agent
      this.#keep(stored, { ...newCall, status: stored.status, caller: leg, agent })
    }
    this.#recovered = true
    await this.#held.ask()
  }

  /** The call of a provider's first webhook, or the one that an earlier delivery of it made. */
  async open(call: NewCall): Promise<LiveCall> {
    const known = await this.byProvider(call.provider, call.providerCallId)
    if (known) return known
    const nowMs = this.#options.clock.now()
    await this.#rows.insert({ ...call, id: newId('call', nowMs), startedAt: nowMs })
    // Two deliveries at once: the row that was first is the call, for both.
    const stored = await this.#rows.byProvider(call.provider, call.providerCallId)
    if (!stored) throw new Error('the call that was just stored is not there')
    const there = this.#calls.get(stored.facts.id)
    if (there) return there
    const isServed = flowOfAddress(call.agentAddress) !== undefined
    const entry = this.#keep(stored, isServed ? newSelfService : newCall)
    this.#options.log.info({ callId: entry.facts.id, merchantId: call.merchantId }, 'call began')
    this.#publish(entry)
    return entry
  }

  live(callId: string): LiveCall | undefined {
    return this.#calls.get(callId)
  }

  /** By either party's id at the provider. */
  async byProvider(provider: string, providerCallId: string): Promise<LiveCall | undefined> {
    const here = this.#calls.byProvider(provider, providerCallId)
    if (here) return here
    const stored = await this.#rows.byProvider(provider, providerCallId)
    if (!stored) return undefined
    const { facts, agentProviderCallId } = stored
    return this.#calls.get(facts.id) ?? { facts, agentProviderCallId, state: endedState(stored) }
  }

  /** Notes the agent's id at the provider. False when another call of the agent's has the place already. */
  adoptAgent(callId: string, providerCallId: string): boolean {
    const entry = this.#calls.get(callId)
    if (!entry) return false
    if (entry.agentProviderCallId !== null) return entry.agentProviderCallId === providerCallId
    this.#calls.nameAgent(entry, providerCallId)
    this.#save(entry)
    return true
  }

  /** An agent is called for a caller who had none. */
  callAgent(callId: string, agentAddress: string): void {
    const entry = this.#calls.get(callId)
    if (!entry) return
    entry.facts = { ...entry.facts, agentAddress }
    this.#apply(entry, { type: 'agent-called' })
  }

  /**
   * They do not come: the caller is alone again, or still is when they were called before a restart of ours. False when the
   * call is not one that goes on so.
   */
  agentMissed(callId: string): boolean {
    const entry = this.#calls.get(callId)
    const agent = entry?.state.agent.state
    if (entry?.state.status !== 'live' || (agent !== 'ringing' && agent !== 'left')) return false
    this.#calls.nameAgent(entry, null)
    this.#apply(entry, { type: 'agent-missed' })
    return true
  }

  /** By our id, or by its SIP Call-ID. */
  get(merchantId: string, callId: string): CallResource | undefined {
    const entry = this.#calls.get(callId) ?? this.#calls.byProvider(sipProvider, callId)
    return entry && entry.facts.merchantId === merchantId ? toResource(entry.facts, entry.state) : undefined
  }

  /** The call that goes on under this name. Throws CallNotFound, CallAmbiguous. */
  named(merchantId: string, alias: CallAlias): CallResource {
    return this.#calls.named(merchantId, alias)
  }

  /** It is stored already: those who look at the call are told. */
  learnMetadata(callId: string, metadata: CallMetadata): void {
    const entry = this.#calls.get(callId)
    if (!entry) return
    entry.facts = { ...entry.facts, metadata }
    this.#publish(entry)
  }

  setMasked(callId: string, masked: boolean): void {
    const entry = this.#calls.get(callId)
    if (entry) this.#apply(entry, { type: 'mask-reported', masked })
  }

  /** Calls that are going on, oldest first; those of these names only, where names are given. */
  current(merchantId: string, alias: CallAlias = {}): CallResource[] {
    return this.#calls.current(merchantId, alias)
  }

  /** A call of this merchant, however long ago. Throws CallNotFound. */
  async find(merchantId: string, callId: string): Promise<CallResource> {
    const here = this.get(merchantId, callId)
    if (here) return here
    const stored = await this.#rows.get(merchantId, callId)
    if (!stored) throw new CallNotFound()
    return toResource(stored.facts, endedState(stored))
  }

  async ended(
    merchantId: string,
    page: CallPage,
  ): Promise<{ data: CallResource[]; nextCursor: string | null }> {
    const stored = await this.#rows.ended(merchantId, { ...page, limit: page.limit + 1 })
    const data = stored.slice(0, page.limit).map((call) => toResource(call.facts, endedState(call)))
    return { data, nextCursor: stored.length > page.limit ? (data.at(-1)?.id ?? null) : null }
  }

  /** Ends the call for both parties. Only the first end of a call does anything. */
  end(callId: string, because: CallEnd): void {
    const entry = this.#calls.get(callId)
    if (entry) this.#apply(entry, { type: 'ended', because, at: this.#options.clock.now() })
  }

  /** Settled when everything is stored. Calls go on without control. */
  async stop(): Promise<void> {
    this.#unlisten()
    this.#held.stop()
    this.#missing.stop()
    await Promise.all(this.#calls.all().map(({ saved }) => saved))
  }

  #keep(
    { facts, agentProviderCallId }: Pick<StoredCall, 'facts' | 'agentProviderCallId'>,
    state: CallState,
  ): KnownCall {
    const entry: KnownCall = { facts, agentProviderCallId, state, saved: Promise.resolve() }
    this.#calls.add(entry)
    this.#missing.watch(entry)
    return entry
  }

  #onBridge(event: BridgeEvent): void {
    if (event.type === 'digits-lost' || event.type === 'hold') return
    if (event.type === 'sip-call') {
      this.#sip.adopt(event.callId, event.sip)
      return
    }
    const entry = this.#calls.get(event.callId)
    if (!entry) return
    if (event.type === 'leg-joined') this.#apply(entry, event)
    else if (event.type === 'agent-missed') this.agentMissed(event.callId)
    else if (event.type === 'leg-left') this.#apply(entry, { ...event, at: this.#options.clock.now() })
    else if (event.type === 'sip-ended')
      this.end(event.callId, event.role === 'caller' ? 'caller-hung-up' : 'agent-unreachable')
  }

  async #onHeld(calls: readonly CallView[], gone: readonly string[]): Promise<void> {
    // No provider brings the legs of these back: a bridge that came back without one has ended it.
    for (const callId of gone) this.end(callId, 'media-lost')
    for (const { callId, sip } of calls) if (sip) this.#sip.adopt(callId, sip)
    const held = new Map(calls.map((call) => [call.callId, call]))
    this.#all((entry) => {
      const legs = held.get(entry.facts.id)?.legs ?? []
      const sidOf = (role: LegRole) => legs.find((leg) => leg.role === role)?.streamSid
      const streams = { caller: sidOf('caller'), agent: sidOf('agent') }
      this.#apply(entry, { type: 'bridge-found', streams })
    })
    for (const { callId } of calls) {
      const status = this.#calls.get(callId)?.state.status
      if (status === undefined || status === 'ended') await this.#options.bridge.call('release', { callId })
    }
  }

  #apply(entry: KnownCall, event: CallEvent): void {
    const before = entry.state
    const after = step(before, event)
    if (after === before) return
    entry.state = after
    if (after.status !== before.status) this.#save(entry)
    if (after.status === 'ended') this.#finish(entry)
    this.#missing.watch(entry)
    this.#publish(entry)
    this.#options.onChange?.(entry, before, event)
  }

  #finish({ facts, state, agentProviderCallId }: KnownCall): void {
    const { bridge, clock, log, onEnded, hangUp } = this.#options
    log.info({ callId: facts.id, merchantId: facts.merchantId, reason: state.because }, 'call ended')
    onEnded(facts.id)
    bridge.call('release', { callId: facts.id }).catch((error: unknown) => {
      // A bridge that is away holds no call of ours when it comes back, or is told then.
      log.warn({ callId: facts.id, error }, 'media not released')
    })
    if (state.because !== 'caller-hung-up') hangUp(facts.provider, facts.providerCallId)
    const agentGone = state.because === 'agent-hung-up' || state.because === 'agent-unreachable'
    if (agentProviderCallId !== null && !agentGone) hangUp(facts.provider, agentProviderCallId)
    clock.after(endedKeptMs, () => this.#forget(facts.id))
  }

  #forget(callId: string): void {
    const entry = this.#calls.get(callId)
    if (entry) this.#calls.remove(entry)
  }

  #publish({ facts, state }: KnownCall): void {
    this.#options.feed.publish(facts.merchantId, { type: 'call', call: toResource(facts, state) })
  }

  /** In order, one write of a call after the other; each writes the state as it is by then. */
  #save(entry: KnownCall): void {
    const { clock, log } = this.#options
    entry.saved = entry.saved
      .then(() => this.#rows.update(entry.facts.id, { ...entry, at: clock.now() }))
      .catch((error: unknown) => log.error({ callId: entry.facts.id, error }, 'call not stored'))
  }

  #all(act: (entry: KnownCall) => void): void {
    for (const entry of this.#calls.all()) act(entry)
  }
}
