import { sql } from 'kysely'
import type { Migration } from '../migration.ts'

/**
 * Where a run's dunning begins: how many tries its payment had by then. Resumed, or with another card, it begins anew. And
 * the plans that wait for a first payment, which are looked through at every wake: few, however many there have been.
 */
export const planTriesMigration: Migration = {
  name: '0016-plan-tries',
  async up(db) {
    await db.schema
      .alterTable('plan_runs')
      .addColumn('tries_before', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
    await db.schema
      .createIndex('plans_waiting')
      .on('plans')
      .columns(['merchant_id', 'first_payment_id'])
      .where(sql.ref('status'), '=', 'waiting')
      .execute()
  },
}
