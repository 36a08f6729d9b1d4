import { fromDecimal } from '../../src/connectors/amounts.ts'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { ConformanceFixture, Scenario } from './fixture.ts'
import { payConnectorWireFields } from './wire-fields/pay-connector.ts'

/**
 * A merchant's endpoint of the Generic Pay Connector's shape, written from
 * https://www.twilio.com/docs/voice/twiml/pay/generic-pay-connector
 */
const answered = (status: number, body: object): GatewayReply => ({
  kind: 'answered',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const field = (call: GatewayCall, path: string) =>
  call.body?.fields.find((one) => one.path.join('.') === path)?.value

function answer(call: GatewayCall, scenario: Scenario): GatewayReply {
  if (!('ourReference' in scenario)) throw new Error('the standard has nothing after a charge')
  const transaction_id = scenario.ourReference
  if (scenario.do === 'decline')
    return answered(200, {
      transaction_id,
      charge_id: null,
      error_code: scenario.gatewayCode,
      error_message: 'No.',
    })
  const made = field(call, 'method') === 'tokenize' ? { token_id: 'tok_1' } : { charge_id: 'ch_1' }
  return answered(200, { transaction_id, ...made, error_code: null, error_message: null })
}

export const payConnectorFixture: ConformanceFixture = {
  wireFields: payConnectorWireFields,
  account: {
    origin: 'https://pay.merchant.example',
    apiKey: 'password_for_tests_only',
    timeoutMs: 20_000,
    settings: { username: 'tester', path: '/payments/card' },
  },
  answer,
  movesMoney: (call) => field(call, 'method') === 'charge',
  idempotencyKeyOf: (call) => String(field(call, 'transaction_id')),
  moneyOf(call) {
    const [amount, currency] = [field(call, 'amount'), field(call, 'currency_code')]
    return typeof amount === 'string' && typeof currency === 'string'
      ? fromDecimal(amount, currency)
      : undefined
  },
  declineCodes: {
    'insufficient-funds': 'insufficient_funds',
    'expired-card': 'expired_card',
    'incorrect-csc': 'invalid_cvv',
    'incorrect-card': 'invalid_card_number',
    'stolen-or-lost': 'stolen_card',
    'do-not-honour': 'card_declined',
    'authentication-required': 'authentication_required',
    'limit-exceeded': 'limit_exceeded',
    'not-permitted': 'card_not_supported',
    'gateway-error': 'processing_error',
    'fraud-suspected': 'fraudulent',
    other: '7',
  },
  unclearAnswers: [
    answered(200, { charge_id: 'ch_1', error_code: 'insufficient_funds' }),
    answered(200, { charge_id: null, error_code: null }),
    answered(400, { error_code: 'bad_request' }),
    answered(402, { error_code: 'insufficient_funds' }),
  ],
}
