import type { Money } from '../../src/base/money.ts'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { ConformanceFixture, Scenario } from './fixture.ts'
import { sandboxWebhooks } from './sandbox-webhooks.ts'
import { sandboxWireFields } from './wire-fields/sandbox.ts'

const answered = (status: number, body: object): GatewayReply => ({
  kind: 'answered',
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
})

const refusal = (status: number, code: string) => answered(status, { error: { code, message: 'No.' } })

function authorisation({ amountMinor, currency }: Money, ourReference: string, changes: object) {
  return {
    id: 'auth_7k3q9m2v7k4q6r5s8t1w',
    outcome: 'approved',
    status: 'authorised',
    amount: amountMinor,
    currency,
    ourReference,
    merchantReference: 'order-7',
    captured: false,
    capturedAmount: 0,
    refundedAmount: 0,
    authCode: '204815',
    decline: null,
    card: { brand: 'visa', last4: '4242' },
    createdAt: '2026-01-15T12:00:00.000Z',
    ...changes,
  }
}

const field = (call: GatewayCall, name: string) =>
  call.body?.fields.find(({ path }) => path.length === 1 && path[0] === name)?.value

function authorisationFor(
  scenario: Exclude<Scenario, { do: 'accept' | 'ask-cardholder' | 'refuse' | 'find-nothing' }>,
) {
  const { money, ourReference } = scenario
  switch (scenario.do) {
    case 'approve': {
      const { captured } = scenario
      return authorisation(money, ourReference, { captured, status: captured ? 'captured' : 'authorised' })
    }
    case 'decline': {
      const decline = { code: scenario.gatewayCode, message: 'Declined.' }
      return authorisation(money, ourReference, {
        outcome: 'declined',
        status: 'declined',
        authCode: null,
        decline,
      })
    }
    case 'find-pending': {
      const nothing = { id: null, authCode: null, card: null, createdAt: null }
      return authorisation(money, ourReference, { ...nothing, outcome: 'pending', status: 'pending' })
    }
  }
}

function answer(call: GatewayCall, scenario: Scenario): GatewayReply {
  switch (scenario.do) {
    case 'ask-cardholder':
    case 'refuse':
      return refusal(422, 'not_voidable')
    case 'find-nothing':
      return answered(200, { authorisations: [] })
    case 'accept': {
      const kind = call.operation
      const { amountMinor: amount, currency } = scenario.money
      const at = { createdAt: '2026-01-15T12:00:00.000Z', ourReference: field(call, 'ourReference') }
      return answered(201, {
        id: 'cap_1',
        kind,
        authorisationId: scenario.gatewayRef,
        amount,
        currency,
        ...at,
      })
    }
    default: {
      const found = authorisationFor(scenario)
      return call.operation === 'inquire' ? answered(200, { authorisations: [found] }) : answered(201, found)
    }
  }
}

/** The sandbox gateway, as `src/sandbox` answers. */
export const sandboxFixture: ConformanceFixture = {
  wireFields: sandboxWireFields,
  namesFirstPayment: true,
  account: { origin: 'https://localhost:7443', apiKey: 'sk_sandbox_for_tests_only', timeoutMs: 10_000 },
  answer,
  webhooks: sandboxWebhooks,
  movesMoney: ({ method }) => method === 'POST',
  idempotencyKeyOf: ({ headers }) => headers.find(({ name }) => name === 'idempotency-key')?.value,
  moneyOf(call) {
    const [amount, currency] = [field(call, 'amount'), field(call, 'currency')]
    return typeof amount === 'number' && typeof currency === 'string'
      ? { amountMinor: amount, currency }
      : undefined
  },
  saysMoto: (call) => field(call, 'moto') === true,
  declineCodes: {
    'insufficient-funds': 'insufficient_funds',
    'expired-card': 'expired_card',
    'incorrect-csc': 'incorrect_csc',
    'incorrect-card': 'incorrect_number',
    'stolen-or-lost': 'stolen_card',
    'do-not-honour': 'do_not_honour',
    'authentication-required': 'authentication_required',
    'limit-exceeded': 'limit_exceeded',
    'not-permitted': 'live_card_in_sandbox',
    'gateway-error': 'processing_error',
    'fraud-suspected': 'suspected_fraud',
    other: 'a_code_of_next_year',
  },
  keptCard: {
    token: 'tok_7k3q9m2v7k4q6r5s8t1w',
    answer(_call, does) {
      if (does === 'deletes') return { kind: 'answered', status: 204, headers: {}, body: '' }
      return does === 'refuses' ? refusal(404, 'not_found') : refusal(404, 'token_not_found')
    },
  },
  unclearAnswers: [
    refusal(409, 'idempotency_key_in_use'),
    refusal(422, 'idempotency_key_reused'),
    refusal(400, 'a_code_of_next_year'),
    refusal(503, 'stopping'),
  ],
}
