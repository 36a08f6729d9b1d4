import { limitsAfter422, type SessionLimits, timerOfAnswer, uacHeaders } from './session-timer.ts'
import { headerOfError, type SipDialog, type SipHeaders, type SipStack, statusOfError } from './stack.ts'
import type { CallParts, TerminatedCall } from './terminated-call.ts'

export type AgentParts = CallParts & {
  readonly stack: SipStack
  /** `host:port` of the PBX, or of the proxy before it. */
  readonly outbound: string
  /** How long the agent's phone may ring, in ms. */
  readonly ringMs: number
}

export type AgentInvite = {
  /** User part of the agent's address behind the outbound proxy. */
  readonly agent: string
  /** What the anchor offers. */
  readonly sdp: string
  readonly headers: SipHeaders
  /** User part of who is said to call. */
  readonly from: string
  /** Their phone rings. */
  readonly onRinging: () => void
}

/**
 * Calls the agent, and settles with what the anchor answers the caller. Rejects when they do not answer: with a SIP
 * status where there is one (`statusOfError`); the call itself goes on.
 */
export async function callAgent(
  parts: AgentParts,
  call: TerminatedCall,
  invite: AgentInvite,
): Promise<string> {
  const dialog = await inviteAgent(parts, call, { invite, session: parts.session })
  call.notRinging()
  if (!call.adopt('agent', dialog, { we: 'uac', timer: timerOfAnswer(dialog.res) })) throw new CallOver()
  return parts.anchor.answer({
    ...{ callId: call.callId, fromTag: call.callerTag, toTag: dialog.sip.remoteTag },
    ...{ sdp: dialog.remote.sdp, label: 'agent', metadata: { 'agent-call-id': dialog.sip.callId } },
  })
}

/** The caller was gone when the agent answered. */
export class CallOver extends Error {}

async function inviteAgent(
  parts: AgentParts,
  call: TerminatedCall,
  { invite, session }: { invite: AgentInvite; session: SessionLimits },
): Promise<SipDialog> {
  const { stack, outbound, ringMs, clock } = parts
  const { agent, sdp, headers, from, onRinging } = invite
  let timer: { cancel(): void } | undefined
  try {
    return await stack.createUAC(
      `sip:${agent}@${outbound}`,
      {
        headers: { ...headers, From: `<sip:${from || 'anonymous'}@${outbound}>`, ...uacHeaders(session) },
        localSdp: sdp,
      },
      {
        cbRequest(_error, request) {
          if (!request) return
          call.rings(request)
          timer = clock.after(ringMs, () => request.cancel(() => {}))
        },
        cbProvisional: ({ status }) => status >= 180 && status < 190 && onRinging(),
      },
    )
  } catch (error) {
    const longer =
      statusOfError(error) === 422 ? limitsAfter422(headerOfError(error, 'Min-SE'), session) : undefined
    if (!longer || call.over) throw error
    return await inviteAgent(parts, call, { invite, session: longer })
  } finally {
    timer?.cancel()
  }
}
