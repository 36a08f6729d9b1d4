import { PostgresAdapter, sql } from 'kysely'
import type { Queries } from './database.ts'

const auditSpace = 0x61756474

export function isPostgres(db: Queries): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter
}

/**
 * One transaction at a time for this merchant, until the transaction ends. On SQLite every transaction has the file
 * for itself already. Taken before any row is changed, so that no two wait for each other.
 */
export async function lockMerchant(trx: Queries, merchantId: string): Promise<void> {
  if (!isPostgres(trx)) return
  await sql`select pg_advisory_xact_lock(${auditSpace}::int, hashtext(${merchantId}))`.execute(trx)
}
