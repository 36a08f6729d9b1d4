import type { z } from 'zod'
import type { KeyedField } from '../contracts/card.ts'
import type { CallResource, CreatePayment, DeskEvent, PaymentResource } from '../contracts/desk-port.ts'
import type { OperationKind, OperationResource } from '../contracts/operations.ts'
import type { PaymentStatus } from '../contracts/payment-events.ts'
import type { DifferenceResource, ReconciliationResource } from '../contracts/reconciliation.ts'
import type { CollectionEnd } from '../contracts/vault-port.ts'

/** Who asks. Every query is bound to `merchantId`: no row of another merchant is ever read or written. */
export type Actor = {
  readonly merchantId: string
  readonly kind: 'agent' | 'api-key' | 'system'
  /** Id of the agent or the API key. */
  readonly id: string
}

export type PageOfPayments = {
  readonly callId?: string
  readonly reference?: string
  readonly customer?: string
  /** Payments of one order that belong together. */
  readonly groupId?: string
  /** Any of these. */
  readonly statuses?: readonly PaymentStatus[]
  /** Epoch ms; `createdUntil` is excluded. */
  readonly createdFrom?: number
  readonly createdUntil?: number
  /** Id of the last payment of the page before. */
  readonly cursor?: string
  readonly limit: number
}

/** Names of a call that goes on, other than our id of it. */
export type CallAlias = Pick<z.output<typeof CreatePayment>, 'sipCallId' | 'agentExtension'>

/** A payment on a call whose id is known. */
export type PaymentOrder = Omit<z.output<typeof CreatePayment>, 'callId' | keyof CallAlias> & {
  readonly callId: string
}

/** What the API, the desk and the telephone can do with payments. Refusals are AppErrors with a stable code. */
export type Payments = {
  create(actor: Actor, input: PaymentOrder): Promise<PaymentResource>
  get(actor: Actor, paymentId: string): Promise<PaymentResource>
  list(actor: Actor, page: PageOfPayments): Promise<{ data: PaymentResource[]; nextCursor: string | null }>
  /** Masks, opens the vault and asks for the card. Answers at once with the payment in `collecting`. */
  arm(actor: Actor, paymentId: string): Promise<PaymentResource>
  clearField(actor: Actor, paymentId: string, field: KeyedField): Promise<PaymentResource>
  useAnotherCard(actor: Actor, paymentId: string): Promise<PaymentResource>
  extend(actor: Actor, paymentId: string, bySeconds: number): Promise<PaymentResource>
  confirm(actor: Actor, paymentId: string): Promise<PaymentResource>
  /** What has been keyed is gone, and the payment is as it was before. Harmless when nothing is being keyed. */
  dropCard(actor: Actor, paymentId: string): Promise<PaymentResource>
  cancel(actor: Actor, paymentId: string): Promise<PaymentResource>
  /** The same amount in parts, each for a card of its own; the payment itself is cancelled. Amounts in minor units. */
  split(actor: Actor, paymentId: string, parts: readonly number[]): Promise<PaymentResource[]>
  /** The desk's first picture: payments of live calls, and those whose outcome is still open. */
  current(merchantId: string): Promise<PaymentResource[]>
  /** A call has ended: collections stop; an authorisation under way is finished. */
  callEnded(callId: string): void
}

/** What can be done with an approved payment, without its card. */
export type OperationsApi = {
  /** Answers with the outcome, or after ten seconds with what is known by then. */
  order(actor: Actor, ordered: OperationOrdered): Promise<OperationResource>
  /** Asks the gateway now about what is unknown of the payment. Harmless when nothing is. */
  inquire(actor: Actor, paymentId: string): Promise<PaymentResource>
  /** Oldest first. */
  list(actor: Actor, paymentId: string): Promise<OperationResource[]>
  /** Of several payments, oldest first; payments of others have none. */
  ofPayments(actor: Actor, paymentIds: readonly string[]): Promise<OperationResource[]>
}

export type OperationOrdered = {
  readonly paymentId: string
  readonly kind: OperationKind
  /** All that can be, unless told. */
  readonly amountMinor?: number
  readonly reason?: string
}

/** Comparisons of our ledger with the gateway's. */
export type Reconciliations = {
  /** Begins; `get` says when it is done. Times are epoch ms, `until` is excluded. */
  order(
    actor: Actor,
    range: { readonly since: number; readonly until: number },
  ): Promise<ReconciliationResource>
  get(actor: Actor, id: string): Promise<ReconciliationResource>
  /** Newest first. */
  list(
    actor: Actor,
    page: { readonly cursor?: string; readonly limit: number },
  ): Promise<{ data: ReconciliationResource[]; nextCursor: string | null }>
  differences(actor: Actor, id: string): Promise<DifferenceResource[]>
  differencesCsv(actor: Actor, id: string): Promise<string>
  ledgerCsv(actor: Actor, id: string): Promise<string>
}

/** What payments need to know of calls. */
export type Calls = {
  /** Undefined when there is no such call of this merchant. */
  get(merchantId: string, callId: string): CallResource | undefined
  /** Only the collection's runner says this, after the bridge confirmed it (true) or can no longer vouch for it (false). */
  setMasked(callId: string, masked: boolean): void
}

/** The desk's events: kept in a bounded ring per merchant, streamed by GET /v1/events. */
export type DeskFeed = { publish(merchantId: string, event: DeskEvent): void }

export type CollectionEndReason =
  | z.infer<typeof CollectionEnd>
  | 'agent-cancelled'
  /** The caller pays with a kept card, or by a link. */
  | 'another-way'
  | 'caller-hung-up'
  | 'bridge-lost'
  | 'vault-lost'
  | 'vault-refused'
  | 'store-failed'
  | 'mask-refused'
  | 'digits-lost'
  | 'control-restarted'
