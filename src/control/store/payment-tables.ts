import type { OperationKind, OperationState } from '../../contracts/operations.ts'
import type { PaymentStatus } from '../../contracts/payment-events.ts'

/**
 * The payment core's tables, as they are stored: text ids, integer minor units, epoch milliseconds, JSON as text.
 * Booleans are 0 or 1. Every row names its merchant.
 */
export type PaymentTables = {
  merchants: MerchantTable
  payments: PaymentTable
  attempts: AttemptTable
  operations: OperationTable
  audit: AuditTable
  webhook_endpoints: WebhookEndpointTable
  outbox: OutboxTable
  webhook_deliveries: WebhookDeliveryTable
}

export type MerchantTable = {
  id: string
  name: string
  gateway_id: string
  created_at: number
  updated_at: number
}

export type PaymentTable = {
  id: string
  merchant_id: string
  call_id: string
  amount_minor: number
  currency: string
  captured_minor: number
  refunded_minor: number
  reference: string
  description: string | null
  /** JSON: record of strings. */
  metadata: string
  capture: 'automatic' | 'manual'
  confirm: 'automatic' | 'manual'
  status: PaymentStatus
  brand: string | null
  last4: string | null
  gateway: string
  gateway_ref: string | null
  auth_code: string | null
  /** JSON: reason, gatewayCode, retry. */
  decline: string | null
  attempts: number
  /** Counts up with every change: the order of the payment's events, and the guard of every update. */
  version: number
  created_at: number
  updated_at: number
  /** The merchant's own name for who pays. */
  customer: string | null
  /** 1: declared as a mail or telephone order; 0: not; null: the gateway has no word for it, or the row is older. */
  moto: 0 | 1 | null
  /** JSON: what the caller agreed to, when the card is to be kept. */
  keep_card: string | null
  /** JSON: the kept card that is or was paid with last. */
  stored_card: string | null
  /** JSON: the payment’s link, as it is shown. */
  pay_link: string | null
  /** Payments that belong together, of one order. */
  group_id: string | null
  /** JSON: whose bank account it is to be debited from, and how they agreed; null: a card is keyed. */
  bank_account: string | null
}

export type AttemptState = 'open' | 'unknown' | 'approved' | 'declined' | 'not-sent'

export type AttemptTable = {
  /** Our reference at the gateway. */
  id: string
  merchant_id: string
  payment_id: string
  state: AttemptState
  gateway: string
  idempotency_key: string
  amount_minor: number
  currency: string
  brand: string
  last4: string
  gateway_ref: string | null
  auth_code: string | null
  /** Why it stands as it does: a decline's reason, what was unknown. Never text of the gateway's. */
  because: string | null
  /** When the first byte may have left, epoch ms. */
  sent_at: number
  inquiries: number
  /** When the gateway first said that it knows no such reference, epoch ms. */
  absent_at: number | null
  created_at: number
  updated_at: number
  /** Fingerprint of the gateway account that it went to; null: the row is older. */
  sent_to: string | null
  /** How it is or was paid. */
  way: AttemptWay
  /** The kept card of an attempt with one, and who pays with it. */
  stored_card_id: string | null
  initiator: 'customer' | 'merchant' | null
  /** The card's last month, `YYYY-MM`, where it is known. */
  expires: string | null
}

export type AttemptWay = 'card' | 'stored-card' | 'pay-link' | 'bank-account'

export type OperationTable = {
  /** Our reference at the gateway. */
  id: string
  merchant_id: string
  payment_id: string
  kind: OperationKind
  state: OperationState
  gateway: string
  idempotency_key: string
  amount_minor: number
  currency: string
  /** The gateway's name for the payment, and for the operation itself once it has one. */
  payment_ref: string
  gateway_ref: string | null
  because: string | null
  reason: string | null
  /** When the first byte may have left, epoch ms. */
  sent_at: number
  inquiries: number
  absent_at: number | null
  created_at: number
  updated_at: number
  /** Fingerprint of the gateway account that it went to; null: the row is older. */
  sent_to: string | null
}

export type AuditTable = {
  merchant_id: string
  /** Counts up from 1 within a merchant. */
  seq: number
  id: string
  at: number
  actor_kind: 'agent' | 'api-key' | 'system'
  actor_id: string
  action: string
  payment_id: string | null
  /** JSON: counts, states and references. */
  facts: string
  previous_hash: string
  hash: string
}

export type WebhookEndpointTable = {
  id: string
  merchant_id: string
  url: string
  /** Sealed: outbox/endpoint-secret.ts. */
  secret: string
  /** Sealed likewise. Signs beside the new one until then, epoch ms; null when none is being replaced. */
  previous_secret: string | null
  previous_until: number | null
  /** `config` endpoints follow the configuration file; `api` ones are the merchant's own. */
  source: 'config' | 'api'
  state: 'enabled' | 'disabled'
  disabled_because: string | null
  created_at: number
  updated_at: number
}

export type OutboxTable = {
  /** Goes out as `webhook-id`: the same at every endpoint. */
  event_id: string
  /** The endpoint. */
  target: string
  merchant_id: string
  payment_id: string
  /** The payment's version: its events go out in this order. */
  position: number
  type: string
  /** JSON: a PaymentEvent. */
  body: string
  state: 'waiting' | 'delivered' | 'dead'
  attempts: number
  /** Those that were made before somebody replayed it: the schedule begins anew, and the log goes on. */
  attempts_before: number
  next_at: number
  leased_until: number
  created_at: number
  updated_at: number
}

export type WebhookDeliveryTable = {
  merchant_id: string
  event_id: string
  target: string
  attempt: number
  /** HTTP status, or null when there was no answer. */
  status: number | null
  outcome: string
  latency_ms: number
  at: number
}
