import type { Migration } from '../migration.ts'

/** Who pays, by the merchant's own name. Payments from before have none, and most may never: only named ones are indexed. */
export const customersMigration: Migration = {
  name: '0010-customers',
  async up(db) {
    await db.schema.alterTable('payments').addColumn('customer', 'text').execute()
    await db.schema
      .createIndex('payments_by_customer')
      .on('payments')
      .columns(['merchant_id', 'customer', 'id'])
      .where('customer', 'is not', null)
      .execute()
  },
}
