import type { Migration } from '../migration.ts'

/** Why a gateway that was told to forget a kept card has not, and since when: an agent and an auditor are told. */
export const forgetFailuresMigration: Migration = {
  name: '0017-forget-failures',
  async up(db) {
    await db.schema.alterTable('stored_cards').addColumn('forget_because', 'text').execute()
    await db.schema.alterTable('stored_cards').addColumn('forget_failed_at', 'bigint').execute()
  },
}
