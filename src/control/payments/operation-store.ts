import { z } from 'zod'
import { Currency } from '../../base/money.ts'
import { OperationKind, type OperationResource, OperationState } from '../../contracts/operations.ts'
import type { Queries } from '../store/database.ts'
import type { OperationTable } from '../store/payment-tables.ts'
import type { LiveOperation } from './books.ts'
import type { PaymentKey } from './store.ts'

const Time = z.number().int()

/** A row of `operations`, checked as it comes out. */
export const OperationRow = z.strictObject({
  id: z.string(),
  merchant_id: z.string(),
  payment_id: z.string(),
  kind: OperationKind,
  state: OperationState,
  gateway: z.string(),
  idempotency_key: z.string(),
  amount_minor: z.number().int().positive(),
  currency: Currency,
  payment_ref: z.string(),
  gateway_ref: z.string().nullable(),
  because: z.string().nullable(),
  reason: z.string().nullable(),
  sent_at: Time,
  inquiries: z.number().int().nonnegative(),
  absent_at: Time.nullable(),
  created_at: Time,
  updated_at: Time,
  sent_to: z.string().nullable(),
}) satisfies z.ZodType<OperationTable>
export type OperationRow = z.infer<typeof OperationRow>

const live = ['open', 'unknown', 'pending'] as const

/** Throws the store's own error when another operation of the payment is live: `operations_one_live`. */
export async function insertOperation(db: Queries, row: OperationRow): Promise<void> {
  await db.insertInto('operations').values(row).execute()
}

/** Operations of the payment whose outcome is not known yet, oldest first. */
export async function liveOperations(db: Queries, key: PaymentKey): Promise<LiveOperation[]> {
  const rows = await db
    .selectFrom('operations')
    .select(['id', 'kind', 'amount_minor', 'state'])
    .where('merchant_id', '=', key.merchantId)
    .where('payment_id', '=', key.paymentId)
    .where('state', 'in', live)
    .orderBy('id')
    .execute()
  return rows.map(({ id, kind, amount_minor, state }) => ({
    id,
    kind,
    amountMinor: amount_minor,
    state: state as LiveOperation['state'],
  }))
}

/** Every operation of these payments, oldest first. */
export async function operationsOf(
  db: Queries,
  merchantId: string,
  paymentIds: readonly string[],
): Promise<OperationRow[]> {
  if (paymentIds.length === 0) return []
  const rows = await db
    .selectFrom('operations')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('payment_id', 'in', paymentIds)
    .orderBy('id')
    .execute()
  return rows.map((row) => OperationRow.parse(row))
}

export type OperationKey = { readonly merchantId: string; readonly operationId: string }

export async function findOperation(db: Queries, key: OperationKey): Promise<OperationRow | undefined> {
  const row = await db
    .selectFrom('operations')
    .selectAll()
    .where('merchant_id', '=', key.merchantId)
    .where('id', '=', key.operationId)
    .executeTakeFirst()
  return row && OperationRow.parse(row)
}

/** What the last process left: sent, or about to be, without an answer. */
export async function operationsUnderWay(db: Queries, merchantId: string): Promise<OperationRow[]> {
  const rows = await db
    .selectFrom('operations')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('state', 'in', ['open', 'unknown'])
    .orderBy('id')
    .execute()
  return rows.map((row) => OperationRow.parse(row))
}

/** Received by the gateway, and not yet known. */
export async function operationsPending(db: Queries, merchantId: string): Promise<OperationRow[]> {
  const rows = await db
    .selectFrom('operations')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('state', '=', 'pending')
    .orderBy('id')
    .execute()
  return rows.map((row) => OperationRow.parse(row))
}

export type OperationChange = Partial<
  Pick<OperationRow, 'state' | 'gateway_ref' | 'because' | 'sent_at' | 'inquiries' | 'absent_at'>
>

/** Changes an operation whose outcome is open. One that has its outcome is never written again. */
export async function updateLiveOperation(
  db: Queries,
  operation: Pick<OperationRow, 'id' | 'merchant_id'>,
  change: OperationChange & { readonly updated_at: number },
): Promise<void> {
  await db
    .updateTable('operations')
    .set(change)
    .where('merchant_id', '=', operation.merchant_id)
    .where('id', '=', operation.id)
    .where('state', 'in', live)
    .execute()
}

/** The operation as the API shows it. */
export function operationResource(row: OperationRow): OperationResource {
  return {
    id: row.id,
    paymentId: row.payment_id,
    kind: row.kind,
    amountMinor: row.amount_minor,
    currency: row.currency,
    state: row.state,
    gatewayRef: row.gateway_ref,
    because: row.because,
    reason: row.reason,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
