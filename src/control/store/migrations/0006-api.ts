import type { Migration } from '../migration.ts'

/** The API's date pinned for each key, and what its filters search by. Keys from before are pinned to the first date. */
export const apiMigration: Migration = {
  name: '0006-api',
  async up(db) {
    await db.schema
      .alterTable('api_keys')
      .addColumn('api_version', 'text', (column) => column.notNull().defaultTo('2026-10-01'))
      .execute()
    const index = (name: string, columns: string[]) =>
      db.schema.createIndex(name).on('payments').columns(columns).execute()
    await index('payments_by_reference', ['merchant_id', 'reference', 'id'])
    await index('payments_by_status', ['merchant_id', 'status', 'id'])
    await index('payments_by_age', ['merchant_id', 'created_at'])
  },
}
