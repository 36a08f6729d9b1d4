import { sql } from 'kysely'
import { newId } from '../../base/ids.ts'
import type { MerchantEvent } from '../../contracts/payment-events.ts'
import type { Queries } from '../store/database.ts'
import { isPostgres } from '../store/locks.ts'
import type { OutboxTable } from '../store/payment-tables.ts'
import { targetChoices } from './target-choices.ts'

export type Telling = {
  readonly merchantId: string
  readonly paymentId: string
  /** The payment's version. */
  readonly position: number
  readonly event: MerchantEvent
}

/** One row for each target that the merchant has now. In the transaction of what the event tells of. */
export async function tell(trx: Queries, telling: Telling, nowMs: number): Promise<void> {
  const targets: string[] = []
  for (const choose of targetChoices) targets.push(...(await choose(trx, telling)))
  await tellOnly(trx, targets, telling, nowMs)
}

/** One row for each of these targets, and for no other. Answers the event's id. */
export async function tellOnly(
  trx: Queries,
  targets: readonly string[],
  { merchantId, paymentId, position, event }: Telling,
  nowMs: number,
): Promise<string> {
  const eventId = newId('event', nowMs)
  if (targets.length === 0) return eventId
  const body = JSON.stringify(event)
  const rows = targets.map((target) => ({
    event_id: eventId,
    target,
    merchant_id: merchantId,
    payment_id: paymentId,
    position,
    type: event.type,
    body,
    state: 'waiting' as const,
    attempts: 0,
    attempts_before: 0,
    next_at: nowMs,
    leased_until: 0,
    created_at: nowMs,
    updated_at: nowMs,
  }))
  await trx.insertInto('outbox').values(rows).execute()
  return eventId
}

export type Claim = {
  readonly merchantId: string
  readonly target: string
  readonly limit: number
  readonly leaseMs: number
}

/**
 * Takes up to `limit` due rows for a while: when the one who took them dies, the lease runs out and they are taken
 * again. Only the oldest waiting row of each payment, so that a payment's events arrive in order.
 */
export async function claim(trx: Queries, options: Claim, nowMs: number): Promise<OutboxTable[]> {
  const { merchantId, target, limit, leaseMs } = options
  const rows = await heads(trx, { merchantId, target })
    // On PostgreSQL another relay's rows are passed over instead of waited for; SQLite has one writer at a time.
    .$if(isPostgres(trx), (query) => query.forUpdate('row').skipLocked())
    .selectAll('row')
    .where('row.next_at', '<=', nowMs)
    .where('row.leased_until', '<=', nowMs)
    .orderBy('row.next_at')
    .orderBy('row.event_id')
    .limit(limit)
    .execute()
  // Due again when the lease runs out: so that one column says when there is something to do.
  const lease = { leased_until: nowMs + leaseMs, next_at: nowMs + leaseMs }
  if (rows.length === 0) return rows
  await trx
    .updateTable('outbox')
    .set({ ...lease, updated_at: nowMs })
    .where('merchant_id', '=', merchantId)
    .where('target', '=', target)
    .where(
      'event_id',
      'in',
      rows.map(({ event_id }) => event_id),
    )
    .execute()
  return rows.map((row) => ({ ...row, ...lease }))
}

export type RowKey = Pick<OutboxTable, 'merchant_id' | 'event_id' | 'target'>
export type RowChange = Partial<Pick<OutboxTable, 'state' | 'attempts' | 'next_at' | 'leased_until'>>

/**
 * Writes what became of a row that this relay has taken. False: the lease ran out meanwhile and the row is another's,
 * which knows better; a late failure must not undo a delivery.
 */
export async function change(
  trx: Queries,
  taken: RowKey & Pick<OutboxTable, 'leased_until'>,
  changes: RowChange,
  nowMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('outbox')
    .set({ ...changes, updated_at: nowMs })
    .where('merchant_id', '=', taken.merchant_id)
    .where('event_id', '=', taken.event_id)
    .where('target', '=', taken.target)
    .where('state', '=', waiting)
    .where('leased_until', '=', taken.leased_until)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** What comes behind a row that has to wait is not looked at before: a long backlog costs nothing while it waits. */
export async function holdBack(trx: Queries, head: OutboxTable, untilMs: number): Promise<void> {
  await trx
    .updateTable('outbox')
    .set({ next_at: untilMs })
    .where('merchant_id', '=', head.merchant_id)
    .where('target', '=', head.target)
    .where('payment_id', '=', head.payment_id)
    .where('position', '>', head.position)
    .where('state', '=', waiting)
    // Not the bare column: SQLite would read all that is due for the target instead of what waits of the payment.
    .where(sql<number>`next_at + 0`, '<', untilMs)
    .execute()
}

type Lane = { readonly merchantId: string; readonly target: string }

/** In the text of the query, so that the indices over what waits are used: they are small, and the outbox is not. */
const waiting = sql.lit('waiting' as const)

/** The oldest waiting row of each payment: what comes behind it waits for it. */
function heads(db: Queries, { merchantId, target }: Lane) {
  return db
    .selectFrom('outbox as row')
    .where('row.merchant_id', '=', merchantId)
    .where('row.target', '=', target)
    .where('row.state', '=', waiting)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('outbox as earlier')
            .select('earlier.event_id')
            .where('earlier.merchant_id', '=', merchantId)
            .where('earlier.target', '=', target)
            .where('earlier.state', '=', waiting)
            .whereRef('earlier.payment_id', '=', 'row.payment_id')
            .whereRef('earlier.position', '<', 'row.position'),
        ),
      ),
    )
}

/** When the target has something to do next, as backoff and leases allow. Undefined: nothing waits. */
export async function nextDueAt(db: Queries, lane: Lane): Promise<number | undefined> {
  const row = await heads(db, lane).select('row.next_at').orderBy('row.next_at').limit(1).executeTakeFirst()
  return row?.next_at
}

/** Those of the targets for which something waits: one look into the index for each, however much it is. */
export async function withWork(
  db: Queries,
  merchantId: string,
  targets: readonly string[],
): Promise<string[]> {
  const found: string[] = []
  for (const target of targets) {
    const row = await db
      .selectFrom('outbox')
      .select('event_id')
      .where('merchant_id', '=', merchantId)
      .where('target', '=', target)
      .where('state', '=', waiting)
      .limit(1)
      .executeTakeFirst()
    if (row) found.push(target)
  }
  return found
}

export type DeliveryLine = {
  readonly attempt: number
  readonly status: number | null
  readonly outcome: string
  readonly latencyMs: number
}

/** One line of the delivery log: status and time, never a body. */
export async function logDelivery(
  trx: Queries,
  key: RowKey,
  { attempt, status, outcome, latencyMs }: DeliveryLine,
  nowMs: number,
): Promise<void> {
  const { merchant_id, event_id, target } = key
  const row = { merchant_id, event_id, target, attempt, status, outcome, latency_ms: latencyMs, at: nowMs }
  await trx.insertInto('webhook_deliveries').values(row).execute()
}
