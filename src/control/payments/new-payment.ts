import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Actor } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { PaymentRow } from './rows.ts'
import { tellAll } from './runner.ts'
import { insertPayment } from './store.ts'

/** What a payment is made of; everything else of its row is as at the beginning. */
export type NewPayment = Pick<
  PaymentRow,
  | 'call_id'
  | 'amount_minor'
  | 'currency'
  | 'reference'
  | 'customer'
  | 'description'
  | 'metadata'
  | 'capture'
  | 'confirm'
  | 'gateway'
  | 'moto'
> &
  Partial<Pick<PaymentRow, 'keep_card' | 'group_id' | 'bank_account'>>

export type NewPaymentOptions = {
  readonly store: Store
  readonly clock: Clock
  /** Written in the same transaction. */
  readonly alongside?: (trx: Queries, row: PaymentRow, nowMs: number) => Promise<void>
  readonly onCommitted: (row: PaymentRow) => void
}

/** The row, its audit row and its first event, in one transaction. */
export async function makePayment(
  options: NewPaymentOptions,
  actor: Actor,
  payment: NewPayment,
): Promise<PaymentRow> {
  const { store, onCommitted } = options
  const row = await store.transaction((trx) => makePaymentIn(trx, options, actor, payment))
  onCommitted(row)
  return row
}

/** In a transaction of more than this; `onCommitted` is its owner's to call. */
export async function makePaymentIn(
  trx: Queries,
  { clock, alongside }: Pick<NewPaymentOptions, 'clock' | 'alongside'>,
  actor: Actor,
  payment: NewPayment,
): Promise<PaymentRow> {
  const nowMs = clock.now()
  const row: PaymentRow = {
    id: newId('payment', nowMs),
    merchant_id: actor.merchantId,
    keep_card: null,
    stored_card: null,
    pay_link: null,
    group_id: null,
    bank_account: null,
    ...payment,
    captured_minor: 0,
    refunded_minor: 0,
    status: 'created',
    brand: null,
    last4: null,
    gateway_ref: null,
    auth_code: null,
    decline: null,
    attempts: 0,
    version: 1,
    created_at: nowMs,
    updated_at: nowMs,
  }
  const facts = { amountMinor: row.amount_minor, currency: row.currency, callId: row.call_id }
  await insertPayment(trx, row)
  await appendAudit(trx, { actor, action: 'payment.created', paymentId: row.id, facts }, nowMs)
  await alongside?.(trx, row, nowMs)
  await tellAll(trx, row, [{ do: 'tell', event: 'payment.created' }], nowMs)
  return row
}
