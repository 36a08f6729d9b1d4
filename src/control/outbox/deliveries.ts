import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { AttemptResource, type DeliveryResource, type DeliveryState } from '../../contracts/deliveries.ts'
import type { Actor } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import type { OutboxTable } from '../store/payment-tables.ts'
import type { Store } from '../store/store.ts'

/** No such delivery of this merchant. */
export class DeliveryNotFound extends AppError {
  readonly code = 'DELIVERY_NOT_FOUND'
  readonly remedy = 'fix-request'
  constructor() {
    super('no such delivery')
  }
}

/** It is on its way by itself: replaying it would send it beside itself. */
export class DeliveryUnderWay extends AppError {
  readonly code = 'DELIVERY_UNDER_WAY'
  readonly remedy = 'fix-request'
  constructor() {
    super('this delivery still waits or is being tried; it needs no replay')
  }
}

export type DeliveryPage = {
  readonly target?: string | undefined
  readonly paymentId?: string | undefined
  readonly eventId?: string | undefined
  readonly state?: DeliveryState | undefined
  /** The id of the last of the page before. */
  readonly cursor?: string | undefined
  readonly limit: number
}

/** The delivery log of a merchant, and what a person can do with what was given up. */
export type Deliveries = {
  /** Newest first. */
  list(actor: Actor, page: DeliveryPage): Promise<{ data: DeliveryResource[]; nextCursor: string | null }>
  /** Oldest first. */
  attempts(actor: Actor, id: string): Promise<AttemptResource[]>
  /** Delivers again what was delivered or given up, with the same id, by the schedule from its beginning. */
  replay(actor: Actor, id: string): Promise<DeliveryResource>
  /** Everything that was given up for this target. Answers how many. */
  replayDead(actor: Actor, target: string): Promise<number>
}

export type DeliveriesOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly onTold: (merchantId: string) => void
}

export function createDeliveries({ store, clock, onTold }: DeliveriesOptions): Deliveries {
  return {
    async list({ merchantId }, page) {
      const rows = await rowsOf(store.db, merchantId, page)
      const data = rows.slice(0, page.limit).map(resourceOf)
      const last = rows.length > page.limit ? data.at(-1) : undefined
      return { data, nextCursor: last?.id ?? null }
    },
    async attempts({ merchantId }, id) {
      const { event_id, target } = await find(store.db, merchantId, id)
      const rows = await store.db
        .selectFrom('webhook_deliveries')
        .select(['attempt', 'status', 'outcome', 'latency_ms as latencyMs', 'at'])
        .where('merchant_id', '=', merchantId)
        .where('event_id', '=', event_id)
        .where('target', '=', target)
        .orderBy('attempt')
        .execute()
      return rows.map((row) => AttemptResource.parse(row))
    },
    async replay(actor, id) {
      const { merchantId } = actor
      const nowMs = clock.now()
      await store.transaction(async (trx) => {
        const row = await find(trx, merchantId, id)
        if (row.state === 'waiting') throw new DeliveryUnderWay()
        await reset(trx, merchantId, nowMs)
          .where('event_id', '=', row.event_id)
          .where('target', '=', row.target)
          .execute()
        const facts = { deliveryId: row.event_id, target: row.target, attempts: row.attempts }
        const entry = { actor, action: 'delivery.replayed', paymentId: row.payment_id, facts }
        await appendAudit(trx, entry, nowMs)
      })
      onTold(merchantId)
      return resourceOf(await find(store.db, merchantId, id))
    },
    async replayDead(actor, target) {
      const { merchantId } = actor
      const nowMs = clock.now()
      const count = await store.transaction(async (trx) => {
        const { numUpdatedRows } = await reset(trx, merchantId, nowMs)
          .where('target', '=', target)
          .where('state', '=', 'dead')
          .executeTakeFirstOrThrow()
        const facts = { target, count: Number(numUpdatedRows) }
        await appendAudit(trx, { actor, action: 'delivery.dead-replayed', paymentId: null, facts }, nowMs)
        return facts.count
      })
      onTold(merchantId)
      return count
    },
  }
}

/** Waits again, as if it had never been tried; the log goes on counting. */
function reset(trx: Queries, merchantId: string, nowMs: number) {
  return trx
    .updateTable('outbox')
    .set(({ ref }) => ({
      state: 'waiting' as const,
      attempts_before: ref('attempts'),
      next_at: nowMs,
      leased_until: 0,
      updated_at: nowMs,
    }))
    .where('merchant_id', '=', merchantId)
}

/** Throws DeliveryNotFound. */
async function find(db: Queries, merchantId: string, id: string): Promise<OutboxTable> {
  const [eventId = '', target = ''] = id.split('~')
  const row = await db
    .selectFrom('outbox')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('event_id', '=', eventId)
    .where('target', '=', target)
    .executeTakeFirst()
  if (!row) throw new DeliveryNotFound()
  return row
}

function rowsOf(db: Queries, merchantId: string, page: DeliveryPage): Promise<OutboxTable[]> {
  const { target, paymentId, eventId, state, cursor, limit } = page
  const [beforeEvent = '', beforeTarget = ''] = (cursor ?? '').split('~')
  return db
    .selectFrom('outbox')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .$if(target !== undefined, (query) => query.where('target', '=', target ?? ''))
    .$if(paymentId !== undefined, (query) => query.where('payment_id', '=', paymentId ?? ''))
    .$if(eventId !== undefined, (query) => query.where('event_id', '=', eventId ?? ''))
    .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'dead'))
    .$if(cursor !== undefined, (query) =>
      query.where(({ or, and, eb }) =>
        or([
          eb('event_id', '<', beforeEvent),
          and([eb('event_id', '=', beforeEvent), eb('target', '<', beforeTarget)]),
        ]),
      ),
    )
    .orderBy('event_id', 'desc')
    .orderBy('target', 'desc')
    .limit(limit + 1)
    .execute()
}

function resourceOf(row: OutboxTable): DeliveryResource {
  return {
    id: `${row.event_id}~${row.target}`,
    eventId: row.event_id,
    target: row.target,
    type: row.type,
    paymentId: row.payment_id,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: row.state === 'waiting' ? row.next_at : null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
