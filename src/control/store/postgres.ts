import { type Kysely, PostgresDialect, sql } from 'kysely'
import { Pool, TypeOverrides, types } from 'pg'
import { AppError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import type { Queries } from './database.ts'

const connections = 10
/** To get a connection, and for a server to be taken for silent, in ms. */
const connectMs = 5_000
const statementMs = 30_000
/** A transaction of ours never waits for anything but the database: one that idles has lost its process. */
const idleInTransactionMs = 60_000

/** The server would answer "committed" before the row is on a disk: an acknowledged payment could be lost. */
export class StoreNotDurable extends AppError {
  readonly code = 'STORE_NOT_DURABLE'
  readonly remedy = 'page-someone'
}

/**
 * Kysely on PostgreSQL. Times and counts are `bigint` there, and stay numbers here: all are far below 2^53.
 *
 * @param onError hears of connections that could not be made or were lost
 */
export function postgresDialect(url: Secret, onError: (error: unknown) => void): PostgresDialect {
  const numbers = new TypeOverrides()
  numbers.setTypeParser(types.builtins.INT8, (text) => {
    const value = Number(text)
    if (!Number.isSafeInteger(value)) throw new RangeError('a stored number is too large')
    return value
  })
  const pool = new Pool({
    connectionString: url.reveal(),
    max: connections,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + connectMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    keepAlive: true,
    application_name: 'tonewall-control',
    types: numbers,
  })
  // A connection that is lost while no statement runs, in the pool or between two of a transaction, would otherwise
  // end the process: the pool listens only to those that nobody has taken.
  pool.on('connect', (client) => client.on('error', onError))
  pool.on('error', () => {})
  const connect = async () => {
    try {
      return await pool.connect()
    } catch (error) {
      onError(error)
      throw error
    }
  }
  return new PostgresDialect({ pool: { connect, end: () => pool.end() } as unknown as Pool })
}

/** Throws StoreNotDurable when the server is set up to forget commits in a power cut. */
export async function requireDurable(db: Kysely<never> | Queries): Promise<void> {
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name in ('fsync', 'synchronous_commit')`.execute(
    db as Queries,
  )
  const off = rows.filter(({ setting }) => setting === 'off').map(({ name }) => name)
  if (off.length > 0)
    throw new StoreNotDurable(`the PostgreSQL server has ${off.join(' and ')} off; set it to on`)
}

/** Two transactions met: nothing is wrong, and the loser's may simply be run again. */
export function lostARace(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return code === '40001' || code === '40P01'
}
