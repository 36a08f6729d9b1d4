import { z } from 'zod'
import { Grant, Mapping, RecordRules } from '../../contracts/connections.ts'
import { PaymentEventType } from '../../contracts/payment-events.ts'
import type { Account, Origins } from '../../crm/account.ts'
import type { Adapter } from '../../crm/adapter.ts'
import { findAdapter } from '../../crm/registry.ts'
import type { ConnectionTable } from '../store/connection-tables.ts'
import type { Queries } from '../store/database.ts'

const json = <T extends z.ZodType>(schema: T) =>
  z.string().transform((text): z.output<T> => schema.parse(JSON.parse(text)))

const OriginsJson = z.strictObject({ api: z.string(), identity: z.string() })

export const ConnectionRow = z.strictObject({
  id: z.string(),
  merchant_id: z.string(),
  adapter: z.string(),
  name: z.string(),
  state: z.enum(['open', 'connected', 'disabled']),
  disabled_because: z.string().nullable(),
  settings: json(z.record(z.string(), z.unknown())),
  origins: json(OriginsJson).nullable(),
  grant_kind: Grant,
  client_id: z.string(),
  sealed_client: z.string(),
  sealed_tokens: z.string().nullable(),
  tokens_until: z.number().int(),
  tokens_version: z.number().int(),
  refreshing_until: z.number().int(),
  mapping: json(Mapping),
  events: json(z.array(PaymentEventType)),
  rules: json(RecordRules),
  created_at: z.number().int(),
  updated_at: z.number().int(),
})
export type ConnectionRow = z.output<typeof ConnectionRow>

export type ConnectionKey = { readonly merchantId: string; readonly connectionId: string }

export async function findConnection(db: Queries, key: ConnectionKey): Promise<ConnectionRow | undefined> {
  const row = await db
    .selectFrom('connections')
    .selectAll()
    .where('merchant_id', '=', key.merchantId)
    .where('id', '=', key.connectionId)
    .executeTakeFirst()
  return row && ConnectionRow.parse(row)
}

export async function listConnections(db: Queries, merchantId: string): Promise<ConnectionRow[]> {
  const rows = await db
    .selectFrom('connections')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .orderBy('id')
    .execute()
  return rows.map((row) => ConnectionRow.parse(row))
}

export type ConnectionChange = Partial<Omit<ConnectionTable, 'id' | 'merchant_id' | 'adapter' | 'created_at'>>

export async function changeConnection(
  trx: Queries,
  key: ConnectionKey,
  change: ConnectionChange,
  nowMs: number,
): Promise<void> {
  await trx
    .updateTable('connections')
    .set({ ...change, updated_at: nowMs })
    .where('merchant_id', '=', key.merchantId)
    .where('id', '=', key.connectionId)
    .execute()
}

/** A connection with all that speaks for it. */
export type Connected = {
  readonly row: ConnectionRow
  readonly adapter: Adapter
  readonly account: Account
  readonly origins: Origins
}

export function connectedOf(row: ConnectionRow): Connected {
  const adapter = findAdapter(row.adapter)
  if (!adapter) throw new Error('a stored connection names an adapter that is not there')
  return {
    row,
    adapter,
    account: { settings: row.settings },
    origins: row.origins ?? adapter.origins(row.settings),
  }
}
