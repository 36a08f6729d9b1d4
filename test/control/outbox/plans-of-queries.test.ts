import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type KyselyPlugin, type RootOperationNode, sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { claim, holdBack, nextDueAt } from '../../../src/control/outbox/store.ts'
import type { Queries } from '../../../src/control/store/database.ts'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { merchantId, writeMerchant, writePayments } from '../../results/written-events.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { writeUpToDateSqlite } from '../../support/up-to-date-sqlite.ts'

/**
 * How SQLite looks for what waits: a backlog of any length costs a look into an index for each delivery. (PostgreSQL
 * chooses by what it has counted, so that a test of a few rows would show nothing.)
 */
let folder: string
let store: Store
const clock = new ManualClock()
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'plans-'))
  const file = path.join(folder, 'control.sqlite')
  await writeUpToDateSqlite(file)
  store = await openStore({ file, clock })
  await writeMerchant({ store, clock }, ['https://one.example/'], 'whsec_x')
  await writePayments({ store, clock }, 2, 0)
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What SQLite says it will do for each query of `work`. */
async function plansOf(work: (db: Queries) => Promise<unknown>): Promise<string[]> {
  const asked: RootOperationNode[] = []
  const listening: KyselyPlugin = {
    transformQuery: ({ node }) => {
      asked.push(node)
      return node
    },
    transformResult: async ({ result }) => result,
  }
  await work(store.db.withPlugin(listening))
  const plans: string[] = []
  for (const node of asked) {
    const query = store.db.getExecutor().compileQuery(node, { queryId: 'plan' })
    const { rows } = await sql<{
      detail: string
    }>`explain query plan ${sql.raw(query.sql.replaceAll('?', '1'))}`.execute(store.db)
    plans.push(...rows.map(({ detail }) => detail))
  }
  return plans
}

const lane = async () => {
  const head = await store.db.selectFrom('outbox').selectAll().orderBy('position').executeTakeFirstOrThrow()
  return { head, target: head.target }
}

it('finds what is due by when it is due, and who is before it by its payment', async () => {
  const { target } = await lane()
  const plans = await plansOf((db) => claim(db, { merchantId, target, limit: 8, leaseMs: 1 }, clock.now()))
  expect(plans).toContainEqual(
    expect.stringMatching(/^SEARCH row USING INDEX outbox_due \(target=\? AND next_at<\?\)/),
  )
  expect(plans).toContainEqual(
    expect.stringMatching(/^SEARCH earlier USING INDEX outbox_waiting \(target=\? AND payment_id=\?/),
  )
  expect(plans.join()).not.toContain('TEMP B-TREE')
})

it('finds when something is due next without sorting what waits', async () => {
  const { target } = await lane()
  const plans = await plansOf((db) => nextDueAt(db, { merchantId, target }))
  expect(plans).toContainEqual(expect.stringMatching(/^SEARCH row USING INDEX outbox_due \(target=\?\)/))
  expect(plans.join()).not.toContain('TEMP B-TREE')
})

it('holds back what is behind a row by its payment, and looks at nothing else that waits', async () => {
  const { head } = await lane()
  const plans = await plansOf((db) => holdBack(db, head, clock.now() + 1))
  expect(plans).toEqual([
    expect.stringMatching(/^SEARCH outbox USING INDEX outbox_waiting \(target=\? AND payment_id=\?/),
  ])
})
