import type { Queries } from '../store/database.ts'

/** One movement of money, as we have it: a payment that was taken, or a refund. */
export type Movement = {
  readonly kind: 'payment' | 'refund'
  readonly paymentId: string
  /** Our attempt, capture or refund, and the merchant's own reference. */
  readonly ourReference: string
  readonly reference: string
  /** The merchant's own name for who pays. */
  readonly customer: string | null
  /** Under which the gateway may list it. */
  readonly gatewayRef: string | null
  /** Negative for a refund. */
  readonly amountMinor: number
  readonly currency: string
  /** When we learnt of it, epoch ms. */
  readonly at: number
}

export type Span = {
  readonly merchantId: string
  readonly gateway: string
  readonly sinceMs: number
  readonly untilMs: number
}

/** Everything that moved in this time, oldest first. What was voided moved nothing. */
export async function movementsIn(db: Queries, span: Span): Promise<Movement[]> {
  const all = [...(await atOnce(db, span)), ...(await byOperation(db, span))]
  return all.sort((a, b) => a.at - b.at)
}

/** Taken with the authorisation itself. */
async function atOnce(db: Queries, { merchantId, gateway, sinceMs, untilMs }: Span): Promise<Movement[]> {
  const rows = await db
    .selectFrom('attempts as attempt')
    .innerJoin('payments as payment', (join) =>
      join
        .onRef('payment.merchant_id', '=', 'attempt.merchant_id')
        .onRef('payment.id', '=', 'attempt.payment_id'),
    )
    .select(['attempt.id', 'attempt.updated_at', 'payment.id as payment_id', 'payment.reference'])
    .select(['payment.customer', 'payment.gateway_ref', 'payment.captured_minor', 'payment.currency'])
    .where('attempt.merchant_id', '=', merchantId)
    .where('attempt.gateway', '=', gateway)
    .where('attempt.state', '=', 'approved')
    .where('attempt.updated_at', '>=', sinceMs)
    .where('attempt.updated_at', '<', untilMs)
    .where('payment.captured_minor', '>', 0)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('operations as capture')
            .select('capture.id')
            .where('capture.merchant_id', '=', merchantId)
            .where('capture.kind', '=', 'capture')
            .where('capture.state', '=', 'done')
            .whereRef('capture.payment_id', '=', 'payment.id'),
        ),
      ),
    )
    .execute()
  return rows.map((row) => ({
    kind: 'payment',
    paymentId: row.payment_id,
    ourReference: row.id,
    reference: row.reference,
    customer: row.customer,
    gatewayRef: row.gateway_ref,
    amountMinor: row.captured_minor,
    currency: row.currency,
    at: row.updated_at,
  }))
}

/** Captures and refunds. */
async function byOperation(
  db: Queries,
  { merchantId, gateway, sinceMs, untilMs }: Span,
): Promise<Movement[]> {
  const rows = await db
    .selectFrom('operations as operation')
    .innerJoin('payments as payment', (join) =>
      join
        .onRef('payment.merchant_id', '=', 'operation.merchant_id')
        .onRef('payment.id', '=', 'operation.payment_id'),
    )
    .selectAll('operation')
    .select(['payment.reference', 'payment.customer'])
    .where('operation.merchant_id', '=', merchantId)
    .where('operation.gateway', '=', gateway)
    .where('operation.state', '=', 'done')
    .where('operation.kind', 'in', ['capture', 'refund'])
    .where('payment.captured_minor', '>', 0)
    .where('operation.updated_at', '>=', sinceMs)
    .where('operation.updated_at', '<', untilMs)
    .execute()
  return rows.map((row) => ({
    kind: row.kind === 'refund' ? 'refund' : 'payment',
    paymentId: row.payment_id,
    ourReference: row.id,
    reference: row.reference,
    customer: row.customer,
    gatewayRef: row.kind === 'refund' ? row.gateway_ref : row.payment_ref,
    amountMinor: row.kind === 'refund' ? -row.amount_minor : row.amount_minor,
    currency: row.currency,
    at: row.updated_at,
  }))
}
