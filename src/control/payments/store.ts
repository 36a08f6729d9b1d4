import { sql } from 'kysely'
import { firstIdAt } from '../../base/ids.ts'
import type { PageOfPayments } from '../ports.ts'
import type { Queries } from '../store/database.ts'
import { PaymentChanged, PaymentNotFound } from './payment-errors.ts'
import { AttemptRow, PaymentRow } from './rows.ts'

/** What a row is found by: never by its id alone. */
export type PaymentKey = { readonly merchantId: string; readonly paymentId: string }

export async function insertPayment(db: Queries, row: PaymentRow): Promise<void> {
  await db.insertInto('payments').values(row).execute()
}

export async function findPayment(db: Queries, key: PaymentKey): Promise<PaymentRow> {
  const row = await db
    .selectFrom('payments')
    .selectAll()
    .where('merchant_id', '=', key.merchantId)
    .where('id', '=', key.paymentId)
    .executeTakeFirst()
  if (!row) throw new PaymentNotFound()
  return PaymentRow.parse(row)
}

/** Writes the row over the version before it; throws PaymentChanged when somebody else was quicker. */
export async function updatePayment(db: Queries, row: PaymentRow, fromVersion: number): Promise<void> {
  const { id, merchant_id, ...changes } = row
  const { numUpdatedRows } = await db
    .updateTable('payments')
    .set(changes)
    .where('merchant_id', '=', merchant_id)
    .where('id', '=', id)
    .where('version', '=', fromVersion)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new PaymentChanged()
}

/** Newest first. */
export async function listPayments(
  db: Queries,
  merchantId: string,
  page: PageOfPayments,
): Promise<{ rows: PaymentRow[]; nextCursor: string | null }> {
  const { callId, reference, customer, groupId, statuses, createdFrom, createdUntil, cursor, limit } = page
  let query = db.selectFrom('payments').selectAll().where('merchant_id', '=', merchantId)
  if (callId !== undefined) query = query.where('call_id', '=', callId)
  if (reference !== undefined) query = query.where('reference', '=', reference)
  if (groupId !== undefined) query = query.where('group_id', '=', groupId)
  if (customer !== undefined) query = query.where('customer', '=', customer)
  if (statuses !== undefined) query = query.where('status', 'in', statuses)
  // Ids begin with their time: a range of them is walked in order, however many payments lie outside it.
  if (createdFrom !== undefined) query = query.where('id', '>=', firstIdAt('payment', createdFrom))
  if (createdUntil !== undefined) query = query.where('id', '<', firstIdAt('payment', createdUntil))
  if (cursor !== undefined) query = query.where('id', '<', cursor)
  const found = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const rows = found.slice(0, limit).map((row) => PaymentRow.parse(row))
  return { rows, nextCursor: found.length > limit ? (rows.at(-1)?.id ?? null) : null }
}

/** Word for word the condition of the index `payments_under_way`. */
const underWay = sql<boolean>`status in ('collecting', 'ready', 'authorising', 'unknown')`

/** Payments that something is still being done for. */
export async function paymentsUnderWay(db: Queries, merchantId: string): Promise<PaymentRow[]> {
  const rows = await db
    .selectFrom('payments')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where(underWay)
    .orderBy('id')
    .execute()
  return rows.map((row) => PaymentRow.parse(row))
}

/** Payments that were created and never came to a card, since before `beforeMs`. */
export async function stalePayments(
  db: Queries,
  merchantId: string,
  beforeMs: number,
): Promise<PaymentRow[]> {
  const rows = await db
    .selectFrom('payments')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('status', '=', 'created')
    .where('updated_at', '<', beforeMs)
    .orderBy('id')
    .limit(500)
    .execute()
  return rows.map((row) => PaymentRow.parse(row))
}

/** The attempt whose outcome is open, if there is one: there are never two. */
export async function liveAttempt(db: Queries, key: PaymentKey): Promise<AttemptRow | undefined> {
  const row = await db
    .selectFrom('attempts')
    .selectAll()
    .where('merchant_id', '=', key.merchantId)
    .where('payment_id', '=', key.paymentId)
    .where('state', 'in', ['open', 'unknown'])
    .executeTakeFirst()
  return row && AttemptRow.parse(row)
}

/** Throws the store's own error when the payment has a live or an approved attempt already: `attempts_one_live`. */
export async function insertAttempt(db: Queries, row: AttemptRow): Promise<void> {
  await db.insertInto('attempts').values(row).execute()
}

export type AttemptChange = Partial<
  Pick<
    AttemptRow,
    | 'brand'
    | 'last4'
    | 'state'
    | 'gateway_ref'
    | 'auth_code'
    | 'because'
    | 'sent_at'
    | 'inquiries'
    | 'absent_at'
  >
>

/** Changes an attempt whose outcome is open. One that has its outcome is never written again. */
export async function updateLiveAttempt(
  db: Queries,
  attempt: Pick<AttemptRow, 'id' | 'merchant_id'>,
  change: AttemptChange & { readonly updated_at: number },
): Promise<void> {
  await db
    .updateTable('attempts')
    .set(change)
    .where('merchant_id', '=', attempt.merchant_id)
    .where('id', '=', attempt.id)
    .where('state', 'in', ['open', 'unknown'])
    .execute()
}

export async function merchantIds(db: Queries): Promise<string[]> {
  const rows = await db.selectFrom('merchants').select('id').orderBy('id').execute()
  return rows.map(({ id }) => id)
}

export async function merchantName(db: Queries, merchantId: string): Promise<string> {
  const { name } = await db
    .selectFrom('merchants')
    .select('name')
    .where('id', '=', merchantId)
    .executeTakeFirstOrThrow()
  return name
}

/** The gateway that new payments of the merchant go to. */
export async function gatewayOfMerchant(db: Queries, merchantId: string): Promise<string> {
  const { gateway_id } = await db
    .selectFrom('merchants')
    .select('gateway_id')
    .where('id', '=', merchantId)
    .executeTakeFirstOrThrow()
  return gateway_id
}
