import type { Kysely } from 'kysely'
import type { Migration } from '../migration.ts'

// biome-ignore lint/suspicious/noExplicitAny: the schema as it is made here has no types yet.
type Schema = Kysely<any>

/** Ways to pay beside a keyed card: what a payment keeps of each, and the cards that the gateway keeps. */
export const waysToPayMigration: Migration = {
  name: '0012-ways-to-pay',
  async up(db) {
    for (const name of ['keep_card', 'stored_card', 'pay_link', 'group_id'])
      await db.schema.alterTable('payments').addColumn(name, 'text').execute()
    await db.schema
      .alterTable('attempts')
      .addColumn('way', 'text', (column) => column.notNull().defaultTo('card'))
      .execute()
    for (const name of ['stored_card_id', 'initiator', 'expires'])
      await db.schema.alterTable('attempts').addColumn(name, 'text').execute()
    await cards(db)
  },
}

async function cards(db: Schema): Promise<void> {
  await db.schema
    .createTable('stored_cards')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('customer', 'text', (column) => column.notNull())
    .addColumn('gateway', 'text', (column) => column.notNull())
    .addColumn('token', 'text', (column) => column.notNull())
    .addColumn('customer_ref', 'text')
    .addColumn('network_ref', 'text')
    .addColumn('brand', 'text', (column) => column.notNull())
    .addColumn('last4', 'text', (column) => column.notNull())
    .addColumn('expires', 'text', (column) => column.notNull())
    .addColumn('card_use', 'text', (column) => column.notNull())
    .addColumn('consent_how', 'text', (column) => column.notNull())
    .addColumn('consent_kind', 'text', (column) => column.notNull())
    .addColumn('consent_id', 'text', (column) => column.notNull())
    .addColumn('consent_at', 'bigint', (column) => column.notNull())
    .addColumn('payment_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    // The same card of the same customer, kept again, takes the place of the one before.
    .addUniqueConstraint('stored_cards_once', [
      'merchant_id',
      'customer',
      'gateway',
      'brand',
      'last4',
      'expires',
    ])
    .execute()
  await db.schema
    .createIndex('stored_cards_by_payment')
    .on('stored_cards')
    .columns(['merchant_id', 'payment_id'])
    .execute()
}
