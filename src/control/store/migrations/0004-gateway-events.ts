import { sql } from 'kysely'
import type { Migration } from '../migration.ts'

/** What gateways tell by webhook: stored before it is answered, processed after. */
export const gatewayEventsMigration: Migration = {
  name: '0004-gateway-events',
  async up(db) {
    await db.schema
      .createTable('gateway_events')
      .addColumn('gateway', 'text', (column) => column.notNull())
      .addColumn('event_id', 'text', (column) => column.notNull())
      .addColumn('merchant_id', 'text', (column) => column.references('merchants.id'))
      .addColumn('what', 'text', (column) => column.notNull())
      .addColumn('gateway_ref', 'text')
      .addColumn('our_reference', 'text')
      .addColumn('amount_minor', 'integer')
      .addColumn('currency', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('because', 'text')
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('next_at', 'bigint', (column) => column.notNull())
      .addColumn('received_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('gateway_events_key', ['gateway', 'event_id'])
      .execute()
    await db.schema
      .createIndex('gateway_events_due')
      .on('gateway_events')
      .column('next_at')
      .where(sql.ref('state'), '!=', 'done')
      .execute()
    // A webhook names a payment in the gateway's words as often as in ours.
    await db.schema
      .createIndex('payments_by_gateway_ref')
      .on('payments')
      .columns(['merchant_id', 'gateway_ref'])
      .execute()
    await db.schema
      .createIndex('operations_by_gateway_ref')
      .on('operations')
      .columns(['merchant_id', 'gateway_ref'])
      .execute()
  },
}
