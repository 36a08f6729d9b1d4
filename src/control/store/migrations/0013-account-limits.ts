import type { Migration } from '../migration.ts'

/** Requests to accounts of CRMs and books, counted for all processes and beyond restarts. */
export const accountLimitsMigration: Migration = {
  name: '0013-account-limits',
  async up(db) {
    await db.schema
      .createTable('account_limits')
      .addColumn('account', 'text', (column) => column.primaryKey())
      .addColumn('count', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
  },
}
