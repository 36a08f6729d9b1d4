import { type AgentParts, callAgent } from './call-agent.ts'
import { copiedHeaders } from './copied-headers.ts'
import { timerOfAnswer, uacHeaders } from './session-timer.ts'
import {
  type SipDialog,
  type SipHeaders,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  statusOfError,
  userOf,
} from './stack.ts'
import { TerminatedCall } from './terminated-call.ts'

/** How often the agent is called back before the caller is let go. */
const callBacks = 2

export type ReferredCall = {
  /** The dialog in which the REFER came: the agent's consultation with us. */
  readonly consultation: SipDialog
  readonly agent: string
  readonly paymentNumber: string
  readonly opened: (call: TerminatedCall) => void
  readonly closed: (call: TerminatedCall) => void
}

/**
 * An attended transfer to us (RFC 3515, RFC 3891, RFC 5589 §7.3): the agent, who had called us to consult, hands over
 * the caller. We take the caller's place in the agent's call by INVITE with Replaces, tell how it went, and call the
 * agent back. Never rejects.
 */
export async function takeReferred(
  parts: AgentParts,
  refer: ReferredCall,
  { request, response }: { request: SipRequest; response: SipResponse },
): Promise<void> {
  const target = readReferTo(request.get('Refer-To'))
  // Without Replaces it would be an order to dial any number.
  if (!target) return response.send(400)
  response.send(202)
  await notify(refer.consultation, 'active;expires=60', 'SIP/2.0 100 Trying')
  try {
    const { call, offer, from } = await takeCaller(parts, refer, { target, request })
    await notify(refer.consultation, 'terminated;reason=noresource', 'SIP/2.0 200 OK')
    if (refer.consultation.connected) await refer.consultation.destroy().catch(() => {})
    await callBack(parts, call, { refer, offer, from, headers: copiedHeaders(request) })
  } catch (error) {
    parts.log.warn({ error }, 'a transfer failed')
    const status = statusOfError(error) ?? 503
    await notify(refer.consultation, 'terminated;reason=noresource', `SIP/2.0 ${status} Transfer Failed`)
  }
}

async function takeCaller(
  parts: AgentParts,
  { agent, paymentNumber, opened, closed }: ReferredCall,
  { target, request }: { target: ReferTarget; request: SipRequest },
) {
  const { stack, outbound, session, anchor } = parts
  const referredBy = request.get('Referred-By')
  const headers: SipHeaders = {
    ...copiedHeaders(request),
    ...uacHeaders(session),
    From: `<sip:${paymentNumber}@${outbound}>`,
    Replaces: target.replaces,
    Require: 'replaces',
    ...(referredBy === undefined ? {} : { 'Referred-By': referredBy }),
  }
  const offered = await stack.createUAC(`sip:${target.user}@${outbound}`, { headers, noAck: true })
  if (!('ack' in offered)) throw new Error('the caller’s side made no offer')
  const named = namedByAnswer(offered.res)
  const call = new TerminatedCall(parts, { ...named, onOver: () => closed(call) })
  opened(call)
  try {
    const offer = {
      ...{ callId: named.callId, fromTag: named.callerTag, sdp: offered.sdp, label: 'caller' as const },
      metadata: { from: target.user, to: paymentNumber, agent },
    }
    const { answer } = await anchor.answerAlone(offer)
    const dialog = await offered.ack(answer)
    call.adopt('caller', dialog, { we: 'uac', timer: timerOfAnswer(offered.res) })
    return { call, offer, from: target.user }
  } catch (error) {
    // What was answered has to be acknowledged before it can be ended.
    await (offered as { destroy?: () => Promise<void> }).destroy?.()
    call.end()
    throw error
  }
}

async function callBack(
  parts: AgentParts,
  call: TerminatedCall,
  facts: {
    refer: ReferredCall
    offer: Parameters<AgentParts['anchor']['offer']>[0]
    from: string
    headers: SipHeaders
  },
): Promise<void> {
  const { refer, offer, from, headers } = facts
  for (let left = callBacks; left > 0 && !call.over; left--) {
    try {
      const sdp = await parts.anchor.offer({ callId: offer.callId, fromTag: offer.fromTag, sdp: offer.sdp })
      await callAgent(parts, call, { agent: refer.agent, sdp, headers, from, onRinging: () => {} })
      return
    } catch (error) {
      parts.log.warn({ error, attempt: callBacks - left + 1 }, 'the agent does not answer')
    }
  }
  call.end()
}

async function notify(dialog: SipDialog, state: string, fragment: string): Promise<void> {
  if (!dialog.connected) return
  const headers = { Event: 'refer', 'Subscription-State': state, 'Content-Type': 'message/sipfrag' }
  // The agent may hang up as soon as the transfer is accepted: then nobody wants to know.
  await dialog.request({ method: 'NOTIFY', headers, body: `${fragment}\r\n` }).catch(() => {})
}

type ReferTarget = { readonly user: string; readonly replaces: string }

/** The user and the dialog to replace; undefined for anything but a SIP URI with both. */
export function readReferTo(text: string | undefined): ReferTarget | undefined {
  const uri = /<([^>]*)>/.exec(text ?? '')?.[1] ?? text?.trim() ?? ''
  const user = userOf(uri)
  const escaped = /[?&]Replaces=([^&>]*)/i.exec(uri)?.[1]
  if (!/^[0-9A-Za-z+*#._-]{1,64}$/.test(user) || escaped === undefined) return undefined
  try {
    const replaces = decodeURIComponent(escaped)
    return /^[\x21-\x7e]{1,400}$/.test(replaces) && /;to-tag=/.test(replaces) ? { user, replaces } : undefined
  } catch {
    return undefined
  }
}

/** The leg's name: our INVITE's Call-ID, and the tag of the one who answered. */
function namedByAnswer(response: SipMessage): { callId: string; callerTag: string } {
  const callId = response.get('Call-ID')
  const callerTag = /;tag=([^;,\s]+)/.exec(response.get('To') ?? '')?.[1]
  if (callId === undefined || callerTag === undefined) throw new Error('an answer without Call-ID or tag')
  return { callId, callerTag }
}
