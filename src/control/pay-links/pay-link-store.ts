import { z } from 'zod'
import type { Queries } from '../store/database.ts'
import type { PayLinkTable } from '../store/pay-link-tables.ts'

export const PayLinkRow = z.strictObject({
  attempt_id: z.string(),
  merchant_id: z.string(),
  payment_id: z.string(),
  token: z.string(),
  page_url: z.string().nullable(),
  channel: z.enum(['email', 'text']).nullable(),
  address: z.string().nullable(),
  locale: z.string().nullable(),
  expires_at: z.number().int(),
  open: z.union([z.literal(0), z.literal(1)]),
  created_at: z.number().int(),
  updated_at: z.number().int(),
  kind: z.enum(['hosted', 'embedded']),
  embed: z.string().nullable(),
}) satisfies z.ZodType<PayLinkTable>
export type PayLinkRow = z.infer<typeof PayLinkRow>

type Key = { readonly merchantId: string; readonly attemptId: string }

export async function insertLink(db: Queries, row: PayLinkRow): Promise<void> {
  await db.insertInto('pay_links').values(row).execute()
}

export async function findLink(db: Queries, { merchantId, attemptId }: Key): Promise<PayLinkRow | undefined> {
  const row = await db
    .selectFrom('pay_links')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('attempt_id', '=', attemptId)
    .executeTakeFirst()
  return row && PayLinkRow.parse(row)
}

/** Whoever opens the address names no merchant: the token, 128 random bits, is what it is found by. */
export async function findLinkByToken(db: Queries, token: string): Promise<PayLinkRow | undefined> {
  const row = await db.selectFrom('pay_links').selectAll().where('token', '=', token).executeTakeFirst()
  return row && PayLinkRow.parse(row)
}

export async function openLinks(db: Queries, merchantId: string): Promise<PayLinkRow[]> {
  const rows = await db
    .selectFrom('pay_links')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('open', '=', 1)
    .orderBy('attempt_id')
    .execute()
  return rows.map((row) => PayLinkRow.parse(row))
}

export async function changeLink(
  db: Queries,
  { merchantId, attemptId }: Key,
  change: Partial<Pick<PayLinkTable, 'page_url' | 'embed' | 'open' | 'expires_at'>> & {
    readonly updated_at: number
  },
): Promise<void> {
  await db
    .updateTable('pay_links')
    .set(change)
    .where('merchant_id', '=', merchantId)
    .where('attempt_id', '=', attemptId)
    .execute()
}
