import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { inject } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import type { StorePlace } from '../../src/control/store/store.ts'
import { writeUpToDateSqlite } from './up-to-date-sqlite.ts'

export type TestPlace = {
  readonly place: StorePlace
  readonly kind: 'sqlite' | 'postgres'
  /** Removes the file or the database, once the store is closed. */
  remove(): Promise<void>
}

/**
 * A store of the test's own, on the database that the test's project is about: the very same tests run on SQLite
 * (project `unit`) and on PostgreSQL (project `postgres`). `empty`: without a schema.
 */
export async function testPlace({ empty = false } = {}): Promise<TestPlace> {
  const postgres = inject('postgres')
  if (!postgres) {
    const folder = mkdtempSync(path.join(tmpdir(), 'store-'))
    const file = path.join(folder, 'deep', 'control.sqlite')
    if (!empty) await writeUpToDateSqlite(file)
    return {
      kind: 'sqlite',
      place: { file },
      remove: async () => rmSync(folder, { recursive: true, force: true }),
    }
  }
  const name = `t_${randomBytes(8).toString('hex')}`
  const administer = async (statement: string) => {
    const client = new Client({ connectionString: postgres.url })
    await client.connect()
    await client.query(statement).finally(() => client.end())
  }
  await administer(`create database ${name}${empty ? '' : ` template ${postgres.template}`}`)
  const url = new URL(postgres.url)
  url.pathname = `/${name}`
  return {
    kind: 'postgres',
    place: { url: new Secret(url.href) },
    remove: () => administer(`drop database if exists ${name} with (force)`),
  }
}
