import type { Migration } from '../migration.ts'

/** What is known of a bank account that a payment is to be debited from: whose it is and how they agreed. No digit of it. */
export const bankAccountsMigration: Migration = {
  name: '0019-bank-accounts',
  async up(db) {
    await db.schema.alterTable('payments').addColumn('bank_account', 'text').execute()
  },
}
