import { createHmac } from 'node:crypto'
import { toDecimal } from '../../src/base/money.ts'
import { fromDecimal } from '../../src/connectors/amounts.ts'
import { reasonOfCode } from '../../src/connectors/cybersource/decline-codes.ts'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { ConformanceFixture, Delivered, Scenario, Told } from './fixture.ts'
import { cybersourceWireFields } from './wire-fields/cybersource.ts'

/**
 * CyberSource, written from its public documentation:
 * - payments and MOTO: https://developer.cybersource.com/api-reference-assets/index.html#payments_payments_process-a-payment and https://developer.worldpay.com/products/worldpay-business-payments/moto-payments-via-restapi
 * - signature: https://developer.cybersource.com/library/documentation/dev_guides/REST_API/Getting_Started/html/REST_GS/ch_authentication.5.3.htm
 * - timeout reversal: https://app.unpkg.com/cybersource-rest-client@0.0.74/files/docs/MitReversalRequest.md
 * - search: https://app.unpkg.com/cybersource-rest-client@0.0.74/files/docs/TssV2TransactionsPost201ResponseEmbeddedTransactionSummaries.md
 * - webhooks: https://developer.cybersource.com/docs/cybs/en-us/webhooks/implementation/all/rest/webhooks.html (events, signature, format)
 * - deleting a kept card: https://developer.cybersource.com/docs/cybs/en-us/tms/developer/ctv/rest/tms/tms-cust-pi-tkn/tms-cust-pi-tkn-delete-intro.html
 * - reasons: https://developer.cybersource.com/api/reference/response-codes.html
 */
const answered = (status: number, body: object): GatewayReply => ({
  kind: 'answered',
  status,
  headers: { 'content-type': 'application/hal+json' },
  body: JSON.stringify(body),
})

const paymentId = '6461731521426399003473'
const field = (call: GatewayCall, path: string) =>
  call.body?.fields.find((one) => one.path.join('.') === path)?.value

const codeOfReason = new Map([...reasonOfCode].map(([code, reason]) => [reason, code]))

type About = Extract<Scenario, { ourReference: string }>

function made(scenario: About): GatewayReply {
  const { money, ourReference: code } = scenario
  const whole = { id: paymentId, submitTimeUtc: '2026-01-15T12:00:00Z', clientReferenceInformation: { code } }
  switch (scenario.do) {
    case 'approve': {
      const authorizedAmount = toDecimal(money)
      return answered(201, {
        ...whole,
        status: 'AUTHORIZED',
        orderInformation: { amountDetails: { authorizedAmount, currency: money.currency } },
        processorInformation: { approvalCode: '888888', networkTransactionId: '123456789619999' },
        tokenInformation: {
          customer: { id: 'C2057978C71B9628E0' },
          paymentInstrument: { id: 'C2057978C71C9628E0' },
        },
      })
    }
    case 'decline':
      return answered(201, {
        ...whole,
        status: 'DECLINED',
        errorInformation: { reason: scenario.gatewayCode },
      })
    case 'ask-cardholder': {
      const errorInformation = { reason: 'CONSUMER_AUTHENTICATION_REQUIRED' }
      return answered(201, { ...whole, status: 'PENDING_AUTHENTICATION', errorInformation })
    }
    case 'find-pending':
      return answered(201, { ...whole, status: 'AUTHORIZED_PENDING_REVIEW' })
  }
}

function summary(scenario: About): object {
  const { money, ourReference: code } = scenario
  const results = {
    approve: { rCode: '1', reasonCode: '100' },
    decline: { rCode: '0', reasonCode: scenario.do === 'decline' ? reasonCodeOf(scenario.gatewayCode) : '' },
    'ask-cardholder': {},
    'find-pending': {},
  } as const
  const bill =
    scenario.do === 'approve' && scenario.captured
      ? [{ name: 'ics_bill', rCode: '1', reasonCode: '100' }]
      : []
  return {
    id: paymentId,
    clientReferenceInformation: { code },
    orderInformation: { amountDetails: { totalAmount: toDecimal(money), currency: money.currency } },
    applicationInformation: { applications: [{ name: 'ics_auth', ...results[scenario.do] }, ...bill] },
    processorInformation: { approvalCode: '888888' },
  }
}

const reasonCodeOf = (reason: string) => codeOfReason.get(reason) ?? reason

function accepted(
  call: GatewayCall,
  { money, gatewayRef }: Extract<Scenario, { do: 'accept' }>,
): GatewayReply {
  if (call.method === 'GET') {
    const orderInformation = { amountDetails: { totalAmount: toDecimal(money), currency: money.currency } }
    const applicationInformation = { applications: [{ name: 'ics_auth', rCode: '1', reasonCode: '100' }] }
    return answered(200, { id: gatewayRef, orderInformation, applicationInformation })
  }
  const status = call.path.endsWith('reversals') ? 'REVERSED' : 'PENDING'
  const code = field(call, 'clientReferenceInformation.code')
  return answered(201, { id: '6461731521426399003474', status, clientReferenceInformation: { code } })
}

function answer(call: GatewayCall, scenario: Scenario): GatewayReply {
  if (scenario.do === 'refuse') {
    if (call.method === 'GET') {
      const money = { amountMinor: 1050, currency: 'GBP' }
      return accepted(call, { do: 'accept', gatewayRef: paymentId, money })
    }
    return answered(400, { status: 'INVALID_REQUEST', reason: 'NOT_VOIDABLE', message: 'No.' })
  }
  if (scenario.do === 'find-nothing') return answered(201, { totalCount: 0, count: 0 })
  if (scenario.do === 'accept') return accepted(call, scenario)
  if (call.path === '/tss/v2/searches')
    return answered(201, {
      totalCount: 1,
      count: 1,
      _embedded: { transactionSummaries: [summary(scenario)] },
    })
  return made(scenario)
}

const webhookNowMs = 1_768_478_400_000

/** The event, and the status and links of what it is about. */
const events: Partial<Record<Told['what'], readonly [eventType: string, status: string, link?: string]>> = {
  authorised: ['payments.payments.accept', 'AUTHORIZED', 'capture'],
  captured: ['payments.payments.accept', 'AUTHORIZED', 'void'],
  declined: ['payments.payments.reject', 'DECLINED'],
  'capture-failed': ['payments.captures.reject', 'INVALID_REQUEST'],
  voided: ['payments.voids.accept', 'VOIDED'],
  'void-failed': ['payments.reversals.reject', 'DECLINED'],
  refunded: ['payments.refunds.accept', 'TRANSMITTED'],
  'refund-failed': ['payments.refunds.reject', 'DECLINED'],
}

function delivery({ id, what, gatewayRef, ourReference, money }: Told, secret: string): Delivered {
  const [eventType, status, link] = events[what]!
  const data = {
    id: `${gatewayRef}${id.replace(/[^0-9]/g, '')}`,
    status,
    clientReferenceInformation: { code: ourReference },
    orderInformation: { amountDetails: { totalAmount: toDecimal(money), currency: money.currency } },
    _links: link ? { [link]: { method: 'POST', href: '/pts/v2/' } } : {},
  }
  const about = { productId: 'cardProcessing', organizationId: 'tonewall_tests', requestType: 'NEW' }
  return signed(Buffer.from(JSON.stringify({ eventType, ...about, payload: [{ data }] })), secret)
}

/** A notification is signed as it is sent, encrypted or not. */
export function signed(body: Uint8Array, secret: string): Delivered {
  const signature = createHmac('sha256', Buffer.from(secret, 'base64'))
    .update(`${webhookNowMs}.`)
    .update(body)
    .digest('base64')
  const keyId = 'bf44c857-b182-bb05-e053-34b8d30a7a72'
  return { body, headers: { 'v-c-signature': `t=${webhookNowMs};keyId=${keyId};sig=${signature}` } }
}

export const webhookSecret = 'c2lnbmF0dXJlIGtleSBvZiB0aGUgdGVzdHMgYWxvbmUhISE'

export const cybersourceFixture: ConformanceFixture = {
  wireFields: cybersourceWireFields,
  namesFirstPayment: true,
  account: {
    origin: 'https://apitest.cybersource.com',
    apiKey: 'c2hhcmVkLXNlY3JldC1mb3ItdGVzdHMtb25seQ==',
    timeoutMs: 20_000,
    settings: { merchantId: 'tonewall_tests', keyId: '08c94330-f618-42a3-b09d-e1e43be5efda' },
  },
  gatewayRef: paymentId,
  answer,
  movesMoney: ({ path }) => path.startsWith('/pts/'),
  idempotencyKeyOf: (call) => String(field(call, 'clientReferenceInformation.code')),
  moneyOf(call) {
    const at = 'orderInformation.amountDetails'
    const [amount, currency] = [field(call, `${at}.totalAmount`), field(call, `${at}.currency`)]
    return typeof amount === 'string' && typeof currency === 'string'
      ? fromDecimal(amount, currency)
      : undefined
  },
  declineCodes: {
    'insufficient-funds': 'INSUFFICIENT_FUND',
    'expired-card': 'EXPIRED_CARD',
    'incorrect-csc': 'CVN_NOT_MATCH',
    'incorrect-card': 'INVALID_ACCOUNT',
    'stolen-or-lost': 'STOLEN_LOST_CARD',
    'do-not-honour': 'PROCESSOR_DECLINED',
    'authentication-required': 'CUSTOMER_AUTHENTICATION_REQUIRED',
    'limit-exceeded': 'EXCEEDS_CREDIT_LIMIT',
    'not-permitted': 'CARD_TYPE_NOT_ACCEPTED',
    'gateway-error': 'ISSUER_UNAVAILABLE',
    'fraud-suspected': 'DECISION_PROFILE_REJECT',
    other: 'A_REASON_OF_NEXT_YEAR',
  },
  saysMoto: (call) => field(call, 'processingInformation.commerceIndicator') === 'MOTO',
  pendingRefunds: true,
  asksCardholder: true,
  webhooks: {
    secret: webhookSecret,
    nowMs: webhookNowMs,
    kinds: Object.keys(events) as Told['what'][],
    deliver: (told, secret) => told.map((one) => delivery(one, secret)),
    signRaw: signed,
  },
  keptCard: {
    token: 'C2057978C71C9628E0',
    customerRef: 'C2057978C71B9628E0',
    answer(_call, does) {
      if (does === 'deletes') return { kind: 'answered', status: 204, headers: {}, body: '' }
      // A default instrument of several cannot be deleted.
      return does === 'refuses'
        ? answered(409, { errors: [{ type: 'conflict', message: 'No.' }] })
        : answered(410, { errors: [{ type: 'notAvailable', message: 'Token not available' }] })
    },
  },
  unclearAnswers: [
    answered(201, {
      id: paymentId,
      status: 'AUTHORIZED_PENDING_REVIEW',
      clientReferenceInformation: { code: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w' },
    }),
    answered(201, {
      id: paymentId,
      status: 'AUTHORIZED',
      clientReferenceInformation: { code: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w' },
    }),
    answered(400, { status: 'INVALID_REQUEST', reason: 'DUPLICATE_REQUEST' }),
    answered(401, { response: { rmsg: 'Authentication Failed' } }),
    answered(502, { status: 'SERVER_ERROR', reason: 'SERVER_TIMEOUT' }),
  ],
}
