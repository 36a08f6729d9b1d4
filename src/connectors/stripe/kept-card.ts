import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { GatewayAccount, Move } from '../connector.ts'
import type { Outcome } from '../outcome.ts'
import { end, inquiryWithoutAnswer, parse, unknown, withoutAnswer } from '../reading.ts'
import type { ForgetCardRequest } from '../requests.ts'
import { write } from '../writing.ts'
import { connectorId, type Data, get, headersOf } from './requests.ts'
import { ErrorBody, PaymentMethod } from './wire.ts'

const pathOf = (cardToken: string) => `/v1/payment_methods/${encodeURIComponent(cardToken)}`

/**
 * A PaymentMethod that is detached can never be used again. Without a key: Stripe would answer a second try with the first
 * one's error for a day, and a second detaching does no harm. https://docs.stripe.com/api/payment_methods/detach
 */
export function forget({ cardToken }: ForgetCardRequest, account: GatewayAccount): Move {
  return write({
    connector: connectorId,
    operation: 'forget',
    account,
    method: 'POST',
    path: `${pathOf(cardToken)}/detach`,
    headers: headersOf(account),
    encoding: 'form',
    body: {},
    data: { cardToken },
  })
}

/** What is not attached any more is refused with an error that has no code of its own: then it is looked at. */
export function afterForget(reply: GatewayReply, data: Data, account: GatewayAccount): Move {
  if (reply.kind !== 'answered') return end(withoutAnswer(reply))
  if (reply.status === 200) return end(readDetached(reply, data))
  const error = parse(ErrorBody, reply)?.error
  if (error?.type !== 'invalid_request_error' || (reply.status !== 400 && reply.status !== 404))
    return end(unknown(`status ${reply.status}`))
  return get(account, pathOf(String(data.cardToken)), data, 'forget-look')
}

export function afterForgetLook(reply: GatewayReply, data: Data): Outcome {
  if (reply.kind !== 'answered') return inquiryWithoutAnswer(reply)
  if (reply.status === 200) return readDetached(reply, data)
  const isMissing = reply.status === 404 && parse(ErrorBody, reply)?.error.code === 'resource_missing'
  return isMissing ? done(data) : unknown(`inquiry: status ${reply.status}`)
}

function readDetached(reply: Extract<GatewayReply, { kind: 'answered' }>, data: Data): Outcome {
  const method = parse(PaymentMethod, reply)
  if (!method || method.id !== data.cardToken) return unknown('unreadable answer')
  // Only a readable `null` says that nobody has it; a field that is missing says nothing.
  return method.customer === null ? done(data) : unknown('still attached')
}

const done = ({ cardToken }: Data): Outcome => ({ kind: 'done', gatewayRef: String(cardToken) })
