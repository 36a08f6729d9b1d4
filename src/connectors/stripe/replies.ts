import type { z } from 'zod'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import { fromGatewayUnits } from '../amounts.ts'
import { atTheBank, type Outcome } from '../outcome.ts'
import {
  type Answered,
  anotherAmount,
  anotherReference,
  declined,
  parse,
  present,
  unknown,
  withoutAnswer,
} from '../reading.ts'
import { amounts } from './amounts.ts'
import { slowTypes } from './debits.ts'
import { declineCodes, refusalCodes } from './decline-codes.ts'
import type { Data } from './requests.ts'
import { type CardError, ErrorBody, PaymentIntent, Refund, Refunds } from './wire.ts'

/** `pi_…` as the gateway's reference; `cancel` where the intent has to be given up first. */
export type IntentReading =
  | Outcome
  | { readonly kind: 'cancel'; readonly why: 'unconfirmed' | 'needs-cardholder' }

export function readIntent(intent: PaymentIntent, data: Data): IntentReading {
  if (intent.metadata.our_reference !== data.ourReference) return anotherReference
  switch (intent.status) {
    case 'succeeded':
      return approved(intent, { received: intent.amount_received, captured: true }, data)
    case 'requires_capture':
      return approved(intent, { received: intent.amount_capturable, captured: false }, data)
    case 'processing':
      return unknown(isSlow(intent) ? atTheBank : 'processing at the gateway')
    case 'canceled':
      return declined('gateway-error', 'canceled', intent.id)
    case 'requires_action':
      // Two small amounts are on their way to the account: its holder tells Stripe which, and only then money moves.
      if (intent.next_action?.type === 'verify_with_microdeposits') return unknown(atTheBank)
      return { kind: 'cancel', why: 'needs-cardholder' }
    case 'requires_confirmation':
      return { kind: 'cancel', why: 'unconfirmed' }
    case 'requires_payment_method':
      return intent.last_payment_error
        ? declinedBy(intent.last_payment_error, intent.id)
        : { kind: 'cancel', why: 'unconfirmed' }
  }
}

const isSlow = ({ payment_method_types }: PaymentIntent) =>
  payment_method_types?.some((type) => slowTypes.has(type)) === true

type Taken = { readonly received: number | null | undefined; readonly captured: boolean }

function approved(intent: PaymentIntent, { received, captured }: Taken, data: Data): Outcome {
  const { id, amount, currency } = intent
  const echoed = fromGatewayUnits(received ?? amount, currency.toUpperCase(), amounts)
  if (!echoed) return unknown('an amount that is none of this currency')
  const kept = data.keepFor !== undefined
  return {
    kind: 'approved',
    gatewayRef: id,
    captured,
    echoed,
    ...present('cardToken', kept ? String(data.paymentMethod) : undefined),
    ...present('customerRef', kept ? String(data.customer) : undefined),
  }
}

export function declinedBy({ code, decline_code: declineCode }: CardError, gatewayRef?: string): Outcome {
  const gatewayCode = declineCode ?? code ?? 'card_error'
  const reason = declineCodes.get(gatewayCode) ?? declineCodes.get(code ?? '') ?? 'other'
  return declined(reason, gatewayCode, gatewayRef)
}

/** Calls by which nothing can be charged: whatever goes wrong, it is certain that the card was not. */
export function readPreparation(reply: GatewayReply): Answered | Outcome {
  if (reply.kind === 'not-sent') return { kind: 'not-sent', because: reply.because }
  if (reply.kind === 'no-answer') return { kind: 'not-sent', because: `preparation: ${reply.because}` }
  if (reply.status === 200) return reply
  const error = parse(ErrorBody, reply)?.error
  if (reply.status === 402 && error?.type === 'card_error') return declinedBy(error)
  if (error && reply.status < 500) return refused(error)
  return { kind: 'not-sent', because: `preparation: status ${reply.status}` }
}

/** Of a request that did nothing: an account number that no bank has is one that its holder keyed wrong. */
function refused({ code, type }: CardError): Outcome {
  const reason = code && declineCodes.get(code) === 'account-refused' ? 'account-refused' : 'gateway-error'
  return declined(reason, code ?? type)
}

export function readConfirmation(reply: GatewayReply, data: Data): IntentReading {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status === 200) {
    const intent = parse(PaymentIntent, reply)
    if (!intent || intent.id !== data.intent) return unknown('unreadable answer')
    return readIntent(intent, data)
  }
  const error = parse(ErrorBody, reply)?.error
  // Only an error that names our intent is about it.
  if (reply.status === 402 && error?.type === 'card_error' && error.payment_intent?.id === data.intent)
    return declinedBy(error, String(data.intent))
  return refusedUnread(reply, error) ?? unknown(`status ${reply.status}`)
}

/**
 * Refusals before anything was done: the key is wrong, or a parameter. An intent in an unexpected state may have been
 * confirmed by an earlier call of ours, so that one says nothing.
 */
function refusedUnread({ status }: Answered, error: CardError | undefined): Outcome | undefined {
  if (error?.type !== 'invalid_request_error' || error.code === 'payment_intent_unexpected_state')
    return undefined
  if (status !== 400 && status !== 401 && status !== 403) return undefined
  return refused(error)
}

export function readFollowUp(at: 'capture' | 'void' | 'refund', reply: GatewayReply, data: Data): Outcome {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status !== 200) {
    const error = parse(ErrorBody, reply)?.error
    const refused = error?.type === 'invalid_request_error' && refusalCodes.has(error.code ?? '')
    if (reply.status < 500 && refused) return declined('not-permitted', error.code!)
    return unknown(`status ${reply.status}`)
  }
  return at === 'refund' ? readRefund(reply, data) : readChange(at, reply, data)
}

/** A list that has more may have ours among them. */
export function readFollowUpInquiry(reply: Answered, data: Data): Outcome {
  if (reply.status !== 200) return unknown(`inquiry: status ${reply.status}`)
  if (data.kind === 'refund') {
    const refunds = parse(Refunds, reply)
    if (!refunds) return unknown('inquiry: unreadable answer')
    const refund = refunds.data.find(({ metadata }) => metadata?.our_reference === data.ourReference)
    if (refund) return refundOutcome(refund, data)
    return refunds.has_more ? unknown('inquiry: too many refunds') : { kind: 'absent' }
  }
  const intent = parse(PaymentIntent, reply)
  if (!intent || intent.id !== data.gatewayRef) return unknown('inquiry: unreadable answer')
  // Still as it was authorised: neither taken nor given up.
  return intent.status === 'requires_capture'
    ? { kind: 'absent' }
    : changeOutcome(intent, data.kind as 'void', data)
}

function readChange(at: 'capture' | 'void', reply: Answered, data: Data): Outcome {
  const intent = parse(PaymentIntent, reply)
  if (!intent) return unknown('unreadable answer')
  return intent.id === data.gatewayRef ? changeOutcome(intent, at, data) : anotherReference
}

function changeOutcome(intent: PaymentIntent, at: 'capture' | 'void', data: Data): Outcome {
  const { id, status, amount, amount_received: received, currency } = intent
  if (at === 'void') return status === 'canceled' ? { kind: 'done', gatewayRef: id } : unknown(status)
  if (status !== 'succeeded') return unknown(status)
  return sameAmount(received ?? amount, currency, data) ? { kind: 'done', gatewayRef: id } : anotherAmount
}

function readRefund(reply: Answered, data: Data): Outcome {
  const refund = parse(Refund, reply)
  return refund ? refundOutcome(refund, data) : unknown('unreadable answer')
}

function refundOutcome(refund: z.output<typeof Refund>, data: Data): Outcome {
  if (refund.payment_intent !== data.gatewayRef) return anotherReference
  if (!sameAmount(refund.amount, refund.currency, data)) return anotherAmount
  switch (refund.status) {
    case 'succeeded':
      return { kind: 'done', gatewayRef: refund.id }
    case 'pending':
      return { kind: 'done', gatewayRef: refund.id, later: true }
    case 'failed':
    case 'canceled':
      return declined('gateway-error', refund.status, refund.id)
    case 'requires_action':
      return unknown('a refund that waits for somebody')
  }
}

function sameAmount(amount: number, currency: string, data: Data): boolean {
  const money = fromGatewayUnits(amount, currency.toUpperCase(), amounts)
  return money?.amountMinor === data.amountMinor && money?.currency === data.currency
}
