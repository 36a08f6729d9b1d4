import { z } from 'zod'
import type { Queries } from '../store/database.ts'
import type { WebhookEndpointTable } from '../store/payment-tables.ts'
import type { ChooseTargets } from './target.ts'

/** How long a secret that was replaced goes on signing beside the new one, in ms. */
export const bothSignMs = 24 * 3_600_000

export const EndpointRow = z.strictObject({
  id: z.string(),
  merchant_id: z.string(),
  url: z.string(),
  secret: z.string(),
  previous_secret: z.string().nullable(),
  previous_until: z.number().int().nullable(),
  source: z.enum(['config', 'api']),
  state: z.enum(['enabled', 'disabled']),
  disabled_because: z.string().nullable(),
  created_at: z.number().int(),
  updated_at: z.number().int(),
}) satisfies z.ZodType<WebhookEndpointTable>
export type EndpointRow = z.infer<typeof EndpointRow>

export type EndpointKey = { readonly merchantId: string; readonly endpointId: string }

export async function findEnabledEndpoint(db: Queries, key: EndpointKey): Promise<EndpointRow | undefined> {
  const row = await db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('merchant_id', '=', key.merchantId)
    .where('id', '=', key.endpointId)
    .where('state', '=', 'enabled')
    .executeTakeFirst()
  return row && EndpointRow.parse(row)
}

export async function enabledEndpoints(db: Queries, merchantId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('webhook_endpoints')
    .select('id')
    .where('merchant_id', '=', merchantId)
    .where('state', '=', 'enabled')
    .execute()
  return rows.map(({ id }) => id)
}

/** Every event goes to every endpoint that the merchant has now. */
export const chooseEndpoints: ChooseTargets = (trx, { merchantId }) => enabledEndpoints(trx, merchantId)

export async function listEndpoints(db: Queries, merchantId: string): Promise<EndpointRow[]> {
  const rows = await db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .orderBy('id')
    .execute()
  return rows.map((row) => EndpointRow.parse(row))
}

export type EndpointChange = Partial<
  Pick<EndpointRow, 'secret' | 'previous_secret' | 'previous_until' | 'state' | 'disabled_because'>
>

export async function changeEndpoint(
  trx: Queries,
  { merchantId, endpointId }: EndpointKey,
  change: EndpointChange,
  nowMs: number,
): Promise<void> {
  await trx
    .updateTable('webhook_endpoints')
    .set({ ...change, updated_at: nowMs })
    .where('merchant_id', '=', merchantId)
    .where('id', '=', endpointId)
    .execute()
}

/** What waits for it keeps waiting, for the day on which it is enabled again. */
export function disableEndpoint(
  trx: Queries,
  key: EndpointKey,
  because: string,
  nowMs: number,
): Promise<void> {
  return changeEndpoint(trx, key, { state: 'disabled', disabled_because: because }, nowMs)
}

/** Removes the endpoint; what waited for it is dead. */
export async function deleteEndpoint(trx: Queries, key: EndpointKey, nowMs: number): Promise<void> {
  await trx
    .deleteFrom('webhook_endpoints')
    .where('merchant_id', '=', key.merchantId)
    .where('id', '=', key.endpointId)
    .execute()
  await trx
    .updateTable('outbox')
    .set({ state: 'dead', updated_at: nowMs })
    .where('merchant_id', '=', key.merchantId)
    .where('target', '=', key.endpointId)
    .where('state', '=', 'waiting')
    .execute()
}
