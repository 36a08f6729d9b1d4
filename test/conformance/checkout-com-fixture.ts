import { createHmac } from 'node:crypto'
import { fromGatewayUnits } from '../../src/connectors/amounts.ts'
import { amounts } from '../../src/connectors/checkout-com/decline-codes.ts'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { ConformanceFixture, Scenario, Told } from './fixture.ts'
import { checkoutComWireFields } from './wire-fields/checkout-com.ts'

/**
 * Checkout.com, written from its public documentation:
 * - requests and answers: https://api-reference.checkout.com/#tag/Payments and https://api-reference.cko-prod.ckotech.co/tag/Payments
 * - looking up: https://checkout.com/docs/payments/manage-payments/get-a-list-of-payments
 * - keys: https://checkout.com/docs/payments/manage-payments/retry-a-payment
 * - kept cards: https://api-reference.checkout.com/#operation/deleteInstrument
 * - codes: https://www.checkout.com/docs/developer-resources/codes/response-codes
 */
const answered = (status: number, body: object): GatewayReply => ({
  kind: 'answered',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const paymentId = 'pay_einf5abzzgbejdpuartvqgl36i'
const field = (call: GatewayCall, path: string) =>
  call.body?.fields.find((one) => one.path.join('.') === path)?.value

type About = Extract<Scenario, { ourReference: string }>

function payment({ money, ourReference }: About, changes: object) {
  return {
    id: paymentId,
    action_id: 'act_einf5abzzgbejdpuartvqgl36i',
    amount: money.amountMinor,
    currency: money.currency,
    reference: ourReference,
    approved: true,
    status: 'Authorized',
    auth_code: '770687',
    response_code: '10000',
    response_summary: 'Approved',
    scheme_id: '638284745624527',
    source: { id: 'src_3yk7vgcu4yxedktczvd6dnialy', type: 'card', last4: '4242' },
    customer: { id: 'cus_kept1' },
    ...changes,
  }
}

function made(call: GatewayCall, scenario: About): GatewayReply {
  switch (scenario.do) {
    case 'approve': {
      const status = field(call, 'amount') === 0 ? 'Card Verified' : 'Authorized'
      return answered(201, payment(scenario, { status }))
    }
    case 'decline': {
      const declined = {
        approved: false,
        status: 'Declined',
        response_code: scenario.gatewayCode,
        auth_code: null,
      }
      return answered(201, payment(scenario, declined))
    }
    default: {
      const redirect = { href: 'https://api.sandbox.checkout.com/sessions-interceptor/sid_1' }
      const _links = scenario.do === 'ask-cardholder' ? { redirect } : {}
      return answered(202, { id: paymentId, status: 'Pending', reference: scenario.ourReference, _links })
    }
  }
}

function found(scenario: About): object {
  switch (scenario.do) {
    case 'approve':
      return payment(scenario, { status: scenario.captured ? 'Captured' : 'Authorized' })
    case 'decline':
      // The list does not say why.
      return payment(scenario, {
        approved: false,
        status: 'Declined',
        response_code: undefined,
        auth_code: undefined,
      })
    default:
      return payment(scenario, { approved: undefined, status: 'Pending' })
  }
}

function answer(call: GatewayCall, scenario: Scenario): GatewayReply {
  if (scenario.do === 'refuse')
    return answered(422, {
      request_id: 'r',
      error_type: 'request_invalid',
      error_codes: ['payment_not_capturable'],
    })
  if (scenario.do === 'find-nothing') return answered(200, { limit: 2, skip: 0, total_count: 0, data: [] })
  if (scenario.do === 'accept') {
    const reference = field(call, 'reference')
    return answered(202, { action_id: 'act_y3oqhf46pyzuxjbcn2giaqnb44', reference, _links: {} })
  }
  if (call.path.endsWith('/actions')) {
    const code = scenario.do === 'decline' ? scenario.gatewayCode : '10000'
    const action = { type: 'Authorization', approved: scenario.do !== 'decline', response_code: code }
    return answered(200, [{ id: 'act_einf5abzzgbejdpuartvqgl36i', amount: 1050, ...action }])
  }
  if (call.method === 'POST') return made(call, scenario)
  if (call.path.includes('?'))
    return answered(200, { limit: 2, skip: 0, total_count: 1, data: [found(scenario)] })
  return answered(200, found(scenario))
}

function signRaw(body: Uint8Array, secret: string) {
  return { body, headers: { 'cko-signature': createHmac('sha256', secret).update(body).digest('hex') } }
}

const types: Readonly<Record<string, string>> = {
  authorised: 'payment_approved',
  declined: 'payment_declined',
  captured: 'payment_captured',
  'capture-failed': 'payment_capture_declined',
  voided: 'payment_voided',
  'void-failed': 'payment_void_declined',
  refunded: 'payment_refunded',
  'refund-failed': 'payment_refund_declined',
  'charged-back': 'dispute_received',
  other: 'payment_expired',
}

function eventBody({ id, what, gatewayRef, ourReference, money }: Told): Buffer {
  const data = {
    id: gatewayRef,
    reference: ourReference,
    amount: money.amountMinor,
    currency: money.currency,
  }
  return Buffer.from(JSON.stringify({ id: id.replaceAll('-', ''), type: types[what], data }))
}

export const checkoutComFixture: ConformanceFixture = {
  wireFields: checkoutComWireFields,
  namesFirstPayment: true,
  account: {
    origin: 'https://vkuhvk4v.api.sandbox.checkout.com',
    apiKey: 'sk_sbox_for_tests_only',
    timeoutMs: 20_000,
    settings: { processingChannelId: 'pc_for_tests_only' },
  },
  gatewayRef: paymentId,
  answer,
  movesMoney: ({ method, operation }) => method === 'POST' && operation !== 'tokenise',
  idempotencyKeyOf: ({ headers }) => headers.find(({ name }) => name === 'cko-idempotency-key')?.value,
  moneyOf(call) {
    const [amount, currency] = [field(call, 'amount'), field(call, 'currency')]
    return typeof amount === 'number' && typeof currency === 'string'
      ? fromGatewayUnits(amount, currency, amounts)
      : undefined
  },
  declineCodes: {
    'insufficient-funds': '20051',
    'expired-card': '30033',
    'incorrect-csc': '20087',
    'incorrect-card': '20014',
    'stolen-or-lost': '30043',
    'do-not-honour': '20005',
    'authentication-required': '20154',
    'limit-exceeded': '20061',
    'not-permitted': '20057',
    'gateway-error': '20091',
    'fraud-suspected': '40101',
    other: '29999',
  },
  saysMoto: (call) => field(call, 'payment_type') === 'MOTO',
  pendingRefunds: true,
  asksCardholder: true,
  webhooks: {
    secret: 'checkout-signature-key-for-tests-77',
    nowMs: Date.UTC(2026, 0, 15, 12),
    kinds: [
      'authorised',
      'declined',
      'captured',
      'capture-failed',
      'voided',
      'void-failed',
      'refunded',
      'refund-failed',
      'charged-back',
      'other',
    ],
    deliver: (told, secret) => told.map((one) => signRaw(eventBody(one), secret)),
    signRaw,
  },
  keptCard: {
    token: 'src_3yk7vgcu4yxedktczvd6dnialy',
    answer(_call, does) {
      const status = { deletes: 204, 'knows-none': 404, refuses: 401 }[does]
      return { kind: 'answered', status, headers: {}, body: '' }
    },
  },
  unclearAnswers: [
    answered(202, {
      id: paymentId,
      status: 'Pending',
      reference: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w',
      _links: {},
    }),
    answered(429, { error_type: 'too_many_requests', error_codes: ['concurrent_request'] }),
    answered(409, { error_type: 'processing_error', error_codes: ['gateway_timeout'] }),
    answered(502, { error_type: 'processing_error', error_codes: ['gateway_timeout'] }),
  ],
}
