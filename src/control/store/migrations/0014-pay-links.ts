import type { Migration } from '../migration.ts'

/** The gateway's page for a payment, and whom its address was sent to. */
export const payLinksMigration: Migration = {
  name: '0014-pay-links',
  async up(db) {
    await db.schema
      .createTable('pay_links')
      .addColumn('attempt_id', 'text', (column) => column.primaryKey())
      .addColumn('merchant_id', 'text', (column) => column.notNull())
      .addColumn('payment_id', 'text', (column) => column.notNull())
      .addColumn('token', 'text', (column) => column.notNull().unique())
      .addColumn('page_url', 'text')
      .addColumn('channel', 'text')
      .addColumn('address', 'text')
      .addColumn('locale', 'text')
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('open', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addForeignKeyConstraint('pay_links_payment', ['merchant_id', 'payment_id'], 'payments', [
        'merchant_id',
        'id',
      ])
      .execute()
    await db.schema.createIndex('pay_links_open').on('pay_links').columns(['merchant_id', 'open']).execute()
  },
}
