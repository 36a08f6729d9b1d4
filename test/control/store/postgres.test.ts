import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { claim, tell } from '../../../src/control/outbox/store.ts'
import { lockMerchant } from '../../../src/control/store/locks.ts'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { type TestPlace, testPlace } from '../../support/test-place.ts'

const clock = new ManualClock()
let test: TestPlace
let store: Store
beforeEach(async () => {
  test = await testPlace()
  store = await openStore({ ...test.place, clock })
})
afterEach(async () => {
  await store.close()
  await test.remove()
})

const url = () => test.place.url ?? new Secret('')

/** What is particular to PostgreSQL; everything else is in the tests that run on both. */
describe.runIf(inject('postgres'))('a PostgreSQL store', () => {
  it('is refused when its server would forget commits in a power cut', async () => {
    const client = new Client({ connectionString: url().reveal() })
    await client.connect()
    const database = new URL(url().reveal()).pathname.slice(1)
    await client.query(`alter database ${database} set synchronous_commit = off`)
    await client.end()
    await expect(openStore({ ...test.place, clock })).rejects.toMatchObject({ code: 'STORE_NOT_DURABLE' })
  })

  it('gives times and counts back as numbers', async () => {
    const row = { id: 'mer_one', name: 'One', gateway_id: 'g', created_at: 1_768_478_400_000, updated_at: 2 }
    await store.db.insertInto('merchants').values(row).execute()
    expect(await store.db.selectFrom('merchants').selectAll().executeTakeFirst()).toEqual(row)
  })

  it('runs a transaction again that lost a race, and loses nothing', async () => {
    for (const id of ['mer_one', 'mer_two'])
      await store.db
        .insertInto('merchants')
        .values({ id, name: '0', gateway_id: 'g', created_at: 1, updated_at: 0 })
        .execute()
    const bump = (first: string, second: string) =>
      store.transaction(async (trx) => {
        for (const id of [first, second])
          await trx
            .updateTable('merchants')
            .set((row) => ({ updated_at: row('updated_at', '+', 1) }))
            .where('id', '=', id)
            .execute()
      })
    // Each in the opposite order of the other: PostgreSQL ends one of two that wait for one another.
    const pairs = Array.from({ length: 6 }, (_, n) =>
      n % 2 ? bump('mer_one', 'mer_two') : bump('mer_two', 'mer_one'),
    )
    await Promise.all(pairs)
    const rows = await store.db.selectFrom('merchants').select('updated_at').execute()
    expect(rows).toEqual([{ updated_at: 6 }, { updated_at: 6 }])
  })

  it('lets one transaction of a merchant finish before its next takes the lock', async () => {
    const order: string[] = []
    const work = (name: string, merchantId: string) =>
      store.transaction(async (trx) => {
        await lockMerchant(trx, merchantId)
        order.push(`${name} begins`)
        await trx.selectFrom('merchants').selectAll().execute()
        order.push(`${name} ends`)
      })
    await Promise.all([work('a', 'mer_one'), work('b', 'mer_one')])
    expect(order.map((line) => line.split(' ')[1])).toEqual(['begins', 'ends', 'begins', 'ends'])
  })

  it('outlives a connection that is lost between two statements of a transaction', async () => {
    const lost = store.transaction(async (trx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(store.db)
      while (store.trouble !== 'away') await setImmediate()
      await trx.selectFrom('merchants').selectAll().execute()
    })
    await expect(lost).rejects.toThrow()
    expect(await store.db.selectFrom('merchants').selectAll().execute()).toEqual([])
  })

  it('hands each row of the outbox to one relay only, and lets none wait for another', async () => {
    const merchant = { id: 'mer_one', name: 'One', gateway_id: 'g', created_at: 1, updated_at: 1 }
    await store.db.insertInto('merchants').values(merchant).execute()
    const endpoint = {
      id: 'whe_1',
      merchant_id: 'mer_one',
      url: 'https://x',
      secret: 's',
      source: 'api',
    } as const
    await store.db
      .insertInto('webhook_endpoints')
      .values({ ...endpoint, state: 'enabled', disabled_because: null, created_at: 1, updated_at: 1 })
      .execute()
    const event = { type: 'payment.created' } as unknown as Parameters<typeof tell>[1]['event']
    for (let n = 0; n < 40; n++)
      await tell(store.db, { merchantId: 'mer_one', paymentId: `pay_${n}`, position: 1, event }, clock.now())
    const want = { merchantId: 'mer_one', target: 'whe_1', limit: 8, leaseMs: 60_000 }
    const taken = await Promise.all(
      Array.from({ length: 6 }, () => store.transaction((trx) => claim(trx, want, clock.now()))),
    )
    const ids = taken.flat().map(({ event_id }) => event_id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThanOrEqual(8)
  })
})
