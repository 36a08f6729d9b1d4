import type { OperationRow } from './operation-store.ts'
import type { PaymentRow } from './rows.ts'

export type NewOperation = Pick<OperationRow, 'id' | 'kind' | 'reason'> & {
  readonly minor: number
  /** `Gateways.sentTo` of the payment's gateway. */
  readonly sentTo: string
}

/** A capture, void or refund as it is written before it is sent. */
export function newOperation(
  payment: PaymentRow,
  { id, kind, minor, reason, sentTo }: NewOperation,
  nowMs: number,
): OperationRow {
  if (payment.gateway_ref === null) throw new Error('an approved payment without the gateway’s reference')
  return {
    id,
    merchant_id: payment.merchant_id,
    payment_id: payment.id,
    kind,
    state: 'open',
    gateway: payment.gateway,
    idempotency_key: `${kind}-${id}`,
    amount_minor: minor,
    currency: payment.currency,
    payment_ref: payment.gateway_ref,
    gateway_ref: null,
    because: null,
    reason,
    sent_at: nowMs,
    inquiries: 0,
    absent_at: null,
    created_at: nowMs,
    updated_at: nowMs,
    sent_to: sentTo,
  }
}
