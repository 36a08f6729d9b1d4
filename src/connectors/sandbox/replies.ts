import type { z } from 'zod'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { DeclineReason } from '../../contracts/payment-events.ts'
import type { ConversationState } from '../connector.ts'
import { declineCatalogue } from '../declines.ts'
import { atTheBank, type Outcome } from '../outcome.ts'
import { present } from '../reading.ts'
import { declineCodes, refusalCodes } from './decline-codes.ts'
import { Authorisation, ErrorBody, FollowUp, Inquiry, Movements } from './wire.ts'

type Unknown = Extract<Outcome, { kind: 'unknown' }>
type Answered = Extract<GatewayReply, { kind: 'answered' }>

const unknown = (because: string): Unknown => ({ kind: 'unknown', because })

export function readAuthorisation(state: ConversationState, reply: GatewayReply): Outcome {
  if (reply.kind === 'not-sent') return { kind: 'not-sent', because: reply.because }
  if (reply.kind === 'no-answer') return unknown(`no-answer: ${reply.because}`)
  if (reply.status !== 201) return readRefusal(reply)
  const found = parse(Authorisation, reply.body)
  return found ? outcomeOf(found, state) : unknown('unreadable answer')
}

export function readFollowUp(state: ConversationState, reply: GatewayReply): Outcome {
  if (reply.kind === 'not-sent') return { kind: 'not-sent', because: reply.because }
  if (reply.kind === 'no-answer') return unknown(`no-answer: ${reply.because}`)
  if (reply.status !== 201) return readRefusal(reply)
  const done = parse(FollowUp, reply.body)
  if (!done) return unknown('unreadable answer')
  return followUpOutcome(done, state.data, state.at)
}

/** Like `readInquiry`, of a capture, void or refund. */
export function readFollowUpInquiry(state: ConversationState, reply: GatewayReply): Outcome {
  if (reply.kind !== 'answered') return unknown(`inquiry: ${reply.kind}: ${reply.because}`)
  if (reply.status !== 200) return unknown(`inquiry: status ${reply.status}`)
  const found = parse(Movements, reply.body)
  if (!found) return unknown('inquiry: unreadable answer')
  const [movement, another] = found.movements
  if (!movement) return { kind: 'absent' }
  return another
    ? unknown('inquiry: several movements')
    : followUpOutcome(movement, state.data, String(state.data.kind))
}

function followUpOutcome(found: FollowUp, data: ConversationState['data'], kind: string): Outcome {
  const { gatewayRef, ourReference, amountMinor, currency } = data
  if (found.kind !== kind || found.authorisationId !== gatewayRef || found.ourReference !== ourReference)
    return { ...unknown('answer to another request'), alarm: 'another-reference' }
  if (amountMinor !== undefined && (found.amount !== amountMinor || found.currency !== currency))
    return { ...unknown('answer with another amount'), alarm: 'another-amount' }
  if (found.state === 'failed') return declined('gateway-error', 'refused_by_bank', found.id)
  return { kind: 'done', gatewayRef: found.id, ...(found.state === 'pending' ? { later: true } : {}) }
}

/** An inquiry that fails says nothing of the payment: it is never `not-sent` and never a decline of the gateway's. */
export function readInquiry(state: ConversationState, reply: GatewayReply): Outcome {
  if (reply.kind !== 'answered') return unknown(`inquiry: ${reply.kind}: ${reply.because}`)
  if (reply.status !== 200) return unknown(`inquiry: status ${reply.status}`)
  const inquiry = parse(Inquiry, reply.body)
  if (!inquiry) return unknown('inquiry: unreadable answer')
  const [found, another] = inquiry.authorisations
  if (!found) return { kind: 'absent' }
  return another ? unknown('inquiry: several authorisations') : outcomeOf(found, state)
}

export function outcomeOf(found: Authorisation, { data }: ConversationState): Outcome {
  if (found.ourReference !== data.ourReference)
    return { ...unknown('answer to another reference'), alarm: 'another-reference' }
  switch (found.outcome) {
    case 'pending':
      return unknown(found.debit ? atTheBank : 'pending at the gateway')
    case 'declined':
      return declined(declineCodes.get(found.decline.code) ?? 'other', found.decline.code, found.id)
    case 'approved':
      // Somebody cancelled it at the gateway: nothing is reserved any more.
      if (found.status === 'voided') return declined('gateway-error', 'voided', found.id)
      return {
        kind: 'approved',
        gatewayRef: found.id,
        ...(found.authCode === null ? {} : { authCode: found.authCode }),
        captured: found.captured,
        echoed: { amountMinor: found.amount, currency: found.currency },
        ...present('cardToken', found.token),
        ...present('networkRef', found.networkRef),
      }
  }
}

/**
 * A refused request is certain only with a code of which we know that nothing was done. That leaves out 5xx, and the
 * two of idempotency: the intent that first used the key may have been charged.
 */
function readRefusal(reply: Answered): Outcome {
  const { status } = reply
  if (status < 400 || status >= 500) return unknown(`status ${status}`)
  const code = parse(ErrorBody, reply.body)?.error.code
  const reason = code === undefined ? undefined : refusalCodes.get(code)
  return code === undefined || reason === undefined ? unknown(`status ${status}`) : declined(reason, code)
}

function declined(reason: DeclineReason, gatewayCode: string, gatewayRef?: string): Outcome {
  const { retry } = declineCatalogue[reason]
  return { kind: 'declined', reason, gatewayCode, retry, ...(gatewayRef === undefined ? {} : { gatewayRef }) }
}

function parse<T>(schema: z.ZodType<T>, body: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data
  } catch {
    return undefined
  }
}
