import { createHmac } from 'node:crypto'
import { amounts } from '../../src/connectors/adyen/decline-codes.ts'
import { fromGatewayUnits } from '../../src/connectors/amounts.ts'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { ConformanceFixture, Scenario, Told } from './fixture.ts'
import { adyenWireFields } from './wire-fields/adyen.ts'

const answered = (status: number, body: object): GatewayReply => ({
  kind: 'answered',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const refusal = (status: number, errorCode: string, errorType = 'validation') =>
  answered(status, { status, errorCode, errorType, message: 'No.', pspReference: 'V4HZ4RBFJGXXGN82' })

const pspReference = '993617895204576J'
const field = (call: GatewayCall, path: string) =>
  call.body?.fields.find((one) => one.path.join('.') === path)?.value

function answer(call: GatewayCall, scenario: Scenario): GatewayReply {
  if (scenario.do === 'refuse') return refusal(422, '167')
  if (scenario.do === 'accept') {
    const { money, gatewayRef } = scenario
    const amount = { value: money.amountMinor, currency: money.currency }
    const ofWhat =
      call.operation === 'reverse'
        ? { paymentReference: field(call, 'paymentReference') }
        : { paymentPspReference: gatewayRef, ...(call.operation === 'void' ? {} : { amount }) }
    const received = { merchantAccount: 'TestMerchant', status: 'received', pspReference: 'MOD1' }
    return answered(201, { ...received, ...ofWhat })
  }
  if (scenario.do === 'find-nothing') throw new Error('Adyen is never asked')
  return answered(200, { ...result(scenario), pspReference, merchantReference: scenario.ourReference })
}

function result(scenario: Extract<Scenario, { ourReference: string }>) {
  const { amountMinor: value, currency } = scenario.money
  switch (scenario.do) {
    case 'approve': {
      const token = { 'tokenization.storedPaymentMethodId': 'M5N7TQ4TG5PFWR50' }
      const additionalData = { authCode: '044925', networkTxReference: 'MCC123456789012', ...token }
      return { resultCode: 'Authorised', amount: { value, currency }, additionalData }
    }
    case 'decline':
      return { resultCode: 'Refused', refusalReason: 'No', refusalReasonCode: scenario.gatewayCode }
    case 'ask-cardholder':
      return { resultCode: 'RedirectShopper', action: { type: 'redirect' } }
    case 'find-pending':
      return { resultCode: 'Pending' }
  }
}

/** Which error names a token that is not there is not documented; what the shopper has stored is. */
function forgetting({ method }: GatewayCall, does: 'deletes' | 'knows-none' | 'refuses'): GatewayReply {
  if (method === 'DELETE')
    return does === 'deletes' ? { kind: 'answered', status: 204, headers: {}, body: '' } : refusal(422, '800')
  const another = { id: 'M5N7TQ4TG5PFWR51', type: 'scheme' }
  const kept = does === 'refuses' ? [{ id: 'M5N7TQ4TG5PFWR50', type: 'scheme' }] : []
  return answered(200, { merchantAccount: 'TestMerchant', storedPaymentMethods: [another, ...kept] })
}

const codes: Readonly<Record<string, readonly [eventCode: string, success: string]>> = {
  authorised: ['AUTHORISATION', 'true'],
  declined: ['AUTHORISATION', 'false'],
  captured: ['CAPTURE', 'true'],
  'capture-failed': ['CAPTURE_FAILED', 'true'],
  voided: ['CANCELLATION', 'true'],
  'void-failed': ['TECHNICAL_CANCEL', 'false'],
  refunded: ['REFUND', 'true'],
  'refund-failed': ['REFUND', 'false'],
  'charged-back': ['CHARGEBACK', 'true'],
  other: ['REPORT_AVAILABLE', 'true'],
}

function itemOf({ id, what, gatewayRef, ourReference, money }: Told, secret: string) {
  const [eventCode, success] = codes[what]!
  const own = eventCode === 'AUTHORISATION'
  const item = {
    pspReference: own ? gatewayRef : id,
    ...(own ? {} : { originalReference: gatewayRef }),
    merchantAccountCode: 'TestMerchant',
    merchantReference: ourReference,
    amount: { value: money.amountMinor, currency: money.currency },
    eventCode,
    eventDate: '2026-01-15T12:00:00+00:00',
    success,
  }
  const { pspReference: psp, originalReference = '', merchantAccountCode, merchantReference, amount } = item
  const message = `${psp}:${originalReference}:${merchantAccountCode}:${merchantReference}:${amount.value}:${amount.currency}:${eventCode}:${success}`
  const hmacSignature = createHmac('sha256', Buffer.from(secret, 'hex')).update(message).digest('base64')
  return { NotificationRequestItem: { ...item, additionalData: { hmacSignature } } }
}

/** Adyen, as https://docs.adyen.com/api-explorer/Checkout/72/overview describes it. */
export const adyenFixture: ConformanceFixture = {
  wireFields: adyenWireFields,
  namesFirstPayment: true,
  account: {
    origin: 'https://checkout-test.adyen.com',
    apiKey: 'AQE_for_tests_only',
    timeoutMs: 20_000,
    settings: { merchantAccount: 'TestMerchant' },
  },
  gatewayRef: pspReference,
  answer,
  movesMoney: ({ operation }) => operation !== 'tokenise',
  idempotencyKeyOf: ({ headers }) => headers.find(({ name }) => name === 'idempotency-key')?.value,
  moneyOf(call) {
    const [value, currency] = [field(call, 'amount.value'), field(call, 'amount.currency')]
    return typeof value === 'number' && typeof currency === 'string'
      ? fromGatewayUnits(value, currency, amounts)
      : undefined
  },
  declineCodes: {
    'insufficient-funds': '12',
    'expired-card': '6',
    'incorrect-csc': '24',
    'incorrect-card': '8',
    'stolen-or-lost': '5',
    'do-not-honour': '2',
    'authentication-required': '38',
    'limit-exceeded': '28',
    'not-permitted': '23',
    'gateway-error': '9',
    'fraud-suspected': '20',
    other: '999',
  },
  saysMoto: (call) => field(call, 'shopperInteraction') === 'Moto',
  pendingRefunds: true,
  asksCardholder: true,
  webhooks: {
    secret: '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056',
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
    deliver(told, secret) {
      const body = { live: 'false', notificationItems: told.map((one) => itemOf(one, secret)) }
      return [{ body: Buffer.from(JSON.stringify(body)), headers: {} }]
    },
  },
  keptCard: { token: 'M5N7TQ4TG5PFWR50', customerRef: 'cus_kept1', answer: forgetting },
  unclearAnswers: [
    answered(200, { resultCode: 'Pending', pspReference }),
    answered(200, { resultCode: 'Received', pspReference }),
    answered(200, { resultCode: 'PartiallyAuthorised', pspReference }),
    refusal(422, '704'),
    refusal(500, '905', 'configuration'),
    refusal(422, '000', 'internal'),
  ],
}
