import { sql } from 'kysely'
import type { Migration } from '../migration.ts'

/** Comparisons of our ledger with the gateway's, and what it takes to find our side of them fast. */
export const reconciliationMigration: Migration = {
  name: '0005-reconciliation',
  async up(db) {
    await db.schema
      .createTable('reconciliations')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
      .addColumn('gateway', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('since_ms', 'bigint', (column) => column.notNull())
      .addColumn('until_ms', 'bigint', (column) => column.notNull())
      .addColumn('lines', 'integer', (column) => column.notNull())
      .addColumn('matched', 'integer', (column) => column.notNull())
      .addColumn('differences', 'integer', (column) => column.notNull())
      .addColumn('because', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('reconciliations_by_merchant', ['merchant_id', 'id'])
      .execute()
    await db.schema
      .createTable('reconciliation_differences')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('merchant_id', 'text', (column) => column.notNull())
      .addColumn('reconciliation_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('payment_id', 'text')
      .addColumn('gateway_ref', 'text')
      .addColumn('ours_minor', 'integer')
      .addColumn('theirs_minor', 'integer')
      .addColumn('currency', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addForeignKeyConstraint(
        'differences_of_run',
        ['merchant_id', 'reconciliation_id'],
        'reconciliations',
        ['merchant_id', 'id'],
      )
      .execute()
    const index = (name: string, table: string, columns: string[]) =>
      db.schema.createIndex(name).on(table).columns(columns)
    await index('differences_of_reconciliation', 'reconciliation_differences', [
      'merchant_id',
      'reconciliation_id',
    ]).execute()
    await index('differences_by_subject', 'reconciliation_differences', ['merchant_id', 'subject']).execute()
    await index('attempts_approved', 'attempts', ['merchant_id', 'updated_at'])
      .where(sql.ref('state'), '=', 'approved')
      .execute()
    await index('operations_done', 'operations', ['merchant_id', 'updated_at'])
      .where(sql.ref('state'), '=', 'done')
      .execute()
  },
}
