import type { SipFacts } from '../../contracts/bridge-port.ts'

/** What the edge told of a call, as the NG protocol's metadata. */
export type Told = Readonly<Record<string, string>>

/** Facts of the first INVITE: what a later one says in their place is about itself. */
const toldOnce = new Set(['from', 'to', 'merchant', 'self-service', 'caller-call-id', 'agent-call-id'])

/** What is known after a later message; the same object when it told no news. */
export function learnt(known: Told, later: Told): Told {
  const news = Object.entries(later).filter(
    ([key, value]) => !(toldOnce.has(key) && key in known) && known[key] !== value,
  )
  return news.length === 0 ? known : { ...known, ...Object.fromEntries(news) }
}

/** The call's facts for control. Keys without a meaning of their own stay metadata. */
export function factsOf(
  told: Told,
  { ngCallId, direction }: { ngCallId: string; direction: SipFacts['direction'] },
): SipFacts {
  const {
    from = '',
    to = '',
    agent,
    merchant,
    'self-service': selfService,
    'caller-call-id': callerCallId = ngCallId,
    'agent-call-id': toldAgentCallId,
    ...rest
  } = told
  const agentCallId = toldAgentCallId ?? ngCallId
  // Whoever began alone is so no longer once an agent has a leg.
  const alone = selfService !== undefined && toldAgentCallId === undefined
  const agentExtension = agent ?? (direction === 'inbound' ? to : from)
  return {
    ...{ callerCallId, agentCallId, direction, from, to, agentExtension },
    ...(merchant === undefined ? {} : { merchantId: merchant }),
    ...(alone ? { selfService: true as const } : {}),
    metadata: rest,
  }
}
