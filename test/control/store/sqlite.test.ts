import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'

let folder: string
let file: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'sqlite-'))
  file = path.join(folder, 'deep', 'control.sqlite')
  store = await openStore({ file, clock: new ManualClock() })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('an SQLite store', () => {
  it('is durable: WAL, synchronous=FULL, foreign keys, and for this user only', async () => {
    const pragma = async (name: string) => (await sql`pragma ${sql.raw(name)}`.execute(store.db)).rows[0]
    expect(await pragma('journal_mode')).toEqual({ journal_mode: 'wal' })
    expect(await pragma('synchronous')).toEqual({ synchronous: 2 })
    expect(await pragma('foreign_keys')).toEqual({ foreign_keys: 1 })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('lets one transaction finish before the next begins', async () => {
    const order: string[] = []
    const work = (name: string) =>
      store.transaction(async (trx) => {
        order.push(`${name} begins`)
        await trx.selectFrom('merchants').selectAll().execute()
        order.push(`${name} ends`)
      })
    await Promise.all([work('a'), work('b')])
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
  })
})
