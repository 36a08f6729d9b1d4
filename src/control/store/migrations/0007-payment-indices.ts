import { sql } from 'kysely'
import type { Migration } from '../migration.ts'

/** What `npm run bench:core` found to grow with the payments that are stored, and should not. */
export const paymentIndicesMigration: Migration = {
  name: '0007-payment-indices',
  async up(db) {
    await db.schema
      .createIndex('attempts_of_payment')
      .on('attempts')
      .columns(['merchant_id', 'payment_id'])
      .execute()
    // As the query says it, word for word: SQLite proves no more than that. An old one could not give the order.
    await sql`create index payments_under_way on payments (merchant_id, id)
      where status in ('collecting', 'ready', 'authorising', 'unknown')`.execute(db)
    await db.schema.dropIndex('payments_open').execute()
    // The relay takes what is due first, however much waits behind it.
    await sql`create index outbox_due on outbox (target, next_at, event_id) where state = 'waiting'`.execute(
      db,
    )
  },
}
