import { type Kysely, sql } from 'kysely'
import type { Migration } from '../migration.ts'

// biome-ignore lint/suspicious/noExplicitAny: the schema as it is made here has no types yet.
type Schema = Kysely<any>

/** Webhook secrets that are being replaced, the list of deliveries, and receipts. */
export const resultsMigration: Migration = {
  name: '0008-results',
  async up(db) {
    await db.schema.alterTable('webhook_endpoints').addColumn('previous_secret', 'text').execute()
    await db.schema.alterTable('webhook_endpoints').addColumn('previous_until', 'bigint').execute()
    await db.schema
      .alterTable('outbox')
      .addColumn('attempts_before', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
    await db.schema
      .createIndex('outbox_by_merchant')
      .on('outbox')
      .columns(['merchant_id', 'event_id', 'target'])
      .execute()
    // The few that a person has to look at, however many were delivered.
    await sql`create index outbox_dead on outbox (merchant_id, event_id, target) where state = 'dead'`.execute(
      db,
    )
    await wishes(db)
    await receipts(db)
    await branding(db)
  },
}

async function wishes(db: Schema): Promise<void> {
  await db.schema
    .createTable('receipt_wishes')
    .addColumn('merchant_id', 'text', (column) => column.notNull())
    .addColumn('payment_id', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('locale', 'text')
    .addColumn('consent_kind', 'text', (column) => column.notNull())
    .addColumn('consent_id', 'text', (column) => column.notNull())
    .addColumn('consent_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('receipt_wishes_key', ['merchant_id', 'payment_id', 'channel'])
    .addForeignKeyConstraint('receipt_wishes_payment', ['merchant_id', 'payment_id'], 'payments', [
      'merchant_id',
      'id',
    ])
    .execute()
}

async function receipts(db: Schema): Promise<void> {
  await db.schema
    .createTable('receipts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('merchant_id', 'text', (column) => column.notNull())
    .addColumn('payment_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('look_ups', 'integer', (column) => column.notNull())
    .addColumn('message_ref', 'text')
    .addColumn('because', 'text')
    .addColumn('sent_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    // One for each sale or refund and channel, however often its event is delivered.
    .addUniqueConstraint('receipts_once', ['merchant_id', 'payment_id', 'kind', 'subject', 'channel'])
    .addForeignKeyConstraint('receipts_payment', ['merchant_id', 'payment_id'], 'payments', [
      'merchant_id',
      'id',
    ])
    .execute()
}

async function branding(db: Schema): Promise<void> {
  await db.schema
    .createTable('receipt_settings')
    .addColumn('merchant_id', 'text', (column) => column.primaryKey().references('merchants.id'))
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('receipt_templates')
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('part', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('receipt_templates_key', ['merchant_id', 'kind', 'part'])
    .execute()
}
