import { z } from 'zod'
import { AmountMinor, Currency } from '../base/money.ts'
import { ShownBrand } from './card.ts'
import { OperationFacts } from './operations.ts'
import { PlanEvent } from './plans.ts'
import { DifferenceResource } from './reconciliation.ts'

/** Why a card was declined: one catalogue for all gateways. */
export const DeclineReason = z.enum([
  'insufficient-funds',
  'expired-card',
  'incorrect-csc',
  'incorrect-card',
  'stolen-or-lost',
  'do-not-honour',
  'authentication-required',
  'limit-exceeded',
  'not-permitted',
  'gateway-error',
  'fraud-suspected',
  /** Of a bank account: closed, unknown to the bank, or not to be debited. */
  'account-refused',
  'other',
])
export type DeclineReason = z.infer<typeof DeclineReason>

export const PaymentStatus = z.enum([
  'created',
  'collecting',
  'ready',
  'authorising',
  /** A pay link is open: the caller pays at the gateway's own page. */
  'linked',
  'authorised',
  'captured',
  'partly-refunded',
  'refunded',
  'voided',
  'declined',
  'unknown',
  'cancelled',
  'expired',
])
export type PaymentStatus = z.infer<typeof PaymentStatus>

/** What merchants are told of a payment, in webhooks: no digit but the last four. */
export const PaymentFacts = z.strictObject({
  id: z.string(),
  merchantId: z.string(),
  callId: z.string(),
  amountMinor: AmountMinor,
  currency: Currency,
  /** Taken so far, and given back of that, in minor units. */
  capturedMinor: z.number().int().nonnegative().default(0),
  refundedMinor: z.number().int().nonnegative().default(0),
  reference: z.string(),
  /** The merchant's own name for who pays; null when none was given. */
  customer: z.string().nullable().default(null),
  /** Declared to the gateway as a mail or telephone order; null where the gateway has no word for it, or before it was kept. */
  moto: z.boolean().nullable().default(null),
  description: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  status: PaymentStatus,
  brand: ShownBrand.nullable(),
  last4: z.string().nullable(),
  gateway: z.string(),
  gatewayRef: z.string().nullable(),
  authCode: z.string().nullable(),
  decline: z.strictObject({ reason: DeclineReason, gatewayCode: z.string() }).nullable(),
  /** The capture, void or refund that the event is about. */
  operation: OperationFacts.nullable().default(null),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
})
export type PaymentFacts = z.infer<typeof PaymentFacts>

export const PaymentEventType = z.enum([
  'payment.created',
  'payment.authorised',
  'payment.captured',
  'payment.declined',
  'payment.unknown',
  'payment.cancelled',
  'payment.expired',
  'payment.voided',
  'payment.refunded',
  'payment.operation-pending',
  'payment.operation-unknown',
  'payment.operation-failed',
])
export type PaymentEventType = z.infer<typeof PaymentEventType>

/** Body of a webhook, in the shape that the Standard Webhooks specification recommends. */
export const PaymentEvent = z.strictObject({
  type: PaymentEventType,
  /** ISO 8601, when the state changed. */
  timestamp: z.iso.datetime(),
  data: PaymentFacts,
})
export type PaymentEvent = z.infer<typeof PaymentEvent>

/** Our ledger and the gateway's disagree: told once for each difference. */
export const ReconciliationEvent = z.strictObject({
  type: z.literal('reconciliation.difference'),
  timestamp: z.iso.datetime(),
  data: DifferenceResource.extend({ merchantId: z.string() }),
})
export type ReconciliationEvent = z.infer<typeof ReconciliationEvent>

/** Ordered by the merchant to see whether an endpoint hears us: about nothing. */
export const TestEvent = z.strictObject({
  type: z.literal('webhook.test'),
  timestamp: z.iso.datetime(),
  data: z.strictObject({ merchantId: z.string(), endpointId: z.string() }),
})
export type TestEvent = z.infer<typeof TestEvent>

/** All that is posted to merchants' endpoints. */
export const MerchantEvent = z.union([PaymentEvent, PlanEvent, ReconciliationEvent, TestEvent])
export type MerchantEvent = z.infer<typeof MerchantEvent>
