import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, type LogEvent, sql, type Transaction } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Database } from './database.ts'
import type { Migration } from './migration.ts'
import { migrations as allMigrations } from './migration-list.ts'
import { nodeSqliteDialect } from './node-sqlite.ts'

/** The file was written by a newer version of the platform: going on could destroy what it does not understand. */
export class StoreTooNew extends AppError {
  readonly code = 'STORE_TOO_NEW'
  readonly remedy = 'page-someone'
}

export type Store = {
  readonly db: Kysely<Database>
  /** All or nothing. Inside, only `trx` may be used: `db` would wait for this very transaction for ever. */
  transaction<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export type StoreOptions = {
  readonly file: string
  readonly clock: Clock
  /** Other than the released ones in tests only. */
  readonly migrations?: readonly Migration[]
  /** Hears the text of every query, never its values: for tests that read them. */
  readonly onQuery?: (sql: string) => void
}

/** Opens the file, or makes it for this user only (0600), and brings its schema up to date. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { file, clock, migrations = allMigrations, onQuery } = options
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // SQLite gives the WAL beside the file the same mode.
  closeSync(openSync(file, 'a', 0o600))
  const log = onQuery ? { log: (event: LogEvent) => onQuery(event.query.sql) } : {}
  const db = new Kysely<Database>({ dialect: nodeSqliteDialect(file), ...log })
  try {
    await migrate(db, migrations, clock)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return {
    db,
    transaction: (work) => db.transaction().execute(work),
    close: () => db.destroy(),
  }
}

/** The write transaction is the lock: a second process that starts at the same time waits, and finds nothing to do. */
async function migrate(db: Kysely<Database>, migrations: readonly Migration[], clock: Clock): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`create table if not exists migrations (name text primary key, at bigint not null)`.execute(trx)
    const { rows } = await sql<{ name: string }>`select name from migrations order by name`.execute(trx)
    const done = new Set(rows.map(({ name }) => name))
    for (const { name } of migrations) done.delete(name)
    if (done.size > 0) throw new StoreTooNew('the database has migrations that this version does not know')
    for (const { name, up } of migrations) {
      if (rows.some((row) => row.name === name)) continue
      await up(trx)
      await sql`insert into migrations (name, at) values (${name}, ${clock.now()})`.execute(trx)
    }
  })
}
