import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { Connector, ConversationState, GatewayAccount, Move } from '../connector.ts'
import { declined, end, inquiryWithoutAnswer, parse } from '../reading.ts'
import { forget, readForget } from './kept-card.ts'
import { readFollowUp, readInquiry, readPayment, readTokenisation } from './replies.ts'
import {
  type At,
  actions,
  apiVersion,
  authorise,
  authoriseStored,
  connectorId,
  type Data,
  follow,
  followUp,
  pathOf,
  query,
  tokenise,
} from './requests.ts'
import { webhooks } from './webhooks.ts'
import { Manage } from './wire.ts'

/** Access Worldpay, Payments API. https://docs.worldpay.com/access/products/payments */
export const worldpay: Connector = {
  id: connectorId,
  facts: {
    // No keys at all: never send again, always ask.
    replays5xx: false,
    windowHours: 0,
    scope: 'none',
    lookupBy: 'our-reference',
    // https://developer.worldpay.com/products/card-payments/query-a-payment: up to 15 minutes.
    absenceCountsAfterMs: 900_000,
    apiVersion,
    motoField: 'channel: moto',
    echoesAmount: false,
    storedCsc: true,
    settings: ['username', 'entity', 'narrative'],
    followUpsLater: true,
    sandboxLimits: 'Refusals are chosen by the card holder’s name; settlement events are not sent.',
  },
  authorise,
  tokenise,
  authoriseStored,
  forget,
  capture: (request, account) => followUp(account, { at: 'capture', request }),
  void: (request, account) => followUp(account, { at: 'void', request }),
  refund: (request, account) => followUp(account, { at: 'refund', request }),
  inquire({ ourReference }, account) {
    const path = `/paymentQueries/payments?transactionReference=${encodeURIComponent(ourReference)}`
    return query(account, 'inquire', path, { ourReference })
  },
  next,
  webhooks,
}

function next({ at, data }: ConversationState, reply: GatewayReply, account: GatewayAccount): Move {
  switch (at as At) {
    case 'authorise':
    case 'stored':
      return end(readPayment(reply, data))
    case 'tokenise':
      return end(readTokenisation(reply, data))
    case 'inquire':
      return end(reply.kind === 'answered' ? readInquiry(reply, data) : inquiryWithoutAnswer(reply))
    case 'find-action':
      return afterActions(reply, data, account)
    case 'forget':
      return end(readForget(reply, data))
    case 'capture':
    case 'void':
    case 'refund':
      return end(readFollowUp(reply, data))
    default:
      throw new Error('a state that this connector did not write')
  }
}

/** Nothing moves by asking; a link that is not offered is a refusal. */
function afterActions(reply: GatewayReply, data: Data, account: GatewayAccount): Move {
  if (reply.kind !== 'answered') return end({ kind: 'not-sent', because: `actions: ${reply.because}` })
  const manage = reply.status === 200 ? parse(Manage, reply) : undefined
  if (!manage) return end({ kind: 'not-sent', because: `actions: status ${reply.status}` })
  const link = pathOf(account, manage._actions[actions[data.kind as 'capture']])
  return link === undefined
    ? end(declined('not-permitted', 'action_not_offered'))
    : follow(account, link, data)
}
