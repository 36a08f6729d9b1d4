import type { Migration } from '../migration.ts'

/**
 * What gateways were told and where: whether a payment is declared as a telephone order, and a fingerprint of the account
 * that an attempt or operation went to. And until when the process that took an idempotency key vouches for it.
 * Rows from before hold none of it.
 */
export const declaredAndSentMigration: Migration = {
  name: '0011-declared-and-sent',
  async up(db) {
    await db.schema.alterTable('payments').addColumn('moto', 'integer').execute()
    await db.schema.alterTable('attempts').addColumn('sent_to', 'text').execute()
    await db.schema.alterTable('operations').addColumn('sent_to', 'text').execute()
    await db.schema.alterTable('idempotency_keys').addColumn('leased_until', 'bigint').execute()
  },
}
