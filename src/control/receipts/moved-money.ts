import type { PaymentEvent } from '../../contracts/payment-events.ts'
import { eventOf } from '../payments/facts.ts'
import type { PaymentRow } from '../payments/rows.ts'
import type { Queries } from '../store/database.ts'

/**
 * The payment's sale and its refunds as events, for receipts that are asked for after the money has moved. What was
 * released again (voided) is no sale.
 */
export async function movedMoney(db: Queries, payment: PaymentRow): Promise<PaymentEvent[]> {
  if (payment.captured_minor === 0) return []
  const { merchant_id: merchantId, id: paymentId } = payment
  const operations = await db
    .selectFrom('operations')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('payment_id', '=', paymentId)
    .where('state', '=', 'done')
    .where('kind', 'in', ['capture', 'refund'])
    .orderBy('id')
    .execute()
  const attempt = await db
    .selectFrom('attempts')
    .select('updated_at')
    .where('merchant_id', '=', merchantId)
    .where('payment_id', '=', paymentId)
    .where('state', '=', 'approved')
    .executeTakeFirst()
  const soldAt = operations.find(({ kind }) => kind === 'capture')?.updated_at ?? attempt?.updated_at
  const sale = eventOf({ ...payment, updated_at: soldAt ?? payment.updated_at }, 'payment.captured')
  const refunds = operations
    .filter(({ kind }) => kind === 'refund')
    .map(({ id, amount_minor: amountMinor, updated_at }) => {
      const operation = { id, kind: 'refund', amountMinor, state: 'done' } as const
      return eventOf({ ...payment, updated_at }, 'payment.refunded', operation)
    })
  return [sale, ...refunds]
}
