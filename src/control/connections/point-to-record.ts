import type { RecordRef } from '../../contracts/connections.ts'
import type { PaymentEventType, PaymentStatus } from '../../contracts/payment-events.ts'
import { tellOnly } from '../outbox/store.ts'
import { eventOf } from '../payments/facts.ts'
import type { PaymentRow } from '../payments/rows.ts'
import type { Queries } from '../store/database.ts'
import type { ConnectionRow } from './connection-row.ts'
import { findLink, type LinkKey, saveLink } from './record-links.ts'

export type Pointing = {
  readonly connection: ConnectionRow
  readonly payment: PaymentRow
  readonly record: RecordRef
  /** Who says so. */
  readonly source: 'agent' | 'call'
}

/**
 * The payment belongs to this record from now on. What was held until now is written, in its order; what was written
 * elsewhere, or was passed over for want of a record, is told once more, so that it moves or comes there.
 */
export async function pointToRecord(trx: Queries, pointing: Pointing, nowMs: number): Promise<void> {
  const { connection, payment, record, source } = pointing
  const { id: connectionId, merchant_id: merchantId } = connection
  const key = { merchantId, connectionId, paymentId: payment.id }
  const before = await findLink(trx, key)
  const change = { state: 'linked', record_kind: record.kind, record_id: record.id } as const
  await saveLink(trx, key, { ...change, source, because: null, candidates: '[]' }, nowMs)
  if ((await revive(trx, key, nowMs)) > 0) return
  const states = await statesOf(trx, key)
  // It is on its way, and finds the link that there is now.
  if (!before && states.includes('waiting')) return
  // Nothing of the payment was to be written there until now: what comes finds the link.
  if (source === 'call' && states.length === 0 && !before?.written) return
  const event = eventOf(payment, typeOf[payment.status])
  const telling = { merchantId, paymentId: payment.id, position: payment.version, event }
  await tellOnly(trx, [connectionId], telling, nowMs)
}

/** The event that tells of a payment as it stands. */
export const typeOf: Readonly<Record<PaymentStatus, PaymentEventType>> = {
  created: 'payment.created',
  collecting: 'payment.created',
  ready: 'payment.created',
  authorising: 'payment.created',
  linked: 'payment.created',
  authorised: 'payment.authorised',
  captured: 'payment.captured',
  'partly-refunded': 'payment.refunded',
  refunded: 'payment.refunded',
  voided: 'payment.voided',
  declined: 'payment.declined',
  unknown: 'payment.unknown',
  cancelled: 'payment.cancelled',
  expired: 'payment.expired',
}

/** What was given up for want of the right record is delivered after all, in its order. Answers how many. */
async function revive(trx: Queries, key: LinkKey, nowMs: number): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('outbox')
    .set(({ ref }) => ({
      ...{ state: 'waiting' as const, attempts_before: ref('attempts'), next_at: nowMs },
      ...{ leased_until: 0, updated_at: nowMs },
    }))
    .where('merchant_id', '=', key.merchantId)
    .where('target', '=', key.connectionId)
    .where('payment_id', '=', key.paymentId)
    .where('state', '=', 'dead')
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

async function statesOf(trx: Queries, { merchantId, connectionId, paymentId }: LinkKey): Promise<string[]> {
  const rows = await trx
    .selectFrom('outbox')
    .select('state')
    .where('merchant_id', '=', merchantId)
    .where('target', '=', connectionId)
    .where('payment_id', '=', paymentId)
    .execute()
  return rows.map(({ state }) => state)
}
