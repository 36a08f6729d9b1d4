import type { Migration } from '../migration.ts'

/** What is said of a call: payments of it inherit the record of a CRM from there. */
export const callMetadataMigration: Migration = {
  name: '0018-call-metadata',
  async up(db) {
    await db.schema
      .alterTable('calls')
      .addColumn('metadata', 'text', (column) => column.notNull().defaultTo('{}'))
      .execute()
  },
}
