import {
  ReceiptKind,
  ReceiptSettings,
  TemplatePart,
  type TemplateResource,
} from '../../contracts/receipts.ts'
import type { Queries } from '../store/database.ts'
import { defaultTemplate } from './default-templates.ts'

/** Every part of a receipt as it is written for this merchant. */
export type ReceiptTemplates = Readonly<Record<TemplatePart, string>>

/** As the merchant set it; with nothing but the merchant's name until then. */
export async function readSettings(db: Queries, merchantId: string): Promise<ReceiptSettings> {
  const stored = await db
    .selectFrom('receipt_settings')
    .select('settings')
    .where('merchant_id', '=', merchantId)
    .executeTakeFirst()
  if (stored) return ReceiptSettings.parse(JSON.parse(stored.settings))
  const merchant = await db
    .selectFrom('merchants')
    .select('name')
    .where('id', '=', merchantId)
    .executeTakeFirstOrThrow()
  return ReceiptSettings.parse({ merchantName: merchant.name.slice(0, 80) })
}

export async function writeSettings(
  trx: Queries,
  merchantId: string,
  settings: ReceiptSettings,
  nowMs: number,
): Promise<void> {
  const row = { merchant_id: merchantId, settings: JSON.stringify(settings), updated_at: nowMs }
  await trx
    .insertInto('receipt_settings')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('merchant_id').doUpdateSet({ settings: row.settings, updated_at: nowMs }),
    )
    .execute()
}

export async function listTemplates(db: Queries, merchantId: string): Promise<TemplateResource[]> {
  const own = await db
    .selectFrom('receipt_templates')
    .select(['kind', 'part', 'body'])
    .where('merchant_id', '=', merchantId)
    .execute()
  return ReceiptKind.options.flatMap((kind) =>
    TemplatePart.options.map((part): TemplateResource => {
      const found = own.find((row) => row.kind === kind && row.part === part)
      if (found) return { kind, part, source: 'merchant', body: found.body }
      return { kind, part, source: 'default', body: defaultTemplate(kind, part) }
    }),
  )
}

export async function readTemplates(
  db: Queries,
  merchantId: string,
  kind: ReceiptKind,
): Promise<ReceiptTemplates> {
  const all = (await listTemplates(db, merchantId)).filter((template) => template.kind === kind)
  return Object.fromEntries(all.map(({ part, body }) => [part, body])) as ReceiptTemplates
}

/** A null body takes ours again. */
export async function writeTemplate(
  trx: Queries,
  merchantId: string,
  {
    kind,
    part,
    body,
  }: { readonly kind: ReceiptKind; readonly part: TemplatePart; readonly body: string | null },
  nowMs: number,
): Promise<void> {
  await trx
    .deleteFrom('receipt_templates')
    .where('merchant_id', '=', merchantId)
    .where('kind', '=', kind)
    .where('part', '=', part)
    .execute()
  if (body === null) return
  await trx
    .insertInto('receipt_templates')
    .values({ merchant_id: merchantId, kind, part, body, updated_at: nowMs })
    .execute()
}
