import { z } from 'zod'
import { RecordRef } from '../../contracts/connections.ts'
import { Candidate } from '../../contracts/records.ts'
import type { RecordLinkTable } from '../store/connection-tables.ts'
import type { Queries } from '../store/database.ts'

const json = <T extends z.ZodType>(schema: T) =>
  z.string().transform((text): z.output<T> => schema.parse(JSON.parse(text)))

const Written = z.strictObject({ record: RecordRef, refs: z.record(z.string(), z.string()) })

/** Which record of a connected system a payment belongs to. */
export const RecordLink = z.strictObject({
  connection_id: z.string(),
  payment_id: z.string(),
  merchant_id: z.string(),
  state: z.enum(['linked', 'held']),
  record_kind: z.string().nullable(),
  record_id: z.string().nullable(),
  source: z.enum(['payment', 'call', 'phone', 'agent']).nullable(),
  because: z.string().nullable(),
  candidates: json(z.array(Candidate)),
  written: json(Written).nullable(),
  position: z.number().int(),
  created_at: z.number().int(),
  updated_at: z.number().int(),
})
export type RecordLink = z.output<typeof RecordLink>

export type LinkKey = {
  readonly merchantId: string
  readonly connectionId: string
  readonly paymentId: string
}

export async function findLink(db: Queries, key: LinkKey): Promise<RecordLink | undefined> {
  const row = await db
    .selectFrom('record_links')
    .selectAll()
    .where('merchant_id', '=', key.merchantId)
    .where('connection_id', '=', key.connectionId)
    .where('payment_id', '=', key.paymentId)
    .executeTakeFirst()
  return row && RecordLink.parse(row)
}

export async function linksOfPayment(
  db: Queries,
  merchantId: string,
  paymentId: string,
): Promise<RecordLink[]> {
  const rows = await db
    .selectFrom('record_links')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('payment_id', '=', paymentId)
    .orderBy('connection_id')
    .execute()
  return rows.map((row) => RecordLink.parse(row))
}

/** Ids of the payments of one of their records, newest first. */
export async function paymentsOfRecord(
  db: Queries,
  of: { readonly merchantId: string; readonly record: RecordRef; readonly connectionId?: string | undefined },
): Promise<string[]> {
  const { merchantId, record, connectionId } = of
  const rows = await db
    .selectFrom('record_links')
    .select('payment_id')
    .distinct()
    .where('merchant_id', '=', merchantId)
    .where('record_id', '=', record.id)
    .where('record_kind', '=', record.kind)
    .where('state', '=', 'linked')
    .$if(connectionId !== undefined, (query) => query.where('connection_id', '=', connectionId ?? ''))
    .orderBy('payment_id', 'desc')
    .limit(200)
    .execute()
  return rows.map(({ payment_id }) => payment_id)
}

/** The link as this makes it, or as somebody else had made it meanwhile: a person, or a call that was given a record. */
export async function linkUnlessThere(
  db: Queries,
  key: LinkKey,
  change: LinkChange,
  nowMs: number,
): Promise<RecordLink> {
  await db
    .insertInto('record_links')
    .values({ ...freshLink(key, nowMs), ...change })
    .onConflict((conflict) => conflict.columns(['connection_id', 'payment_id']).doNothing())
    .execute()
  const link = await findLink(db, key)
  if (!link) throw new Error('the link that was just stored is not there')
  return link
}

export type LinkChange = Partial<
  Omit<RecordLinkTable, 'connection_id' | 'payment_id' | 'merchant_id' | 'created_at' | 'updated_at'>
>

/** Makes the link, or changes it. */
export async function saveLink(trx: Queries, key: LinkKey, change: LinkChange, nowMs: number): Promise<void> {
  await trx
    .insertInto('record_links')
    .values({ ...freshLink(key, nowMs), ...change })
    .onConflict((conflict) =>
      conflict.columns(['connection_id', 'payment_id']).doUpdateSet({ ...change, updated_at: nowMs }),
    )
    .execute()
}

function freshLink(key: LinkKey, nowMs: number) {
  return {
    ...{ connection_id: key.connectionId, payment_id: key.paymentId, merchant_id: key.merchantId },
    ...{ state: 'held' as const, record_kind: null, record_id: null, source: null, because: null },
    ...{ candidates: '[]', written: null, position: -1, created_at: nowMs, updated_at: nowMs },
  }
}
