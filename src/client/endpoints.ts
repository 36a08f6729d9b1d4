import { z } from 'zod'
import {
  CallResource,
  ClearField,
  CreatePayment,
  ExtendCollection,
  NewTransfer,
  Page,
  PaymentResource,
  TransferResource,
} from '../contracts/desk-port.ts'
import { CaptureOrder, OperationResource, RefundOrder, VoidOrder } from '../contracts/operations.ts'
import type { PaymentStatus } from '../contracts/payment-events.ts'
import { PlatformStatus } from '../contracts/platform-status.ts'
import { DifferenceResource, NewReconciliation, ReconciliationResource } from '../contracts/reconciliation.ts'
import { connectionEndpoints } from './connection-endpoints.ts'
import { deliveryEndpoints } from './delivery-endpoints.ts'
import { all, type Endpoint, get, nothing, post } from './endpoint.ts'
import { receiptEndpoints } from './receipt-endpoints.ts'
import { storedCardEndpoints } from './stored-card-endpoints.ts'

export const WebhookEndpoint = z.strictObject({
  id: z.string(),
  url: z.string(),
  source: z.enum(['config', 'api']),
  state: z.enum(['enabled', 'disabled']),
  disabledBecause: z.string().nullable(),
  previousSecretUntil: z.number().int().nullable(),
  createdAt: z.number().int(),
})

const EndpointWithSecret = WebhookEndpoint.extend({ secret: z.string() })

/** Every operation of the API that a merchant's system uses; a test compares it with the OpenAPI document. */
export const endpoints = {
  listCalls: get('/v1/calls', Page(CallResource)),
  getCall: get('/v1/calls/{id}', CallResource),
  hangUp: post('/v1/calls/{id}/hang-up', nothing, CallResource),
  createTransfer: post('/v1/transfers', NewTransfer, TransferResource),
  createPayment: post('/v1/payments', CreatePayment, PaymentResource),
  listPayments: get('/v1/payments', Page(PaymentResource)),
  getPayment: get('/v1/payments/{id}', PaymentResource),
  arm: post('/v1/payments/{id}/arm', nothing, PaymentResource),
  clearField: post('/v1/payments/{id}/clear-field', ClearField, PaymentResource),
  useAnotherCard: post('/v1/payments/{id}/another-card', nothing, PaymentResource),
  extend: post('/v1/payments/{id}/extend', ExtendCollection, PaymentResource),
  confirm: post('/v1/payments/{id}/confirm', nothing, PaymentResource),
  cancel: post('/v1/payments/{id}/cancel', nothing, PaymentResource),
  capture: post('/v1/payments/{id}/capture', CaptureOrder, OperationResource),
  void: post('/v1/payments/{id}/void', VoidOrder, OperationResource),
  refund: post('/v1/payments/{id}/refunds', RefundOrder, OperationResource),
  listRefunds: get('/v1/payments/{id}/refunds', all(OperationResource)),
  inquire: post('/v1/payments/{id}/inquire', nothing, PaymentResource),
  getStatus: get('/v1/status', PlatformStatus),
  createReconciliation: post('/v1/reconciliations', NewReconciliation, ReconciliationResource),
  listReconciliations: get('/v1/reconciliations', Page(ReconciliationResource)),
  getReconciliation: get('/v1/reconciliations/{id}', ReconciliationResource),
  listDifferences: get('/v1/reconciliations/{id}/differences', all(DifferenceResource)),
  createWebhookEndpoint: post(
    '/v1/webhook-endpoints',
    z.strictObject({ url: z.string() }),
    EndpointWithSecret,
  ),
  listWebhookEndpoints: get('/v1/webhook-endpoints', all(WebhookEndpoint)),
  rotateWebhookSecret: post('/v1/webhook-endpoints/{id}/rotate-secret', nothing, EndpointWithSecret),
  enableWebhookEndpoint: post('/v1/webhook-endpoints/{id}/enable', nothing, WebhookEndpoint),
  disableWebhookEndpoint: post('/v1/webhook-endpoints/{id}/disable', nothing, WebhookEndpoint),
  testWebhookEndpoint: post(
    '/v1/webhook-endpoints/{id}/test',
    nothing,
    z.strictObject({ eventId: z.string() }),
  ),
  removeWebhookEndpoint: { method: 'DELETE', path: '/v1/webhook-endpoints/{id}', ...noBody() },
  ...connectionEndpoints,
  ...deliveryEndpoints,
  ...receiptEndpoints,
  ...storedCardEndpoints,
} as const

function noBody(): Pick<Endpoint<undefined, null>, 'body' | 'answer'> {
  return { body: z.undefined(), answer: z.null() }
}

export type Endpoints = typeof endpoints
export type EndpointName = keyof Endpoints
export type BodyOf<N extends EndpointName> = z.input<Endpoints[N]['body']>
export type AnswerOf<N extends EndpointName> = z.output<Endpoints[N]['answer']>

/** What lists can be asked for; each route takes those that make sense there. */
export type Query = {
  readonly callId?: string
  readonly reference?: string
  readonly customer?: string
  readonly status?: PaymentStatus | readonly PaymentStatus[] | CallResource['status']
  readonly createdFrom?: number
  readonly createdUntil?: number
  readonly expand?: readonly ('operations' | 'call')[]
  readonly cursor?: string
  readonly limit?: number
}
