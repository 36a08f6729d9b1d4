import { z } from 'zod'
import { Assistance } from '../contracts/assistance.ts'
import type { DeliveryState } from '../contracts/deliveries.ts'
import {
  CallResource,
  ClearField,
  CreatePayment,
  EditCall,
  ExtendCollection,
  LogIn,
  NewTransfer,
  Page,
  PaymentResource,
  SessionResource,
  TransferResource,
} from '../contracts/desk-port.ts'
import { CaptureOrder, OperationResource, RefundOrder, VoidOrder } from '../contracts/operations.ts'
import type { PaymentStatus } from '../contracts/payment-events.ts'
import { PlatformStatus } from '../contracts/platform-status.ts'
import { DifferenceResource, NewReconciliation, ReconciliationResource } from '../contracts/reconciliation.ts'
import { CallRecordResource } from '../contracts/records.ts'
import { connectionEndpoints } from './connection-endpoints.ts'
import { deliveryEndpoints } from './delivery-endpoints.ts'
import { all, answers, nothing, takes } from './endpoint.ts'
import { receiptEndpoints } from './receipt-endpoints.ts'
import type { EndpointName } from './routes.ts'
import { wayEndpoints } from './way-endpoints.ts'

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

/** What every operation of the API takes and answers; `routes.ts` says where each is. */
export const endpoints = {
  logIn: takes(LogIn, SessionResource),
  currentSession: answers(SessionResource),
  logOut: answers(z.null()),
  listCalls: answers(Page(CallResource)),
  getCall: answers(CallResource),
  editCall: takes(EditCall, CallResource),
  listRecordsOfCall: answers(all(CallRecordResource)),
  hangUp: takes(nothing, CallResource),
  getAssistance: answers(Assistance),
  chooseAssistance: takes(Assistance, Assistance),
  createTransfer: takes(NewTransfer, TransferResource),
  createPayment: takes(CreatePayment, PaymentResource),
  listPayments: answers(Page(PaymentResource)),
  getPayment: answers(PaymentResource),
  arm: takes(nothing, PaymentResource),
  clearField: takes(ClearField, PaymentResource),
  useAnotherCard: takes(nothing, PaymentResource),
  extend: takes(ExtendCollection, PaymentResource),
  confirm: takes(nothing, PaymentResource),
  cancel: takes(nothing, PaymentResource),
  capture: takes(CaptureOrder, OperationResource),
  void: takes(VoidOrder, OperationResource),
  refund: takes(RefundOrder, OperationResource),
  listRefunds: answers(all(OperationResource)),
  inquire: takes(nothing, PaymentResource),
  getStatus: answers(PlatformStatus),
  createReconciliation: takes(NewReconciliation, ReconciliationResource),
  listReconciliations: answers(Page(ReconciliationResource)),
  getReconciliation: answers(ReconciliationResource),
  listDifferences: answers(all(DifferenceResource)),
  createWebhookEndpoint: takes(z.strictObject({ url: z.string() }), EndpointWithSecret),
  listWebhookEndpoints: answers(all(WebhookEndpoint)),
  rotateWebhookSecret: takes(nothing, EndpointWithSecret),
  enableWebhookEndpoint: takes(nothing, WebhookEndpoint),
  disableWebhookEndpoint: takes(nothing, WebhookEndpoint),
  testWebhookEndpoint: takes(nothing, z.strictObject({ eventId: z.string() })),
  removeWebhookEndpoint: answers(z.null()),
  ...connectionEndpoints,
  ...deliveryEndpoints,
  ...receiptEndpoints,
  ...wayEndpoints,
} as const satisfies Readonly<Record<EndpointName, unknown>>

export type Endpoints = typeof endpoints
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
  readonly target?: string
  readonly paymentId?: string
  readonly eventId?: string
  readonly state?: DeliveryState
  /** `kind:id` of a record in a connected system. */
  readonly record?: string
  readonly cursor?: string
  readonly limit?: number
}
