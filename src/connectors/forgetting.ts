import type { GatewayReply } from '../contracts/gateway-call.ts'
import type { Outcome } from './outcome.ts'
import { type Answered, unknown } from './reading.ts'

/**
 * What became of a kept card that a gateway was told to delete. Deleting twice does no harm, so that a lost answer is
 * asked for again by deleting again; what the gateway does not know any more is as good as deleted.
 *
 * @param isUnknownThere whether this answer says, in the gateway's own words, that it keeps no such card
 */
export function readForgotten(
  reply: GatewayReply,
  cardToken: string,
  isUnknownThere: (reply: Answered) => boolean,
): Outcome {
  if (reply.kind === 'not-sent') return { kind: 'not-sent', because: reply.because }
  if (reply.kind === 'no-answer') return unknown(`no-answer: ${reply.because}`)
  return reply.status === 204 || isUnknownThere(reply)
    ? { kind: 'done', gatewayRef: cardToken }
    : unknown(`status ${reply.status}`)
}
