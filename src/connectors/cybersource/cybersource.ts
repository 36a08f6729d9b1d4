import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { Connector, ConversationState, GatewayAccount, Move } from '../connector.ts'
import { end, inquiryWithoutAnswer } from '../reading.ts'
import { forget, readForget } from './kept-card.ts'
import {
  afterAmount,
  afterPayment,
  afterRelease,
  readFollowUp,
  readFollowUpInquiry,
  readInquiry,
  readTokenisation,
} from './replies.ts'
import {
  type At,
  authorise,
  authoriseStored,
  capture,
  connectorId,
  inquire,
  inquireFollowUp,
  refund,
  reverse,
  tokenise,
  voidPayment,
} from './requests.ts'
import { settlement } from './settlement.ts'
import { webhooks } from './webhooks.ts'

/**
 * CyberSource REST, with HTTP signatures. https://developer.cybersource.com/api-reference-assets/index.html
 *
 * What is unknown is searched for, and can be reversed by our own name for it; captures and refunds are asked after until
 * their batch was sent. Its webhooks tell sooner, where they are set up.
 */
export const cybersource: Connector = {
  id: connectorId,
  facts: {
    replays5xx: false,
    windowHours: 0,
    scope: 'none',
    lookupBy: 'our-reference',
    // Searches are minutes behind.
    absenceCountsAfterMs: 900_000,
    // A caller cannot wait for those: what is still unknown then is taken back.
    reverseAfterMs: 60_000,
    apiVersion: 'v2',
    motoField: 'processingInformation.commerceIndicator: MOTO',
    settings: ['merchantId', 'keyId'],
    followUpsLater: true,
    storedCsc: true,
    sandboxLimits: 'Declines are chosen by the amount, differently for each processor.',
  },
  authorise,
  tokenise,
  authoriseStored,
  forget,
  capture,
  void: voidPayment,
  refund,
  inquire,
  inquireFollowUp,
  reverse,
  next,
  webhooks,
  settlement,
}

function next({ at, data }: ConversationState, reply: GatewayReply, account: GatewayAccount): Move {
  switch (at as At) {
    case 'authorise':
    case 'stored':
      return afterPayment(reply, data, account)
    case 'tokenise': {
      const move = afterPayment(reply, data, account)
      return move.do === 'end' ? end(readTokenisation(move.outcome)) : move
    }
    case 'forget':
      return end(readForget(reply, data))
    case 'release':
      return end(afterRelease(reply, data))
    case 'find-amount':
      return afterAmount(reply, data, account)
    case 'capture':
    case 'void':
    case 'refund':
    case 'reverse':
      return end(readFollowUp(reply, data))
    case 'inquire':
      return end(reply.kind === 'answered' ? readInquiry(reply, data) : inquiryWithoutAnswer(reply))
    case 'inquire-follow-up':
      return end(reply.kind === 'answered' ? readFollowUpInquiry(reply, data) : inquiryWithoutAnswer(reply))
    default:
      throw new Error('a state that this connector did not write')
  }
}
