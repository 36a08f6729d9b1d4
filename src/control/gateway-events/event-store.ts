import { z } from 'zod'
import type { WebhookEvent, WebhookWhat } from '../../connectors/webhook.ts'
import type { Queries } from '../store/database.ts'
import type { GatewayEventTable } from '../store/gateway-tables.ts'

const Time = z.number().int()

export const GatewayEventRow = z.strictObject({
  gateway: z.string(),
  event_id: z.string(),
  merchant_id: z.string().nullable(),
  what: z.string(),
  gateway_ref: z.string().nullable(),
  our_reference: z.string().nullable(),
  amount_minor: z.number().int().nullable(),
  currency: z.string().nullable(),
  state: z.enum(['waiting', 'done', 'parked']),
  because: z.string().nullable(),
  tries: z.number().int(),
  next_at: Time,
  received_at: Time,
  updated_at: Time,
}) satisfies z.ZodType<GatewayEventTable>
export type GatewayEventRow = Omit<z.infer<typeof GatewayEventRow>, 'what'> & { readonly what: WebhookWhat }

/** Written once, however often it is delivered. True when it is new. */
export async function keepEvent(
  db: Queries,
  gateway: string,
  event: WebhookEvent,
  nowMs: number,
): Promise<boolean> {
  const row = {
    gateway,
    event_id: event.id,
    merchant_id: null,
    what: event.what,
    gateway_ref: event.gatewayRef ?? null,
    our_reference: event.ourReference ?? null,
    amount_minor: event.money?.amountMinor ?? null,
    currency: event.money?.currency ?? null,
    state: 'waiting' as const,
    because: null,
    tries: 0,
    next_at: nowMs,
    received_at: nowMs,
    updated_at: nowMs,
  }
  const kept = await db
    .insertInto('gateway_events')
    .values(row)
    .onConflict((conflict) => conflict.columns(['gateway', 'event_id']).doNothing())
    .executeTakeFirst()
  return kept.numInsertedOrUpdatedRows === 1n
}

/** What is due, oldest first. */
export async function dueEvents(db: Queries, nowMs: number, limit: number): Promise<GatewayEventRow[]> {
  const rows = await db
    .selectFrom('gateway_events')
    .selectAll()
    .where('state', '!=', 'done')
    .where('next_at', '<=', nowMs)
    .orderBy('next_at')
    .orderBy('event_id')
    .limit(limit)
    .execute()
  return rows.map((row) => GatewayEventRow.parse(row) as GatewayEventRow)
}

export async function nextEventAt(db: Queries): Promise<number | undefined> {
  const row = await db
    .selectFrom('gateway_events')
    .select(({ fn }) => fn.min<number | null>('next_at').as('at'))
    .where('state', '!=', 'done')
    .executeTakeFirst()
  return row?.at ?? undefined
}

export type EventChange = Partial<
  Pick<GatewayEventTable, 'state' | 'because' | 'tries' | 'next_at' | 'merchant_id'>
>

export async function changeEvent(
  db: Queries,
  { gateway, event_id }: Pick<GatewayEventRow, 'gateway' | 'event_id'>,
  change: EventChange & { readonly updated_at: number },
): Promise<void> {
  await db
    .updateTable('gateway_events')
    .set(change)
    .where('gateway', '=', gateway)
    .where('event_id', '=', event_id)
    .execute()
}
