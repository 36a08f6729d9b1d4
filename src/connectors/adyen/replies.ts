import type { GatewayReply } from '../../contracts/gateway-call.ts'
import { fromGatewayUnits } from '../amounts.ts'
import type { Outcome } from '../outcome.ts'
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
import { amounts, declineCodes } from './decline-codes.ts'
import type { Data } from './requests.ts'
import { Modification, PaymentResponse, ServiceError } from './wire.ts'

/** Error types that Adyen sends before it does anything. `internal` is none of them. */
const refusing: ReadonlySet<string> = new Set(['validation', 'security', 'configuration'])
/** "Request already processed or in progress", and idempotency errors: the first request may have been carried out. */
const aboutAnother: ReadonlySet<string> = new Set(['704', '30_011', '30_012'])

export function readPayment(reply: GatewayReply, data: Data): Outcome {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status !== 200) return readRefusal(reply, 'gateway-error')
  const payment = parse(PaymentResponse, reply)
  if (!payment) return unknown('unreadable answer')
  const { merchantReference: reference } = payment
  if (reference != null && reference !== data.ourReference) return anotherReference
  switch (payment.resultCode) {
    case 'Authorised':
    case 'PartiallyAuthorised':
      return authorised(payment, data)
    case 'Refused':
    case 'Error':
    case 'Cancelled':
      return refused(payment)
    case 'RedirectShopper':
    case 'IdentifyShopper':
    case 'ChallengeShopper':
    case 'PresentToShopper':
      return declined('authentication-required', payment.resultCode, payment.pspReference ?? undefined)
    default:
      return unknown(`result ${payment.resultCode}`)
  }
}

function refused({ resultCode, refusalReasonCode, pspReference }: PaymentResponse): Outcome {
  const code = refusalReasonCode ?? resultCode
  const fallback = resultCode === 'Refused' ? 'other' : 'gateway-error'
  return declined(declineCodes.get(code) ?? fallback, code, pspReference ?? undefined)
}

function authorised(
  { resultCode, pspReference, amount, additionalData }: PaymentResponse,
  data: Data,
): Outcome {
  if (pspReference == null) return unknown('an approval without a reference')
  // Left out of an answer, the amount is all of what was asked for; of a part it has to be said.
  if (amount == null && resultCode === 'PartiallyAuthorised') return unknown('a part of unknown size')
  const asked = { amountMinor: Number(data.amountMinor), currency: String(data.currency) }
  const echoed = amount ? fromGatewayUnits(amount.value, amount.currency, amounts) : asked
  if (!echoed) return unknown('an amount that is none of this currency')
  const text = (name: string) => {
    const value = additionalData?.[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const token = text('tokenization.storedPaymentMethodId') ?? text('recurring.recurringDetailReference')
  const kept = data.customer === undefined ? undefined : token
  return {
    kind: 'approved',
    gatewayRef: pspReference,
    captured: data.capture === true,
    echoed,
    ...present('authCode', text('authCode')),
    ...present('cardToken', kept),
    ...present('customerRef', kept === undefined ? undefined : String(data.customer)),
    ...present('networkRef', text('networkTxReference')),
  }
}

/** The card was looked at for nothing: only what it was kept as counts. */
export function readTokenisation(reply: GatewayReply, data: Data): Outcome {
  const outcome = readPayment(reply, data)
  if (outcome.kind !== 'approved') return outcome
  const { cardToken, customerRef, networkRef } = outcome
  if (cardToken === undefined) return unknown('the token will be told by webhook')
  return {
    kind: 'tokenised',
    cardToken,
    ...present('customerRef', customerRef),
    ...present('networkRef', networkRef),
  }
}

export function readModification(reply: GatewayReply, data: Data): Outcome {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status !== 201) return readRefusal(reply, 'not-permitted')
  const done = parse(Modification, reply)
  if (!done) return unknown('unreadable answer')
  const { gatewayRef, ourReference } = data
  const theirs =
    gatewayRef === undefined
      ? done.paymentReference === ourReference
      : done.paymentPspReference === gatewayRef
  if (!theirs) return anotherReference
  const money = done.amount && fromGatewayUnits(done.amount.value, done.amount.currency, amounts)
  const another = money && (money.amountMinor !== data.amountMinor || money.currency !== data.currency)
  if (another && data.amountMinor !== undefined) return anotherAmount
  return { kind: 'done', gatewayRef: done.pspReference, later: true }
}

export function readRefusal(reply: Answered, reason: 'gateway-error' | 'not-permitted'): Outcome {
  const error = reply.status >= 400 && reply.status < 500 ? parse(ServiceError, reply) : undefined
  if (!error || !refusing.has(error.errorType) || aboutAnother.has(error.errorCode))
    return unknown(`status ${reply.status}`)
  return declined(reason, error.errorCode)
}
