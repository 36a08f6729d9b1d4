import { createHmac } from 'node:crypto'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { ConformanceFixture, Scenario, Told } from './fixture.ts'
import { worldpayWireFields } from './wire-fields/worldpay.ts'

/**
 * Access Worldpay, written from its public documentation:
 * - payments: https://developer.worldpay.com/products/access/payments/enable-features/moto and https://docs.worldpay.com/access/products/payments/openapi
 * - kept cards: https://developer.worldpay.com/products/payments/use-a-stored-card and …/recurring-subsequent
 * - deleting one: https://developer.worldpay.com/docs/access-worldpay/api/references/tokens/token/ (its own Accept header)
 * - follow-ups: https://docs.worldpay.com/access/products/payments/openapi/manage-payments.md
 * - looking up: https://developer.worldpay.com/products/payment-queries and …/openapi (its own Accept header)
 * - refusals: https://developer.worldpay.com/products/reference/refusal-response
 * - events: https://docs.worldpay.com/access/products/events/openapi and …/events/signature
 */
const answered = (status: number, body: object): GatewayReply => ({
  kind: 'answered',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const origin = 'https://try.access.worldpay.com'
const linkData = 'eyJrIjoiazNhYjYzMiJ9'
const field = (call: GatewayCall, path: string) =>
  call.body?.fields.find((one) => one.path.join('.') === path)?.value

const actionsAt = (base: string) =>
  Object.fromEntries(
    [
      ['settlePayment', 'settlements'],
      ['partiallySettlePayment', 'partialSettlements'],
      ['cancelPayment', 'cancellations'],
      ['refundPayment', 'refunds'],
      ['partiallyRefundPayment', 'partialRefunds'],
    ].map(([name, path]) => [name, { href: `${base}/api/payments/${linkData}/${path}`, method: 'POST' }]),
  )

const links = { self: { href: `${origin}/api/payments/${linkData}` } }

type About = Extract<Scenario, { ourReference: string }>

function made(scenario: About): GatewayReply {
  const { ourReference: transactionReference } = scenario
  const whole = { transactionReference, paymentId: 'paycGeAtsYssrrtgieKBA3Pi0' }
  switch (scenario.do) {
    case 'approve': {
      const token = { href: `${origin}/tokens/eyJrIjoxfQ`, schemeReference: '060720116005060' }
      const issuer = { authorizationCode: '675725' }
      const outcome = scenario.captured ? 'sentForSettlement' : 'authorized'
      const body = { outcome, ...whole, issuer, token, _links: links, _actions: actionsAt(origin) }
      return answered(scenario.captured ? 202 : 201, body)
    }
    case 'decline': {
      const refusal = { refusalCode: scenario.gatewayCode, refusalDescription: 'REFUSED' }
      return answered(201, { outcome: 'refused', ...whole, ...refusal })
    }
    case 'ask-cardholder':
      return answered(201, { outcome: '3dsChallenged', ...whole })
    case 'find-pending':
      return answered(202, { outcome: 'sentForAuthorization', ...whole })
  }
}

function found(scenario: About): object {
  const { money, ourReference: transactionReference } = scenario
  const value = { amount: money.amountMinor, currency: money.currency }
  const events = {
    approve: scenario.do === 'approve' && scenario.captured ? 'sentForSettlement' : 'authorized',
    decline: 'refused',
    'ask-cardholder': 'sentForAuthorization',
    'find-pending': 'sentForAuthorization',
  } as const
  const code = scenario.do === 'decline' ? { refusalCode: scenario.gatewayCode } : {}
  const payment = { transactionReference, paymentId: 'paycGeAtsYssrrtgieKBA3Pi0', value, ...code }
  return { ...payment, lastEvent: events[scenario.do], _links: links }
}

/** Each of the two APIs names its version in its own way, and knows no other. */
function isAccepted({ path, headers }: GatewayCall): boolean {
  const header = (wanted: string) => headers.find(({ name }) => name.toLowerCase() === wanted)?.value
  return path.startsWith('/paymentQueries/')
    ? header('accept') === 'application/vnd.worldpay.payment-queries-v1.hal+json'
    : header('wp-api-version') === '2024-06-01'
}

function answer(call: GatewayCall, scenario: Scenario): GatewayReply {
  if (!isAccepted(call))
    return answered(406, { errorName: 'headerHasInvalidValue', message: 'No such version' })
  if (scenario.do === 'refuse') {
    // The payment is there; what is asked for is not offered any more.
    return answered(200, { lastEvent: 'settled', _actions: {} })
  }
  if (scenario.do === 'find-nothing') return answered(200, { _embedded: { payments: [] }, _links: {} })
  if (scenario.do === 'accept') {
    return call.method === 'GET'
      ? answered(200, { lastEvent: 'authorized', _actions: actionsAt(call.origin) })
      : answered(202, { _links: links, _actions: {} })
  }
  if (call.method === 'GET') return answered(200, { _embedded: { payments: [found(scenario)] }, _links: {} })
  return made(scenario)
}

function signRaw(body: Uint8Array, secret: string) {
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return { body, headers: { 'event-signature': `1/SHA256/${'0'.repeat(64)},2/SHA256/${signature}` } }
}

const types: Readonly<Record<string, string>> = {
  authorised: 'authorized',
  declined: 'refused',
  captured: 'sentForSettlement',
  'capture-failed': 'settlementFailed',
  voided: 'cancelled',
  refunded: 'refunded',
  'refund-failed': 'refundFailed',
  'charged-back': 'informationRequested',
  other: 'sentForAuthorization',
}

function eventBody({ id, what, ourReference, money }: Told): Buffer {
  const eventDetails = {
    classification: what === 'charged-back' ? 'chargeback' : 'payment',
    transactionReference: ourReference,
    type: types[what],
    date: '2026-01-15',
    amount: { value: money.amountMinor, currencyCode: money.currency },
    _links: { payment: { href: '' } },
  }
  return Buffer.from(JSON.stringify({ eventId: id, eventTimestamp: '2026-01-15T12:00:00.000', eventDetails }))
}

export const worldpayFixture: ConformanceFixture = {
  wireFields: worldpayWireFields,
  namesFirstPayment: true,
  account: {
    origin,
    apiKey: 'password_for_tests_only',
    timeoutMs: 20_000,
    settings: { username: 'tester', entity: 'default', narrative: 'Tonewall tests' },
  },
  gatewayRef: linkData,
  carriesText: false,
  answer,
  movesMoney: ({ method, operation }) => method === 'POST' && operation !== 'tokenise',
  // Authorisations have our reference for a name; follow-ups have theirs, or are cancellations of the whole.
  idempotencyKeyOf: (call) =>
    String(
      field(call, 'transactionReference') ?? field(call, 'reference') ?? 'att_01jd3f8p0m9x2v7k4q6r5s8t1x',
    ),
  moneyOf(call) {
    const at = call.path === '/api/payments' ? 'instruction.value' : 'value'
    const [amount, currency] = [field(call, `${at}.amount`), field(call, `${at}.currency`)]
    return typeof amount === 'number' && typeof currency === 'string'
      ? { amountMinor: amount, currency }
      : undefined
  },
  declineCodes: {
    'insufficient-funds': '51',
    'expired-card': '33',
    'incorrect-csc': '82',
    'incorrect-card': '14',
    'stolen-or-lost': '43',
    'do-not-honour': '5',
    'authentication-required': '65',
    'limit-exceeded': '61',
    'not-permitted': '57',
    'gateway-error': '91',
    'fraud-suspected': '34',
    other: '999',
  },
  saysMoto: (call) => field(call, 'channel') === 'moto',
  pendingRefunds: true,
  asksCardholder: true,
  webhooks: {
    secret: 'a-shared-secret-of-worldpay-77',
    nowMs: Date.UTC(2026, 0, 15, 12),
    kinds: [
      'authorised',
      'declined',
      'captured',
      'capture-failed',
      'voided',
      'refunded',
      'refund-failed',
      'charged-back',
      'other',
    ],
    deliver: (told, secret) => told.map((one) => signRaw(eventBody(one), secret)),
    signRaw,
  },
  keptCard: {
    token: `${origin}/tokens/eyJrIjoxfQ`,
    answer({ headers }, does) {
      const accept = headers.find(({ name }) => name.toLowerCase() === 'accept')?.value
      if (accept !== 'application/vnd.worldpay.tokens-v3.hal+json')
        return answered(406, { errorName: 'headerHasInvalidValue', message: 'No such version' })
      if (does === 'deletes') return { kind: 'answered', status: 204, headers: {}, body: '' }
      return does === 'refuses'
        ? answered(401, { errorName: 'accessDenied', message: 'No.' })
        : answered(404, { errorName: 'resourceNotFound', message: 'No such token' })
    },
  },
  unclearAnswers: [
    answered(202, {
      outcome: 'sentForAuthorization',
      transactionReference: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w',
    }),
    answered(201, { outcome: 'authorized', transactionReference: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w' }),
    answered(429, { errorName: 'tooManyRequests' }),
    answered(500, { errorName: 'internalErrorOccurred' }),
    answered(400, { errorName: 'somethingOfNextYear' }),
  ],
}
