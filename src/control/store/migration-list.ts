import type { Migration } from './migration.ts'
import { paymentsMigration } from './migrations/0001-payments.ts'
import { accessMigration } from './migrations/0002-access.ts'

/** Every step of the schema, in order. Only ever appended to. */
export const migrations: readonly Migration[] = [paymentsMigration, accessMigration]
