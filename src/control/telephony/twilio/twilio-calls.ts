import type { Clock } from '../../../base/clock.ts'
import type { Log } from '../../../base/log.ts'
import { PeerAway } from '../../../base/rpc/rpc-client.ts'
import type { LegRole } from '../../../contracts/bridge-port.ts'
import type { ControlConfig } from '../../../contracts/process-config/control-config.ts'
import { newToken } from '../../auth/opaque-token.ts'
import type { CallMetadata } from '../../calls/call-metadata.ts'
import type { LiveCall } from '../../calls/missing-legs.ts'
import type { CallRegistry } from '../../calls/registry.ts'
import type { BridgeClient } from '../../clients/bridge-client.ts'
import { within } from '../../clients/deadline.ts'
import { LegPatience } from '../leg-patience.ts'
import { type Addresses, addressesAt } from './addresses.ts'
import type { TwilioRest } from './rest.ts'
import { hangUpTwiml, rejectTwiml, streamTwiml, waitTwiml } from './twiml.ts'
import { finalStatuses } from './wire.ts'

export const provider = 'twilio'

/** Twilio waits 15 s for TwiML; the bridge answers in milliseconds or not at all. */
const bridgeAnswerMs = 3_000

export type TwilioCallsOptions = {
  readonly clock: Clock
  readonly log: Log
  readonly calls: CallRegistry
  readonly bridge: BridgeClient
  readonly rest: TwilioRest
  readonly publicUrl: string
  readonly streamUrl: string
  readonly numbers: ControlConfig['twilio']['numbers']
  /** An agent who was called for a caller alone does not come. */
  readonly onAgentMissed?: (callId: string) => void
}

/**
 * A call over Twilio: the caller comes in by a webhook, the agent is dialled, and each party's audio is a stream to
 * the bridge. A stream that ends while its call goes on is opened again, masked. Every webhook may come twice.
 */
export class TwilioCalls {
  readonly #options: TwilioCallsOptions
  readonly #addresses: Addresses
  readonly #patience: LegPatience
  readonly #dialling = new Set<string>()
  /** Calls whose agent was called later on: without one they go on as before. */
  readonly #forLone = new Set<string>()

  constructor(options: TwilioCallsOptions) {
    this.#options = options
    this.#addresses = addressesAt(options.publicUrl)
    this.#patience = new LegPatience(options.clock)
  }

  /** A caller rings. */
  async incoming({
    callSid,
    from,
    to,
    metadata = {},
  }: {
    callSid: string
    from: string
    to: string
    metadata?: CallMetadata
  }): Promise<string> {
    const { calls, numbers, log } = this.#options
    const owner = numbers.find(({ number }) => number === to)
    if (!owner) {
      log.warn({ callSid }, 'a call for a number that is not configured was rejected')
      return rejectTwiml()
    }
    const { merchantId, agentAddress } = owner
    const parties = { direction: 'inbound', from, to, agentAddress, metadata } as const
    const call = await calls.open({ merchantId, provider, providerCallId: callSid, ...parties })
    return this.#connect(call, 'caller')
  }

  /** The agent has answered. A second call of ours to the same agent is ended: the first has the place. */
  async agentAnswered({ callSid, callId }: { callSid: string; callId: string }): Promise<string> {
    const call = this.#options.calls.live(callId)
    if (!call || !this.#options.calls.adoptAgent(callId, callSid)) return hangUpTwiml()
    return this.#connect(call, 'agent')
  }

  /** An agent for a caller who is served without one. */
  async callAgent(callId: string, agentAddress: string): Promise<void> {
    const { calls, rest } = this.#options
    const before = calls.live(callId)?.agentProviderCallId ?? null
    // Called before a restart of ours, which did not hear that they never came: else nobody would be called now.
    if (before !== null && (await rest.isOver(before))) calls.agentMissed(callId)
    calls.callAgent(callId, agentAddress)
    this.#forLone.add(callId)
    await this.#dialAgent(callId)
  }

  /** A stream has ended, or a wait, while the party is still on the line. */
  async resume({
    callSid,
    callId,
    role,
  }: {
    callSid: string
    callId: string
    role: LegRole
  }): Promise<string> {
    const { calls, log } = this.#options
    const call = calls.live(callId)
    if (!call || !isPartyOf(call, role, callSid)) return hangUpTwiml()
    if (call.state.status !== 'ended' && !this.#patience.mayResume(legOf(callId, role))) {
      log.error({ callId, role }, 'a stream ends again and again')
      calls.end(callId, 'media-lost')
    }
    return this.#connect(call, role, true)
  }

  /** The provider says how a party's call goes on. */
  async status(report: { callSid: string; callStatus: string; callId: string | undefined }): Promise<void> {
    const { calls } = this.#options
    const { callSid, callStatus, callId } = report
    // The agent's callback names our call, and may come before the answer to the request that dialled them.
    const mine = callId === undefined || calls.adoptAgent(callId, callSid)
    if (!mine || !finalStatuses.has(callStatus)) return
    const call = await calls.byProvider(provider, callSid)
    if (!call) return
    if (call.facts.providerCallId === callSid) calls.end(call.facts.id, 'caller-hung-up')
    else if (call.state.agent.state === 'ringing') this.#unreachable(call.facts.id)
    // Called before a restart of ours: the caller is with their flow again, and goes on there.
    else if (call.state.agent.state === 'left') calls.agentMissed(call.facts.id)
    else calls.end(call.facts.id, 'agent-hung-up')
  }

  async #connect(call: LiveCall, role: LegRole, again = false): Promise<string> {
    const { bridge, clock, log, streamUrl } = this.#options
    const callId = call.facts.id
    if (this.#ended(callId)) return hangUpTwiml()
    const streamToken = newToken()
    try {
      // Only a call that has never been live is known never to have been armed.
      const masked = again || call.state.status !== 'ringing'
      if (!bridge.up) throw new PeerAway(false)
      const announced = bridge.call('expect-leg', { callId, role, streamToken, masked })
      await within(clock, bridgeAnswerMs, announced)
    } catch (error) {
      log.warn({ callId, role, error }, 'the bridge cannot take a leg now')
      return this.#wait(callId, role)
    }
    if (this.#ended(callId)) {
      await bridge.call('release', { callId }).catch(() => {})
      return hangUpTwiml()
    }
    this.#patience.connected(legOf(callId, role))
    if (call.state.agent.state !== 'left') void this.#dialAgent(callId)
    return streamTwiml({ streamUrl, callId, streamToken, resumeUrl: this.#addresses.resume(callId, role) })
  }

  #wait(callId: string, role: LegRole): string {
    const waited = this.#patience.wait(legOf(callId, role))
    if (waited !== 'enough') {
      return waitTwiml({ first: waited === 'first', againUrl: this.#addresses.resume(callId, role) })
    }
    this.#options.calls.end(callId, 'bridge-away')
    return hangUpTwiml('We are sorry. We cannot connect you right now. Please call again later.')
  }

  /** Once per call; again when a control that died did not come to it. */
  async #dialAgent(callId: string): Promise<void> {
    const { calls, rest, log } = this.#options
    const call = calls.live(callId)
    if (!call || call.agentProviderCallId !== null || this.#dialling.has(callId)) return
    this.#dialling.add(callId)
    try {
      const { agentAddress, to } = call.facts
      const url = this.#addresses.agent(callId)
      const sid = await rest.dial({
        to: agentAddress,
        from: to,
        url,
        statusCallback: this.#addresses.agentStatus(callId),
      })
      // Ended meanwhile, or another of our calls reached the agent first: this one is not wanted.
      if (!calls.adoptAgent(callId, sid) || this.#ended(callId)) await rest.hangUp(sid)
    } catch (error) {
      log.error({ callId, error }, 'the agent could not be dialled')
      this.#unreachable(callId)
    } finally {
      this.#dialling.delete(callId)
    }
  }

  #unreachable(callId: string): void {
    const { calls, onAgentMissed } = this.#options
    if (this.#forLone.delete(callId) && calls.agentMissed(callId)) onAgentMissed?.(callId)
    else calls.end(callId, 'agent-unreachable')
  }

  #ended(callId: string): boolean {
    const call = this.#options.calls.live(callId)
    return call === undefined || call.state.status === 'ended'
  }
}

function legOf(callId: string, role: LegRole): string {
  return `${callId} ${role}`
}

function isPartyOf({ facts, agentProviderCallId }: LiveCall, role: LegRole, callSid: string): boolean {
  return callSid === (role === 'caller' ? facts.providerCallId : agentProviderCallId)
}
