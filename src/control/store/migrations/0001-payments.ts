import { type Kysely, sql } from 'kysely'
import type { Migration, StoreKind } from '../migration.ts'

// biome-ignore lint/suspicious/noExplicitAny: the schema as it is made here has no types yet.
type Schema = Kysely<any>

export const paymentsMigration: Migration = {
  name: '0001-payments',
  async up(db, kind) {
    await merchants(db)
    await payments(db)
    await attempts(db)
    await audit(db, kind)
    await webhooks(db)
  },
}

async function merchants(db: Schema): Promise<void> {
  await db.schema
    .createTable('merchants')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('gateway_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute()
}

async function payments(db: Schema): Promise<void> {
  await db.schema
    .createTable('payments')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('call_id', 'text', (column) => column.notNull())
    .addColumn('amount_minor', 'integer', (column) => column.notNull().check(sql`amount_minor > 0`))
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('capture', 'text', (column) => column.notNull())
    .addColumn('confirm', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('brand', 'text')
    .addColumn('last4', 'text')
    .addColumn('gateway', 'text', (column) => column.notNull())
    .addColumn('gateway_ref', 'text')
    .addColumn('auth_code', 'text')
    .addColumn('decline', 'text')
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    // Lets an attempt refer to a payment together with its merchant: no attempt of one on a payment of another.
    .addUniqueConstraint('payments_by_merchant', ['merchant_id', 'id'])
    .execute()
  await db.schema.createIndex('payments_of_call').on('payments').columns(['merchant_id', 'call_id']).execute()
  await db.schema
    .createIndex('payments_open')
    .on('payments')
    .columns(['status'])
    .where(sql.ref('status'), 'in', ['collecting', 'ready', 'authorising', 'unknown'])
    .execute()
}

async function attempts(db: Schema): Promise<void> {
  await db.schema
    .createTable('attempts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('merchant_id', 'text', (column) => column.notNull())
    .addColumn('payment_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('gateway', 'text', (column) => column.notNull())
    .addColumn('idempotency_key', 'text', (column) => column.notNull().unique())
    .addColumn('amount_minor', 'integer', (column) => column.notNull())
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('brand', 'text', (column) => column.notNull())
    .addColumn('last4', 'text', (column) => column.notNull())
    .addColumn('gateway_ref', 'text')
    .addColumn('auth_code', 'text')
    .addColumn('because', 'text')
    .addColumn('sent_at', 'bigint', (column) => column.notNull())
    .addColumn('inquiries', 'integer', (column) => column.notNull())
    .addColumn('absent_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addForeignKeyConstraint('attempts_payment', ['merchant_id', 'payment_id'], 'payments', [
      'merchant_id',
      'id',
    ])
    .execute()
  // The last line of defence against a second authorisation: one attempt that is open or took the money, never two.
  await db.schema
    .createIndex('attempts_one_live')
    .unique()
    .on('attempts')
    .column('payment_id')
    .where(sql.ref('state'), 'in', ['open', 'unknown', 'approved'])
    .execute()
}

async function audit(db: Schema, kind: StoreKind): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor_kind', 'text', (column) => column.notNull())
    .addColumn('actor_id', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('payment_id', 'text')
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('previous_hash', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_key', ['merchant_id', 'seq'])
    .execute()
  if (kind === 'postgres')
    await sql`create function audit_only_grows() returns trigger language plpgsql as
      $$ begin raise exception 'audit rows are append-only'; end $$`.execute(db)
  const refusal =
    kind === 'postgres'
      ? sql`for each statement execute function audit_only_grows()`
      : sql`begin select raise(abort, 'audit rows are append-only'); end`
  for (const change of kind === 'postgres' ? ['update', 'delete', 'truncate'] : ['update', 'delete']) {
    await sql`create trigger ${sql.ref(`audit_no_${change}`)} before ${sql.raw(change)} on audit
      ${refusal}`.execute(db)
  }
}

async function webhooks(db: Schema): Promise<void> {
  await db.schema
    .createTable('webhook_endpoints')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('secret', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('disabled_because', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('webhook_endpoints_by_url', ['merchant_id', 'url'])
    .execute()
  await db.schema
    .createTable('outbox')
    .addColumn('event_id', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('payment_id', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_at', 'bigint', (column) => column.notNull())
    .addColumn('leased_until', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('outbox_key', ['event_id', 'target'])
    .execute()
  await db.schema
    .createIndex('outbox_waiting')
    .on('outbox')
    .columns(['target', 'payment_id', 'position'])
    .where(sql.ref('state'), '=', 'waiting')
    .execute()
  await db.schema
    .createTable('webhook_deliveries')
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('event_id', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('status', 'integer')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('latency_ms', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('webhook_deliveries_key', ['event_id', 'target', 'attempt'])
    .execute()
}
