import { type AgentParts, callAgent } from './call-agent.ts'
import type { AnchorOffer } from './media-anchor.ts'
import type { SipHeaders } from './stack.ts'
import type { TerminatedCall } from './terminated-call.ts'

type LoneCaller = {
  /** What the caller offered; the agent is offered the same. */
  readonly offer: AnchorOffer
  /** User part of who calls. */
  readonly from: string
  readonly headers: SipHeaders
}

export type LoneCallersOptions = AgentParts & { readonly onAgentMissed: (callId: string) => void }

/** Callers whose call ends here without an agent (self-service), until they ask for one. */
export class LoneCallers {
  readonly #options: LoneCallersOptions
  readonly #callers = new Map<TerminatedCall, LoneCaller>()

  constructor(options: LoneCallersOptions) {
    this.#options = options
  }

  add(call: TerminatedCall, caller: LoneCaller): void {
    if (!call.over) this.#callers.set(call, caller)
  }

  forget(call: TerminatedCall): void {
    this.#callers.delete(call)
  }

  /** False when the call of this id has no caller who is alone. An agent who does not come leaves them so. */
  callAgent(callId: string, agent: string): boolean {
    const { anchor } = this.#options
    const found = [...this.#callers].find(([call]) => anchor.idOf(call.callId) === callId)
    if (!found) return false
    const [call, caller] = found
    this.#callers.delete(call)
    void this.#join(call, caller, agent).catch((error: unknown) => {
      this.#options.log.warn({ callId, error }, 'the agent does not answer')
      this.add(call, caller)
      this.#options.onAgentMissed(callId)
    })
    return true
  }

  async #join(call: TerminatedCall, { offer, from, headers }: LoneCaller, agent: string): Promise<void> {
    const { callId, fromTag, sdp } = offer
    const offered = await this.#options.anchor.offer({ callId, fromTag, sdp })
    await callAgent(this.#options, call, { agent, sdp: offered, headers, from, onRinging() {} })
  }
}
