import type { GatewayReply } from '../../contracts/gateway-call.ts'
import { fromGatewayUnits } from '../amounts.ts'
import type { Outcome } from '../outcome.ts'
import {
  type Answered,
  anotherReference,
  declined,
  parse,
  present,
  unknown,
  withoutAnswer,
} from '../reading.ts'
import { amounts, declineCodes, errorCodes } from './decline-codes.ts'
import type { Data } from './requests.ts'
import { ActionReceived, Actions, ErrorBody, Payment, Pending } from './wire.ts'

export function readPayment(reply: GatewayReply, data: Data): Outcome {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status === 202) return readPending(reply, data)
  if (reply.status !== 201) return readRefusal(reply)
  const payment = parse(Payment, reply)
  return payment ? outcomeOf(payment, data) : unknown('unreadable answer')
}

/** 202 is neither: with a link, the bank waits for the cardholder, who is on the phone. */
function readPending(reply: Answered, data: Data): Outcome {
  const pending = parse(Pending, reply)
  if (!pending) return unknown('unreadable answer')
  if (pending.reference !== data.ourReference) return anotherReference
  return pending._links?.redirect
    ? declined('authentication-required', 'pending_redirect', pending.id)
    : unknown('pending at the gateway')
}

/** `needs-code` where a declined payment was found, whose code stands among its actions. */
export function outcomeOf(payment: Payment, data: Data): Outcome {
  if (payment.reference !== data.ourReference) return anotherReference
  const { id, status, response_code: code } = payment
  switch (status) {
    case 'Authorized':
    case 'Card Verified':
    case 'Captured':
    case 'Partially Captured':
    case 'Refunded':
    case 'Partially Refunded':
      return payment.approved === false ? unknown(`not approved, and ${status}`) : approved(payment, data)
    case 'Declined':
      return declined(declineCodes.get(code ?? '') ?? 'other', code ?? 'declined', id)
    case 'Canceled':
    case 'Voided':
    case 'Expired':
      return declined('gateway-error', status.toLowerCase(), id)
    case 'Pending':
      return unknown('pending at the gateway')
  }
}

function approved(payment: Payment, data: Data): Outcome {
  const echoed = fromGatewayUnits(payment.amount, payment.currency, amounts)
  if (!echoed) return unknown('an amount that is none of this currency')
  const taken = payment.status !== 'Authorized' && payment.status !== 'Card Verified'
  const keeps = data.keeps === true
  return {
    kind: 'approved',
    gatewayRef: payment.id,
    // Fresh from its request it is only authorised; the capture that was asked for with it follows by itself.
    captured: taken || data.capture === true,
    echoed,
    ...present('authCode', payment.auth_code),
    ...present('networkRef', payment.scheme_id),
    ...present('cardToken', keeps ? payment.source?.id : undefined),
    ...present('customerRef', keeps ? payment.customer?.id : undefined),
  }
}

export function readTokenisation(reply: GatewayReply, data: Data): Outcome {
  const outcome = readPayment(reply, data)
  if (outcome.kind !== 'approved') return outcome
  const { cardToken, customerRef, networkRef } = outcome
  if (cardToken === undefined) return unknown('a checked card without a token')
  return {
    kind: 'tokenised',
    cardToken,
    ...present('customerRef', customerRef),
    ...present('networkRef', networkRef),
  }
}

/**
 * What Checkout.com refuses with a 4xx or 5xx it does not remember: the same key is carried out anew. So only a refusal
 * that names its cause is one; after anything else the payment is looked up before anybody sends again.
 */
function readRefusal(reply: Answered): Outcome {
  const error = reply.status === 422 ? parse(ErrorBody, reply) : undefined
  if (!error || !/^request_(invalid|unauthorized)$/.test(error.error_type))
    return unknown(`status ${reply.status}`)
  const code = error.error_codes.find((one) => errorCodes.has(one)) ?? error.error_codes[0]!
  return declined(errorCodes.get(code) ?? 'gateway-error', code)
}

export function readFollowUp(reply: GatewayReply, data: Data): Outcome {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status !== 202) {
    const error = reply.status === 422 ? parse(ErrorBody, reply) : undefined
    return error ? declined('not-permitted', error.error_codes[0]!) : unknown(`status ${reply.status}`)
  }
  const received = parse(ActionReceived, reply)
  if (!received) return unknown('unreadable answer')
  if (received.reference != null && received.reference !== data.ourReference) return anotherReference
  return { kind: 'done', gatewayRef: received.action_id, later: true }
}

/** The code of the authorisation that was declined. */
export function readDeclineCode(reply: Answered): string | undefined {
  const actions = reply.status === 200 ? parse(Actions, reply) : undefined
  return (
    actions?.find(({ type, approved }) => type === 'Authorization' && approved === false)?.response_code ??
    undefined
  )
}

export function readFollowUpInquiry(reply: Answered, data: Data): Outcome {
  const actions = reply.status === 200 ? parse(Actions, reply) : undefined
  if (!actions) return unknown(`inquiry: status ${reply.status}`)
  const action = actions.find(({ reference }) => reference === data.ourReference)
  if (!action) return { kind: 'absent' }
  if (action.approved === true) return { kind: 'done', gatewayRef: action.id }
  if (action.approved === false)
    return declined('gateway-error', action.response_code ?? 'declined', action.id)
  return { kind: 'done', gatewayRef: action.id, later: true }
}
