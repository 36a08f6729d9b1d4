import type { SipFacts } from '../../contracts/bridge-port.ts'
import type { CallMetadata } from './call-metadata.ts'
import type { CallRows, StoredCall } from './call-rows.ts'
import { type CallState, newCall, newSelfService } from './call-state.ts'
import type { KnownCall, KnownCalls } from './known-calls.ts'
import type { RegistryOptions } from './registry-options.ts'
import { newsOf, shownOf, sipCallFacts } from './sip-facts.ts'

export type SipAdoptionOptions = Pick<
  RegistryOptions,
  'clock' | 'log' | 'sipMerchant' | 'sipFlow' | 'onSipMetadata'
> & {
  readonly calls: KnownCalls
  readonly rows: CallRows
  readonly keep: (call: Pick<StoredCall, 'facts' | 'agentProviderCallId'>, state: CallState) => KnownCall
  readonly publish: (call: KnownCall) => void
}

/** Calls that the bridge tells of: they began over SIP, or were there before this life of control. */
export class SipAdoption {
  readonly #options: SipAdoptionOptions

  constructor(options: SipAdoptionOptions) {
    this.#options = options
  }

  /** Once for each call, and whenever the edge tells more of it. */
  adopt(callId: string, sip: SipFacts): void {
    const there = this.#options.calls.get(callId)
    if (there) this.#learn(there, sip)
    else this.#begin(callId, sip)
  }

  #begin(callId: string, sip: SipFacts): void {
    const { clock, log, sipMerchant, sipFlow: flow = null, rows, keep, publish } = this.#options
    const merchantId = sipMerchant?.(sip.merchantId)
    if (!merchantId) {
      log.warn({ callId }, 'a call over SIP is no merchant’s: no payment can be taken on it')
      return
    }
    const facts = sipCallFacts({ callId, sip, merchantId, startedAt: clock.now(), flow })
    // Behind a proxy both legs have one Call-ID; behind a B2BUA each has its own, and either names the call.
    const agentProviderCallId = sip.agentCallId === sip.callerCallId ? null : sip.agentCallId
    const call = keep({ facts, agentProviderCallId }, sip.selfService ? newSelfService : newCall)
    call.saved = rows.insertSip(facts).catch((error: unknown) => {
      log.error({ callId, error }, 'call not stored')
    })
    log.info({ callId, merchantId }, 'call began')
    publish(call)
  }

  #learn(call: KnownCall, sip: SipFacts): void {
    const before = JSON.stringify(call.facts.sip)
    const news = newsOf(call.facts.sip, sip)
    call.facts = { ...call.facts, sip: shownOf(sip) }
    if (news) this.#store(call, news)
    // After a restart of ours it looked as if an agent were missing.
    if (sip.selfService) call.state = { ...call.state, agent: newSelfService.agent }
    if (JSON.stringify(call.facts.sip) !== before) this.#options.publish(call)
  }

  /** After the row is there: the edge may say more before it is. */
  #store(call: KnownCall, news: CallMetadata): void {
    const { id: callId, merchantId } = call.facts
    call.saved = call.saved
      .then(() => this.#options.onSipMetadata?.({ merchantId, callId }, news))
      .catch((error: unknown) => this.#options.log.error({ callId, error }, 'call not stored'))
  }
}
