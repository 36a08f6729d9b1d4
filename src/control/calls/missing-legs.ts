import type { Clock, Timer } from '../../base/clock.ts'
import type { LegRole } from '../../contracts/bridge-port.ts'
import type { CallFacts } from './call-rows.ts'
import type { CallEnd, CallState } from './call-state.ts'

/** How long a leg may be missing before the call is given up, in ms: a restart of the bridge fits well into it. */
export const missingLegMs = 90_000
/** How often the provider is asked whether the party of a lost leg is still on the line, in ms. */
const askMs = 10_000

export type LiveCall = {
  readonly facts: CallFacts
  readonly state: CallState
  readonly agentProviderCallId: string | null
}

export type MissingLegsOptions = {
  readonly clock: Clock
  /** Asks the provider whether one party's call has ended; false when it cannot say. */
  readonly isOver: (provider: string, providerCallId: string) => Promise<boolean>
  readonly end: (callId: string, because: CallEnd) => void
}

type Watch = { readonly sinceMs: number; timer: Timer }

/** A call whose legs do not both come, or come back, is over, whatever webhooks were lost. */
export class MissingLegs {
  readonly #options: MissingLegsOptions
  readonly #watches = new Map<string, Watch>()

  constructor(options: MissingLegsOptions) {
    this.#options = options
  }

  /** After every change of a call. */
  watch(call: LiveCall): void {
    const { id } = call.facts
    const { status, caller, agent } = call.state
    // An agent who left a call that goes on was never expected: self-service.
    const hasAgent = agent.state === 'joined' || agent.state === 'left'
    if (status === 'ended' || (caller.state === 'joined' && hasAgent)) this.forget(id)
    else if (!this.#watches.has(id)) {
      const sinceMs = this.#options.clock.now()
      this.#watches.set(id, { sinceMs, timer: this.#later(call, sinceMs) })
    }
  }

  forget(callId: string): void {
    this.#watches.get(callId)?.timer.cancel()
    this.#watches.delete(callId)
  }

  stop(): void {
    for (const callId of [...this.#watches.keys()]) this.forget(callId)
  }

  #later(call: LiveCall, sinceMs: number): Timer {
    const { clock } = this.#options
    const leftMs = sinceMs + missingLegMs - clock.now()
    return clock.after(Math.min(askMs, leftMs), () => void this.#look(call))
  }

  async #look(call: LiveCall): Promise<void> {
    const { clock, end } = this.#options
    const watch = this.#watches.get(call.facts.id)
    if (!watch) return
    if (clock.now() - watch.sinceMs >= missingLegMs) return end(call.facts.id, 'media-lost')
    if (await this.#gone(call, 'caller')) return end(call.facts.id, 'caller-hung-up')
    if (await this.#gone(call, 'agent')) return end(call.facts.id, 'agent-hung-up')
    if (this.#watches.get(call.facts.id) === watch) watch.timer = this.#later(call, watch.sinceMs)
  }

  async #gone({ facts, state, agentProviderCallId }: LiveCall, role: LegRole): Promise<boolean> {
    const providerCallId = role === 'caller' ? facts.providerCallId : agentProviderCallId
    if (state[role].state !== 'reconnecting' || providerCallId === null) return false
    return this.#options.isOver(facts.provider, providerCallId)
  }
}
