import type { Kysely } from 'kysely'
import type { Migration } from '../migration.ts'

// biome-ignore lint/suspicious/noExplicitAny: the schema as it is made here has no types yet.
type Schema = Kysely<any>

/** Plans, and their runs: one of each number, and one payment for each, whatever runs twice. */
export const plansMigration: Migration = {
  name: '0015-plans',
  async up(db) {
    await plans(db)
    await db.schema
      .createTable('plan_runs')
      .addColumn('merchant_id', 'text', (column) => column.notNull())
      .addColumn('plan_id', 'text', (column) => column.notNull().references('plans.id'))
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .addColumn('amount_minor', 'integer', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('payment_id', 'text', (column) => column.notNull().unique())
      .addColumn('because', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('plan_runs_key', ['plan_id', 'number'])
      .execute()
  },
}

async function plans(db: Schema): Promise<void> {
  await db.schema
    .createTable('plans')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('because', 'text')
    .addColumn('customer', 'text', (column) => column.notNull())
    .addColumn('gateway', 'text', (column) => column.notNull())
    .addColumn('stored_card_id', 'text')
    .addColumn('first_payment_id', 'text')
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('amount_minor', 'integer', (column) => column.notNull())
    .addColumn('count', 'integer')
    .addColumn('schedule', 'text', (column) => column.notNull())
    .addColumn('dunning', 'text', (column) => column.notNull())
    .addColumn('next_run', 'integer', (column) => column.notNull())
    .addColumn('next_index', 'integer', (column) => column.notNull())
    .addColumn('notice', 'text')
    .addColumn('next_at', 'bigint')
    .addColumn('leased_until', 'bigint', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('plans_due').on('plans').columns(['merchant_id', 'next_at']).execute()
  await db.schema
    .createIndex('plans_by_first_payment')
    .on('plans')
    .columns(['merchant_id', 'first_payment_id'])
    .execute()
}
