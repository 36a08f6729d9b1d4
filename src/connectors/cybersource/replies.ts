import { toDecimal } from '../../base/money.ts'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import { fromDecimal } from '../amounts.ts'
import type { GatewayAccount, Move } from '../connector.ts'
import type { Outcome } from '../outcome.ts'
import {
  type Answered,
  anotherReference,
  declined,
  end,
  parse,
  present,
  unknown,
  withoutAnswer,
} from '../reading.ts'
import { declineCodes, reasonOfCode } from './decline-codes.ts'
import { type Data, reversal, voiding } from './requests.ts'
import { FollowUp, FollowUpFound, Found, Invalid, Payment, type Summary, Transaction } from './wire.ts'

export function afterPayment(reply: GatewayReply, data: Data, account: GatewayAccount): Move {
  if (reply.kind !== 'answered') return end(withoutAnswer(reply))
  if (reply.status !== 201) return end(readRefusal(reply, 'gateway-error'))
  const payment = parse(Payment, reply)
  if (!payment) return end(unknown('unreadable answer'))
  if (payment.clientReferenceInformation.code !== data.ourReference) return end(anotherReference)
  const reason = payment.errorInformation?.reason ?? payment.status
  switch (payment.status) {
    case 'AUTHORIZED':
    case 'PARTIAL_AUTHORIZED':
      return end(approved(payment, data))
    case 'DECLINED':
      return end(declinedBy(reason, payment.id))
    case 'PENDING_AUTHENTICATION':
      return end(declined('authentication-required', reason, payment.id))
    case 'AUTHORIZED_RISK_DECLINED':
      // The bank has reserved it, and CyberSource does not want it: it has to be given back.
      return reversal(account, {
        at: 'release',
        amount: amountIn(data),
        data: { ...data, gatewayRef: payment.id, reason },
      })
    default:
      return end(unknown('a status that we do not know'))
  }
}

const amountIn = (data: Data) => {
  const money = { amountMinor: Number(data.amountMinor), currency: String(data.currency) }
  return { totalAmount: toDecimal(money), currency: money.currency }
}

const declinedBy = (reason: string, gatewayRef?: string): Outcome =>
  declined(declineCodes.get(reason) ?? 'other', reason, gatewayRef)

function approved(payment: Payment, data: Data): Outcome {
  const { authorizedAmount, totalAmount, currency } = payment.orderInformation?.amountDetails ?? {}
  const said = authorizedAmount ?? totalAmount
  const echoed = said && currency ? fromDecimal(said, currency) : undefined
  if (!echoed) return unknown('an approval without an amount')
  const { processorInformation: processor, tokenInformation: token } = payment
  const keeps = data.keeps === true
  return {
    kind: 'approved',
    gatewayRef: payment.id,
    captured: data.capture === true,
    echoed,
    ...present('authCode', processor?.approvalCode),
    ...present('networkRef', processor?.networkTransactionId),
    ...present('cardToken', keeps ? token?.paymentInstrument?.id : undefined),
    ...present('customerRef', keeps ? token?.customer?.id : undefined),
  }
}

/** After a reversal of what was not wanted: only then is it certain that nothing is reserved. */
export function afterRelease(reply: GatewayReply, data: Data): Outcome {
  const isReversed =
    reply.kind === 'answered' && reply.status === 201 && parse(FollowUp, reply)?.status === 'REVERSED'
  if (!isReversed) return unknown('refused by rules, and not yet given back')
  return declinedBy(String(data.reason), String(data.gatewayRef))
}

export function readTokenisation(outcome: Outcome): Outcome {
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

function readRefusal(reply: Answered, reason: 'gateway-error' | 'not-permitted'): Outcome {
  const invalid = reply.status === 400 ? parse(Invalid, reply) : undefined
  if (!invalid || invalid.reason === 'DUPLICATE_REQUEST') return unknown(`status ${reply.status}`)
  return declined(declineCodes.get(invalid.reason) ?? reason, invalid.reason)
}

export function readFollowUp(reply: GatewayReply, data: Data): Outcome {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status !== 201) return readRefusal(reply, 'not-permitted')
  const done = parse(FollowUp, reply)
  if (!done) return unknown('unreadable answer')
  if (done.clientReferenceInformation.code !== data.ourReference) return anotherReference
  const later = done.status === 'PENDING' || done.status === 'TRANSMITTED'
  return { kind: 'done', gatewayRef: done.id, ...(later ? { later: true } : {}) }
}

/** A payment in one step is voided, an authorisation is reversed. */
export function afterAmount(reply: GatewayReply, data: Data, account: GatewayAccount): Move {
  if (reply.kind !== 'answered') return end({ kind: 'not-sent', because: `lookup: ${reply.because}` })
  const found = reply.status === 200 ? parse(Transaction, reply) : undefined
  if (!found || found.id !== data.gatewayRef)
    return end({ kind: 'not-sent', because: `lookup: status ${reply.status}` })
  const { applications } = found.applicationInformation
  if (applications.some(({ name }) => name === 'ics_bill')) return voiding(account, data)
  return reversal(account, { at: 'void', amount: found.orderInformation.amountDetails, data })
}

export function readInquiry(reply: Answered, data: Data): Outcome {
  if (reply.status !== 201) return unknown(`inquiry: status ${reply.status}`)
  const found = parse(Found, reply)
  if (!found) return unknown('inquiry: unreadable answer')
  const summaries = found._embedded?.transactionSummaries ?? []
  if (found.totalCount === 0 && summaries.length === 0) return { kind: 'absent' }
  if (summaries.some((one) => one.clientReferenceInformation.code !== data.ourReference))
    return anotherReference
  // A timeout reversal has the same name as what it reversed.
  const reversed = summaries.some((one) => application(one, 'ics_auth_reversal')?.rCode === '1')
  const payments = summaries.filter((one) => application(one, 'ics_auth'))
  const [payment, another] = payments
  if (!payment || another) return unknown('inquiry: not exactly one payment')
  if (reversed) return declined('gateway-error', 'reversed', payment.id)
  return readSummary(payment)
}

/** The services that a follow-up is made of, in CyberSource's names. */
const services: Readonly<Record<string, readonly string[]>> = {
  capture: ['ics_bill'],
  void: ['ics_void', 'ics_auth_reversal'],
  refund: ['ics_credit'],
}
/** Of the transaction as a whole. Others are under way, or nothing that is known here. */
const sent: ReadonlySet<string> = new Set(['TRANSMITTED', 'SETTLED', 'REVERSED', 'VOIDED'])
const failed: ReadonlySet<string> = new Set([
  'DECLINED',
  'FAILED',
  'INVALID_REQUEST',
  'REJECTED',
  'CANCELLED',
])

export function readFollowUpInquiry(reply: Answered, data: Data): Outcome {
  if (data.followUpRef === undefined) return readFollowUpSearch(reply, data)
  const found = reply.status === 200 ? parse(FollowUpFound, reply) : undefined
  if (!found) return unknown(`inquiry: status ${reply.status}`)
  if (found.clientReferenceInformation.code !== data.ourReference) return anotherReference
  const { id, applicationInformation } = found
  const service = serviceIn(applicationInformation.applications, data)
  const { status } = applicationInformation
  if (service?.rCode === '0' || service?.rCode === '-1' || failed.has(status ?? ''))
    return declined('not-permitted', service?.reasonCode ?? status ?? 'failed', id)
  if (sent.has(status ?? '')) return { kind: 'done', gatewayRef: id }
  if (status === 'PENDING') return { kind: 'done', gatewayRef: id, later: true }
  return unknown('inquiry: a status that we do not know')
}

/** It was received under our name, or it was not; what came of it is asked of its own id. */
function readFollowUpSearch(reply: Answered, data: Data): Outcome {
  const found = reply.status === 201 ? parse(Found, reply) : undefined
  if (!found) return unknown(`inquiry: status ${reply.status}`)
  const summaries = found._embedded?.transactionSummaries ?? []
  if (summaries.some((one) => one.clientReferenceInformation.code !== data.ourReference))
    return anotherReference
  const mine = summaries.find((one) => serviceIn(one.applicationInformation.applications, data))
  if (!mine) return summaries.length === 0 ? { kind: 'absent' } : unknown('inquiry: another service')
  const { rCode, reasonCode } = serviceIn(mine.applicationInformation.applications, data) ?? {}
  if (rCode === '1') return { kind: 'done', gatewayRef: mine.id, later: true }
  return rCode === '0' || rCode === '-1'
    ? declined('not-permitted', reasonCode ?? 'failed', mine.id)
    : unknown('under way at the gateway')
}

function serviceIn(applications: FollowUpFound['applicationInformation']['applications'], { kind }: Data) {
  return applications.find(({ name }) => services[String(kind)]?.includes(name))
}

const application = ({ applicationInformation }: Summary, name: string) =>
  applicationInformation.applications.find((one) => one.name === name)

function readSummary(payment: Summary): Outcome {
  const { rCode, reasonCode } = application(payment, 'ics_auth') ?? {}
  const { totalAmount, currency } = payment.orderInformation.amountDetails
  if (rCode === '1') {
    const echoed = fromDecimal(totalAmount, currency)
    if (!echoed) return unknown('an amount that is none of this currency')
    const captured = application(payment, 'ics_bill')?.rCode === '1'
    const authCode = present('authCode', payment.processorInformation?.approvalCode)
    return { kind: 'approved', gatewayRef: payment.id, captured, echoed, ...authCode }
  }
  if (rCode !== '0' || reasonCode == null) return unknown('under way at the gateway')
  return declinedBy(reasonOfCode.get(reasonCode) ?? reasonCode, payment.id)
}
