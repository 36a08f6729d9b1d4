import { type Kysely, sql, type Transaction } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Database } from './database.ts'
import type { Migration, StoreKind } from './migration.ts'

/** The store was written by a newer version of the platform: going on could destroy what it does not understand. */
export class StoreTooNew extends AppError {
  readonly code = 'STORE_TOO_NEW'
  readonly remedy = 'page-someone'
}

export type MigrateOptions = {
  readonly kind: StoreKind
  readonly migrations: readonly Migration[]
  readonly clock: Clock
}

/** The advisory lock that migrations hold on PostgreSQL: two numbers that nothing else of the database uses. */
const lock = { space: 0x746f6e65, migrations: 1 } as const

/**
 * Runs what is due, all or nothing. A second process that starts at the same time waits, and finds nothing to do: on
 * SQLite the write transaction is the lock, on PostgreSQL an advisory one that ends with the transaction.
 */
export async function migrate(db: Kysely<Database>, options: MigrateOptions): Promise<void> {
  const { kind, migrations, clock } = options
  await db.transaction().execute(async (trx) => {
    if (kind === 'postgres')
      await sql`select pg_advisory_xact_lock(${lock.space}::int, ${lock.migrations}::int)`.execute(trx)
    await sql`create table if not exists migrations (name text primary key, at bigint not null)`.execute(trx)
    const done = await namesDone(trx)
    const unknown = new Set(done)
    for (const { name } of migrations) unknown.delete(name)
    if (unknown.size > 0) throw new StoreTooNew('the database has migrations that this version does not know')
    for (const { name, up } of migrations) {
      if (done.has(name)) continue
      await up(trx, kind)
      await sql`insert into migrations (name, at) values (${name}, ${clock.now()})`.execute(trx)
    }
  })
}

async function namesDone(trx: Transaction<Database>): Promise<Set<string>> {
  const { rows } = await sql<{ name: string }>`select name from migrations order by name`.execute(trx)
  return new Set(rows.map(({ name }) => name))
}
