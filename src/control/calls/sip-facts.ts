import type { SipFacts } from '../../contracts/bridge-port.ts'
import { holdsCardNumber } from '../http/card-number-in-text.ts'
import { type CallMetadata, keptOf } from './call-metadata.ts'
import type { CallFacts } from './call-rows.ts'
import { addressOfFlow } from './flow-address.ts'

export const sipProvider = 'sip'

/** What the API shows of a call's signalling. */
export function shownOf(facts: SipFacts): NonNullable<CallFacts['sip']> {
  const { callerCallId, agentCallId, agentExtension, metadata } = facts
  return { callerCallId, agentCallId, agentExtension, metadata }
}

/** What the edge said of the call, as far as it is kept. */
export function toldOf({ metadata }: SipFacts): CallMetadata {
  return keptOf(metadata, holdsCardNumber)
}

/** What a later message says that was not known; after a restart of ours nothing is news: the row has it. */
export function newsOf(before: CallFacts['sip'], after: SipFacts): CallMetadata | undefined {
  if (!before) return undefined
  const news = Object.entries(toldOf(after)).filter(([key, value]) => before.metadata[key] !== value)
  return news.length === 0 ? undefined : Object.fromEntries(news)
}

/** A call over SIP as any other call: its provider is our own edge. */
export function sipCallFacts(call: {
  readonly callId: string
  readonly sip: SipFacts
  readonly merchantId: string
  readonly startedAt: number
  /** Who serves a caller without an agent; null: nobody. */
  readonly flow: string | null
}): CallFacts {
  const { callId, sip, merchantId, startedAt, flow } = call
  const { direction, from, to, callerCallId } = sip
  return {
    ...{ id: callId, merchantId, direction, from, to, startedAt },
    provider: sipProvider,
    providerCallId: callerCallId,
    agentAddress:
      sip.selfService && flow !== null ? addressOfFlow(flow) : direction === 'inbound' ? to : from,
    metadata: toldOf(sip),
    sip: shownOf(sip),
  }
}
