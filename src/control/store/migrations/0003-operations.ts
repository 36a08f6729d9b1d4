import { type Kysely, sql } from 'kysely'
import type { Migration } from '../migration.ts'

// biome-ignore lint/suspicious/noExplicitAny: the schema as it is made here has no types yet.
type Schema = Kysely<any>

export const operationsMigration: Migration = {
  name: '0003-operations',
  async up(db) {
    await books(db)
    await operations(db)
  },
}

/** The last line of defence: no row can say that more was captured than authorised, or given back than captured. */
async function books(db: Schema): Promise<void> {
  await db.schema
    .alterTable('payments')
    .addColumn('captured_minor', 'integer', (column) =>
      column.notNull().defaultTo(0).check(sql`captured_minor between 0 and amount_minor`),
    )
    .execute()
  await db.schema
    .alterTable('payments')
    .addColumn('refunded_minor', 'integer', (column) =>
      column.notNull().defaultTo(0).check(sql`refunded_minor between 0 and captured_minor`),
    )
    .execute()
  await sql`update payments set captured_minor = amount_minor where status = 'captured'`.execute(db)
}

async function operations(db: Schema): Promise<void> {
  await db.schema
    .createTable('operations')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('merchant_id', 'text', (column) => column.notNull())
    .addColumn('payment_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('gateway', 'text', (column) => column.notNull())
    .addColumn('idempotency_key', 'text', (column) => column.notNull().unique())
    .addColumn('amount_minor', 'integer', (column) => column.notNull().check(sql`amount_minor > 0`))
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('payment_ref', 'text', (column) => column.notNull())
    .addColumn('gateway_ref', 'text')
    .addColumn('because', 'text')
    .addColumn('reason', 'text')
    .addColumn('sent_at', 'bigint', (column) => column.notNull())
    .addColumn('inquiries', 'integer', (column) => column.notNull())
    .addColumn('absent_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addForeignKeyConstraint('operations_payment', ['merchant_id', 'payment_id'], 'payments', [
      'merchant_id',
      'id',
    ])
    .execute()
  await db.schema
    .createIndex('operations_of_payment')
    .on('operations')
    .columns(['merchant_id', 'payment_id'])
    .execute()
  // One at a time, whatever happens above: a refund that the gateway has received only holds its amount back.
  await sql`create unique index operations_one_live on operations (payment_id)
    where state in ('open', 'unknown') or (state = 'pending' and kind <> 'refund')`.execute(db)
  await sql`create index operations_under_way on operations (merchant_id)
    where state in ('open', 'unknown', 'pending')`.execute(db)
}
