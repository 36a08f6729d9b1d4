import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Dialect, Kysely, type LogEvent, sql, type Transaction } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import type { Database } from './database.ts'
import { migrate } from './migrate.ts'
import type { Migration, StoreKind } from './migration.ts'
import { migrations as allMigrations } from './migration-list.ts'
import { nodeSqliteDialect } from './node-sqlite.ts'
import { lostARace, postgresDialect, requireDurable } from './postgres.ts'
import { StoreHealth, type StoreTrouble } from './store-health.ts'

export type Store = {
  readonly kind: StoreKind
  /** Why rows cannot be kept right now; null when they can. */
  readonly trouble: StoreTrouble | null
  readonly db: Kysely<Database>
  /**
   * All or nothing. Inside, only `trx` may be used: on SQLite `db` would wait for this very transaction for ever.
   * On PostgreSQL the work is run again when it lost a race, so it must do nothing but write rows.
   */
  transaction<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** An SQLite file of this process's own, or a PostgreSQL server: `postgres://user:password@host:port/database`. */
export type StorePlace =
  | { readonly file: string; readonly url?: undefined }
  | { readonly url: Secret; readonly file?: undefined }

export type StoreOptions = StorePlace & {
  readonly clock: Clock
  /** Other than the released ones in tests only. */
  readonly migrations?: readonly Migration[]
  /** True to look at a store and change nothing: its schema stays as it is, and a file that is not there is not made. */
  readonly asItIs?: boolean
  /** Hears the text of every query once it is done, never its values: for tests that read them. */
  readonly onQuery?: ((sql: string) => void) | undefined
  /** What must stay free on an SQLite file's disk, so that what has begun can be finished; 32 MiB unless told. */
  readonly reserveBytes?: number
}

/** There is no database file where the configuration says. */
export class StoreMissing extends AppError {
  readonly code = 'STORE_MISSING'
  readonly remedy = 'fix-request'
  constructor() {
    super('there is no database yet: has the platform been started with this configuration?')
  }
}

const mostTries = 8
const reserveBytes = 32 * 1024 * 1024

/** Opens the store and brings its schema up to date. A file is made if absent, for this user only (0600). */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { clock, migrations = allMigrations, asItIs = false, onQuery } = options
  const kind: StoreKind = options.url ? 'postgres' : 'sqlite'
  const log = (event: LogEvent) => {
    if (event.level === 'error') health.note(event.error)
    else onQuery?.(event.query.sql)
  }
  const db: Kysely<Database> = new Kysely<Database>({
    dialect: dialectOf(options, (error) => health.note(error)),
    log,
  })
  const health = new StoreHealth({
    clock,
    probe: async () => void (await sql`update migrations set at = at`.execute(db)),
    room: options.file
      ? { folder: dirname(options.file), reserveBytes: options.reserveBytes ?? reserveBytes }
      : null,
  })
  try {
    if (kind === 'postgres' && !asItIs) await requireDurable(db)
    if (!asItIs) await migrate(db, { kind, migrations, clock })
  } catch (error) {
    await db.destroy()
    throw error
  }
  return {
    kind,
    get trouble() {
      return health.trouble
    },
    db,
    async transaction(work) {
      for (let tries = 1; ; tries++) {
        try {
          return await db.transaction().execute(work)
        } catch (error) {
          if (tries === mostTries || !lostARace(error)) throw error
        }
      }
    },
    async close() {
      health.close()
      await db.destroy()
    },
  }
}

function dialectOf(place: StoreOptions, onError: (error: unknown) => void): Dialect {
  if (place.url) return postgresDialect(place.url, onError)
  if (place.asItIs) {
    if (!existsSync(place.file)) throw new StoreMissing()
    return nodeSqliteDialect(place.file)
  }
  mkdirSync(dirname(place.file), { recursive: true, mode: 0o700 })
  // SQLite gives the WAL beside the file the same mode.
  closeSync(openSync(place.file, 'a', 0o600))
  return nodeSqliteDialect(place.file)
}
