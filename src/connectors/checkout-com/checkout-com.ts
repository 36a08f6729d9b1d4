import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { Connector, ConversationState, GatewayAccount, Move } from '../connector.ts'
import { declined, end, inquiryWithoutAnswer, parse, unknown } from '../reading.ts'
import type { InquireRequest } from '../requests.ts'
import { amounts, declineCodes } from './decline-codes.ts'
import { forget, readForget } from './kept-card.ts'
import { afterLink, payLinks, readMade, readPaid } from './pay-links.ts'
import {
  outcomeOf,
  readDeclineCode,
  readFollowUp,
  readFollowUpInquiry,
  readPayment,
  readTokenisation,
} from './replies.ts'
import {
  type At,
  authorise,
  authoriseStored,
  connectorId,
  type Data,
  followUp,
  get,
  tokenise,
} from './requests.ts'
import { webhooks } from './webhooks.ts'
import { Found, Payment } from './wire.ts'

/** Checkout.com's unified payments API. https://api-reference.checkout.com/ */
export const checkoutCom: Connector = {
  id: connectorId,
  facts: {
    // 4xx and 5xx are carried out again under the same key: look up by our reference before any resend.
    replays5xx: false,
    windowHours: 24,
    // https://www.checkout.com/docs/payments/manage-payments/idempotency names endpoints, and no scope.
    scope: 'undocumented',
    lookupBy: 'our-reference',
    apiVersion: 'unversioned',
    motoField: 'payment_type: MOTO',
    amounts,
    storedCsc: true,
    settings: ['processingChannelId'],
    followUpsLater: true,
    sandboxLimits: 'Declines are chosen by the last digits of the amount.',
  },
  authorise,
  tokenise,
  authoriseStored,
  forget,
  capture: (request, account) => followUp(account, { at: 'capture', request }),
  void: (request, account) => followUp(account, { at: 'void', request }),
  refund: (request, account) => followUp(account, { at: 'refund', request }),
  inquire,
  inquireFollowUp: ({ gatewayRef, ourReference }, account) =>
    get(account, 'inquire-follow-up', `/payments/${encodeURIComponent(gatewayRef)}/actions`, {
      ourReference,
    }),
  payLinks,
  next,
  webhooks,
}

function inquire({ ourReference, gatewayRef }: InquireRequest, account: GatewayAccount): Move {
  if (gatewayRef !== undefined)
    return get(account, 'inquire', `/payments/${encodeURIComponent(gatewayRef)}`, {
      ourReference,
      gatewayRef,
    })
  const path = `/payments?limit=2&skip=0&reference=${encodeURIComponent(ourReference)}`
  return get(account, 'inquire', path, { ourReference })
}

function next({ at, data }: ConversationState, reply: GatewayReply, account: GatewayAccount): Move {
  switch (at as At) {
    case 'authorise':
    case 'stored':
      return end(readPayment(reply, data))
    case 'link':
      return readMade(reply, data)
    case 'link-inquire':
      return afterLink(reply, data, account)
    case 'link-paid':
      return readPaid(reply, data)
    case 'tokenise':
      return end(readTokenisation(reply, data))
    case 'forget':
      return end(readForget(reply, data))
    case 'capture':
    case 'void':
    case 'refund':
      return end(readFollowUp(reply, data))
    case 'inquire':
      return afterInquiry(reply, data, account)
    case 'inquire-decline':
      return end(afterDecline(reply, data))
    case 'inquire-follow-up':
      return end(reply.kind === 'answered' ? readFollowUpInquiry(reply, data) : inquiryWithoutAnswer(reply))
    default:
      throw new Error('a state that this connector did not write')
  }
}

function afterInquiry(reply: GatewayReply, data: Data, account: GatewayAccount): Move {
  if (reply.kind !== 'answered') return end(inquiryWithoutAnswer(reply))
  if (reply.status !== 200) return end(unknown(`inquiry: status ${reply.status}`))
  const found = data.gatewayRef === undefined ? parse(Found, reply)?.data : [parse(Payment, reply)]
  const [payment, another] = found ?? [undefined]
  if (found && !payment && data.gatewayRef === undefined) return end({ kind: 'absent' })
  if (!payment || another) return end(unknown('inquiry: unreadable answer'))
  const outcome = outcomeOf(payment, data)
  if (payment.status !== 'Declined' || outcome.kind !== 'declined') return end(outcome)
  return get(account, 'inquire-decline', `/payments/${payment.id}/actions`, {
    ...data,
    gatewayRef: payment.id,
  })
}

/** It is declined for certain; why is worth one more question, but no more. */
function afterDecline(reply: GatewayReply, data: Data) {
  const code = reply.kind === 'answered' ? readDeclineCode(reply) : undefined
  return declined(declineCodes.get(code ?? '') ?? 'other', code ?? 'declined', String(data.gatewayRef))
}
