import type { GatewayReply } from '../../contracts/gateway-call.ts'
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
import { declineCodes, refusingErrors } from './decline-codes.ts'
import type { Data } from './requests.ts'
import { ErrorBody, Found, type Payment, Payment as PaymentSchema, Received } from './wire.ts'

export function readPayment(reply: GatewayReply, data: Data): Outcome {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status !== 201 && reply.status !== 202) return readRefusal(reply)
  const payment = parse(PaymentSchema, reply)
  if (!payment) return unknown('unreadable answer')
  if (payment.transactionReference !== data.ourReference) return anotherReference
  switch (payment.outcome) {
    case 'authorized':
      return approved(payment, data, false)
    case 'sentForSettlement':
      return approved(payment, data, true)
    case 'refused':
      return refused(payment.refusalCode)
    // Taken back by itself, as the code or the postcode did not match.
    case 'sentForCancellation':
      return declined('incorrect-csc', 'sentForCancellation')
    case 'fraudHighRisk':
      return declined('fraud-suspected', 'fraudHighRisk')
    case '3dsDeviceDataRequired':
    case '3dsChallenged':
    case '3dsUnavailable':
    case '3dsAuthenticationFailed':
      return declined('authentication-required', payment.outcome)
    default:
      return unknown('an outcome that we do not know')
  }
}

const refused = (code: string | null | undefined): Outcome =>
  declined(declineCodes.get(code ?? '') ?? 'other', code ?? 'refused')

function approved(payment: Payment, data: Data, captured: boolean): Outcome {
  const gatewayRef = linkDataOf(payment) ?? payment.paymentId
  if (!gatewayRef) return unknown('an approval without a link')
  return {
    kind: 'approved',
    gatewayRef,
    captured,
    // Worldpay does not repeat the amount; it authorises all of it or nothing.
    echoed: { amountMinor: Number(data.amountMinor), currency: String(data.currency) },
    ...present('authCode', payment.issuer?.authorizationCode),
    ...present('networkRef', payment.schemeReference ?? payment.token?.schemeReference),
    ...present('cardToken', data.keeps === true ? payment.token?.href : undefined),
  }
}

/** The part of every link that names the payment: with it, its actions are found again. */
function linkDataOf({ _actions, _links }: Pick<Payment, '_actions' | '_links'>): string | undefined {
  for (const link of [...Object.values(_actions ?? {}), ...Object.values(_links ?? {})]) {
    const href = (link as { href?: unknown } | null)?.href
    const found =
      typeof href === 'string' ? /\/api\/payments\/([A-Za-z0-9_.=~-]{1,1500})(\/|$)/.exec(href) : null
    if (found) return found[1]
  }
  return undefined
}

export function readTokenisation(reply: GatewayReply, data: Data): Outcome {
  const outcome = readPayment(reply, data)
  if (outcome.kind !== 'approved') return outcome
  const { cardToken, networkRef } = outcome
  if (cardToken === undefined) return unknown('a checked card without a token')
  return { kind: 'tokenised', cardToken, ...present('networkRef', networkRef) }
}

function readRefusal(reply: Answered): Outcome {
  const error = reply.status >= 400 && reply.status < 500 ? parse(ErrorBody, reply) : undefined
  if (!error || !refusingErrors.has(error.errorName)) return unknown(`status ${reply.status}`)
  return declined('gateway-error', error.errorName)
}

const taken: ReadonlySet<string> = new Set([
  'sentforsettlement',
  'settled',
  'settlementrequested',
  'sentforrefund',
  'refunded',
  'refundfailed',
])
const given: ReadonlySet<string> = new Set(['sentforcancellation', 'cancelled', 'expired', 'error'])

/** Payment queries are up to a minute behind; what they say is true, what they do not say is not. */
export function readInquiry(reply: Answered, data: Data): Outcome {
  if (reply.status !== 200) return unknown(`inquiry: status ${reply.status}`)
  const found = parse(Found, reply)
  if (!found) return unknown('inquiry: unreadable answer')
  const [payment, another] = found._embedded.payments
  if (!payment) return { kind: 'absent' }
  if (another) return unknown('inquiry: several payments')
  if (payment.transactionReference !== data.ourReference) return anotherReference
  const event = payment.lastEvent.toLowerCase()
  const { amount, currency } = payment.value
  const gatewayRef = linkDataOf(payment) ?? payment.paymentId
  if (event === 'authorized' || taken.has(event)) {
    const echoed = { amountMinor: amount, currency }
    return { kind: 'approved', gatewayRef, captured: taken.has(event), echoed }
  }
  if (event === 'refused') return refused(payment.refusalCode)
  if (given.has(event)) return declined('gateway-error', event, gatewayRef)
  return unknown('under way at the gateway')
}

export function readFollowUp(reply: GatewayReply, data: Data): Outcome {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status !== 202) {
    const refusal = readRefusal(reply)
    return refusal.kind === 'declined' ? declined('not-permitted', refusal.gatewayCode) : refusal
  }
  if (!parse(Received, reply)) return unknown('unreadable answer')
  return { kind: 'done', gatewayRef: String(data.ourReference), later: true }
}
