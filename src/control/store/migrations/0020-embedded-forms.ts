import type { Migration } from '../migration.ts'

/** Whether a link leads to the gateway's page or to ours with the gateway's component in it, and what that needs. */
export const embeddedFormsMigration: Migration = {
  name: '0020-embedded-forms',
  async up(db) {
    await db.schema
      .alterTable('pay_links')
      .addColumn('kind', 'text', (column) => column.notNull().defaultTo('hosted'))
      .execute()
    await db.schema.alterTable('pay_links').addColumn('embed', 'text').execute()
  },
}
