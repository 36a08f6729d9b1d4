import { createHmac } from 'node:crypto'
import { fromGatewayUnits } from '../../src/connectors/amounts.ts'
import { amounts } from '../../src/connectors/stripe/amounts.ts'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { ConformanceFixture, Scenario, Told } from './fixture.ts'
import { stripeWireFields } from './wire-fields/stripe.ts'

const answered = (status: number, body: object): GatewayReply => ({
  kind: 'answered',
  status,
  headers: { 'content-type': 'application/json', 'request-id': 'req_1' },
  body: JSON.stringify(body),
})

const intentId = 'pi_3Pgaf7k3q'
const field = (call: GatewayCall, ...path: string[]) =>
  call.body?.fields.find((one) => one.path.join('.') === path.join('.'))?.value

const units = { JPY: 1, KWD: 1, GBP: 1, EUR: 1, UGX: 100 } as Readonly<Record<string, number>>

type About = Extract<Scenario, { ourReference: string }>

function intent({ money, ourReference }: Pick<About, 'money' | 'ourReference'>, changes: object) {
  const amount = money.amountMinor * (units[money.currency] ?? 1)
  return {
    object: 'payment_intent',
    id: intentId,
    status: 'requires_confirmation',
    amount,
    amount_capturable: 0,
    amount_received: 0,
    currency: money.currency.toLowerCase(),
    metadata: { our_reference: ourReference, merchant_reference: 'order 7' },
    last_payment_error: null,
    ...changes,
  }
}

const cardError = (code: string, changes: object = {}) => ({
  error: { type: 'card_error', code: 'card_declined', decline_code: code, message: 'No.', ...changes },
})

function settled(scenario: About) {
  const whole = intent(scenario, {})
  switch (scenario.do) {
    case 'approve':
      return scenario.captured
        ? { ...whole, status: 'succeeded', amount_received: whole.amount }
        : { ...whole, status: 'requires_capture', amount_capturable: whole.amount }
    case 'decline': {
      const last_payment_error = cardError(scenario.gatewayCode).error
      return { ...whole, status: 'requires_payment_method', last_payment_error }
    }
    case 'ask-cardholder':
      return { ...whole, status: 'requires_action' }
    case 'find-pending':
      return { ...whole, status: 'processing' }
  }
}

/** What Stripe answers on the way to the confirmation, of the call's own amount. */
function prepared(call: GatewayCall, scenario: Scenario): GatewayReply {
  const { ourReference } = scenario as About
  if (call.path === '/v1/payment_methods') return answered(200, { object: 'payment_method', id: 'pm_kept1' })
  if (call.path === '/v1/customers') return answered(200, { object: 'customer', id: 'cus_kept1' })
  if (call.path === '/v1/setup_intents') {
    const kept = { object: 'setup_intent', id: 'seti_1', status: 'succeeded', payment_method: 'pm_kept1' }
    return answered(200, kept)
  }
  const money = { amountMinor: Number(field(call, 'amount')), currency: String(field(call, 'currency')) }
  return answered(200, { ...intent({ money, ourReference }, {}), amount: money.amountMinor })
}

function answer(call: GatewayCall, scenario: Scenario): GatewayReply {
  const { path } = call
  if (scenario.do === 'refuse') {
    const code = 'payment_intent_unexpected_state'
    return answered(400, { error: { type: 'invalid_request_error', code, message: 'No.' } })
  }
  if (scenario.do === 'find-nothing')
    return answered(200, { object: 'search_result', data: [], has_more: false })
  if (scenario.do === 'accept') {
    const { money, gatewayRef, later } = scenario
    if (path !== '/v1/refunds') {
      const status = path.endsWith('/cancel') ? 'canceled' : 'succeeded'
      const amount_received = money.amountMinor
      return answered(200, {
        ...intent({ money, ourReference: 'att' }, {}),
        id: gatewayRef,
        status,
        amount_received,
      })
    }
    const { amountMinor: amount } = money
    const status = later ? 'pending' : 'succeeded'
    const currency = money.currency.toLowerCase()
    return answered(200, {
      object: 'refund',
      id: 're_1',
      status,
      amount,
      currency,
      payment_intent: gatewayRef,
    })
  }
  if (path.endsWith('/confirm')) {
    if (scenario.do !== 'decline') return answered(200, settled(scenario))
    const payment_intent = settled(scenario)
    return answered(402, cardError(scenario.gatewayCode, { payment_intent }))
  }
  if (path.endsWith('/cancel')) return answered(200, { ...settled(scenario), status: 'canceled' })
  if (path.startsWith('/v1/payment_intents/search'))
    return answered(200, { object: 'search_result', data: [settled(scenario)], has_more: false })
  return prepared(call, scenario)
}

/** A detached one is refused without a code of its own, and can be looked at; with its customer, it is still kept. */
function forgetting({ path }: GatewayCall, does: 'deletes' | 'knows-none' | 'refuses'): GatewayReply {
  const method = { object: 'payment_method', id: 'pm_kept1', type: 'card' }
  if (path.endsWith('/detach') && does === 'deletes') return answered(200, { ...method, customer: null })
  if (!path.endsWith('/detach') && does === 'refuses')
    return answered(200, { ...method, customer: 'cus_kept1' })
  const code = path.endsWith('/detach') ? {} : { code: 'resource_missing' }
  const error = { type: 'invalid_request_error', message: 'No.', ...code }
  return answered(path.endsWith('/detach') ? 400 : 404, { error })
}

const nowMs = Date.UTC(2026, 0, 15, 12)

function signRaw(body: Uint8Array, secret: string) {
  const t = nowMs / 1_000
  const v1 = createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')
  return { body, headers: { 'stripe-signature': `t=${t},v1=${'0'.repeat(64)},v1=${v1},v0=old` } }
}

const types: Readonly<Record<string, string>> = {
  authorised: 'payment_intent.amount_capturable_updated',
  captured: 'payment_intent.succeeded',
  declined: 'payment_intent.payment_failed',
  voided: 'payment_intent.canceled',
  refunded: 'charge.refund.updated',
  'refund-failed': 'charge.refund.updated',
  'charged-back': 'charge.dispute.created',
  other: 'account.updated',
}

function eventBody({ id, what, gatewayRef, ourReference, money }: Told): Buffer {
  const type = types[what]!
  const own = type.startsWith('payment_intent.')
  const object = {
    id: own || what === 'other' ? gatewayRef : 're_1',
    amount: money.amountMinor,
    amount_received: what === 'captured' ? money.amountMinor : 0,
    currency: money.currency.toLowerCase(),
    status: what === 'refunded' ? 'succeeded' : 'failed',
    payment_intent: own ? null : gatewayRef,
    metadata: { our_reference: ourReference },
  }
  return Buffer.from(JSON.stringify({ object: 'event', id, type, data: { object } }))
}

/** Stripe, as https://docs.stripe.com/api describes it (2023-08-16). */
export const stripeFixture: ConformanceFixture = {
  wireFields: stripeWireFields,
  account: { origin: 'https://api.stripe.com', apiKey: 'sk_test_for_tests_only', timeoutMs: 20_000 },
  gatewayRef: intentId,
  answer,
  movesMoney: ({ path }) => /\/(confirm|capture|cancel)$|^\/v1\/refunds$/.test(path),
  idempotencyKeyOf: ({ headers }) => headers.find(({ name }) => name === 'idempotency-key')?.value,
  moneyOf(call) {
    const [amount, currency] = [field(call, 'amount'), field(call, 'currency')]
    return typeof amount === 'number' && typeof currency === 'string'
      ? fromGatewayUnits(amount, currency.toUpperCase(), amounts)
      : undefined
  },
  declineCodes: {
    'insufficient-funds': 'insufficient_funds',
    'expired-card': 'expired_card',
    'incorrect-csc': 'incorrect_cvc',
    'incorrect-card': 'incorrect_number',
    'stolen-or-lost': 'stolen_card',
    'do-not-honour': 'generic_decline',
    'authentication-required': 'authentication_required',
    'limit-exceeded': 'card_velocity_exceeded',
    'not-permitted': 'card_not_supported',
    'gateway-error': 'processing_error',
    'fraud-suspected': 'fraudulent',
    other: 'a_code_of_next_year',
  },
  saysMoto: (call) => field(call, 'payment_method_options', 'card', 'moto') === true,
  pendingRefunds: true,
  asksCardholder: true,
  webhooks: {
    secret: 'whsec_for_tests_only_77',
    nowMs,
    kinds: ['authorised', 'captured', 'declined', 'voided', 'refunded', 'refund-failed', 'charged-back'],
    deliver: (told, secret) => told.map((one) => signRaw(eventBody(one), secret)),
    signRaw,
  },
  keptCard: { token: 'pm_kept1', customerRef: 'cus_kept1', answer: forgetting },
  unclearAnswers: [
    answered(409, { error: { type: 'idempotency_error', message: 'Another request is under way.' } }),
    answered(429, { error: { type: 'invalid_request_error', code: 'rate_limit' } }),
    answered(402, cardError('insufficient_funds', { payment_intent: { id: 'pi_another' } })),
    answered(400, { error: { type: 'api_error' } }),
    answered(500, { error: { type: 'api_error' } }),
  ],
}
