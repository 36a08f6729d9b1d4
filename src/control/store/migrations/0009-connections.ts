import type { Migration } from '../migration.ts'

/** Connected CRMs and accounting systems, consent that is being given, and the records that payments belong to. */
export const connectionsMigration: Migration = {
  name: '0009-connections',
  async up(db) {
    await db.schema
      .createTable('connections')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
      .addColumn('adapter', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('disabled_because', 'text')
      .addColumn('settings', 'text', (column) => column.notNull())
      .addColumn('origins', 'text')
      .addColumn('grant_kind', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('sealed_client', 'text', (column) => column.notNull())
      .addColumn('sealed_tokens', 'text')
      .addColumn('tokens_until', 'bigint', (column) => column.notNull())
      .addColumn('tokens_version', 'integer', (column) => column.notNull())
      .addColumn('refreshing_until', 'bigint', (column) => column.notNull())
      .addColumn('mapping', 'text', (column) => column.notNull())
      .addColumn('events', 'text', (column) => column.notNull())
      .addColumn('rules', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema
      .createIndex('connections_of_merchant')
      .on('connections')
      .columns(['merchant_id', 'id'])
      .execute()
    await db.schema
      .createTable('connection_consents')
      .addColumn('state_hash', 'text', (column) => column.primaryKey())
      .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
      .addColumn('connection_id', 'text', (column) => column.notNull())
      .addColumn('agent_id', 'text', (column) => column.notNull())
      .addColumn('sealed_verifier', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('record_links')
      .addColumn('connection_id', 'text', (column) => column.notNull())
      .addColumn('payment_id', 'text', (column) => column.notNull())
      .addColumn('merchant_id', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('record_kind', 'text')
      .addColumn('record_id', 'text')
      .addColumn('source', 'text')
      .addColumn('because', 'text')
      .addColumn('candidates', 'text', (column) => column.notNull())
      .addColumn('written', 'text')
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('record_links_key', ['connection_id', 'payment_id'])
      .addForeignKeyConstraint('record_links_payment', ['merchant_id', 'payment_id'], 'payments', [
        'merchant_id',
        'id',
      ])
      .execute()
    // From their side: the payments of one of their records.
    await db.schema
      .createIndex('record_links_by_record')
      .on('record_links')
      .columns(['merchant_id', 'record_id', 'record_kind'])
      .execute()
    await db.schema
      .createIndex('record_links_of_payment')
      .on('record_links')
      .columns(['merchant_id', 'payment_id'])
      .execute()
  },
}
