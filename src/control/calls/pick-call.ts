import type { CallResource } from '../../contracts/desk-port.ts'
import { CallAmbiguous, CallNotFound } from '../payments/payment-errors.ts'
import type { CallAlias } from '../ports.ts'
import { toResource } from './call-rows.ts'
import type { LiveCall } from './missing-legs.ts'

/**
 * Of the calls that go on, the one that is meant by a SIP Call-ID or by the extension of its agent; of an agent's
 * several calls the live one is meant. Throws CallNotFound, CallAmbiguous.
 */
export function pickCall(goingOn: readonly LiveCall[], alias: CallAlias): CallResource {
  const theirs = goingOn.filter((call) => isNamed(call, alias))
  const live = theirs.filter(({ state }) => state.status === 'live')
  const [call, another] = live.length > 0 ? live : theirs
  if (!call) throw new CallNotFound(alias.sipCallId === undefined ? 'agentExtension' : 'sipCallId')
  if (another) throw new CallAmbiguous(theirs.map(({ facts }) => facts.id))
  return toResource(call.facts, call.state)
}

/** Whether these are the call's names. Behind a B2BUA its legs have a Call-ID each; other providers know our dialling. */
export function isNamed(
  { facts }: Pick<LiveCall, 'facts'>,
  { sipCallId, agentExtension }: CallAlias,
): boolean {
  const { sip, agentAddress } = facts
  if (sipCallId !== undefined && sip?.callerCallId !== sipCallId && sip?.agentCallId !== sipCallId)
    return false
  return agentExtension === undefined || (sip?.agentExtension ?? agentAddress) === agentExtension
}
