import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appendAudit, verifyAudit } from '../../../src/control/store/audit-log.ts'
import { migrations } from '../../../src/control/store/migration-list.ts'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const clock = new ManualClock()
let dir: string
let file: string
let store: Store
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'store-'))
  file = path.join(dir, 'deep', 'control.sqlite')
  store = await openStore({ file, clock })
})
afterEach(async () => {
  await store.close()
  rmSync(dir, { recursive: true, force: true })
})

const merchant = { id: 'mer_one', name: 'One', gateway_id: 'sandbox', created_at: 1, updated_at: 1 }
const addMerchant = () => store.db.insertInto('merchants').values(merchant).execute()

describe('the store', () => {
  it('is durable: WAL, synchronous=FULL, foreign keys, and for this user only', async () => {
    const pragma = async (name: string) => (await sql`pragma ${sql.raw(name)}`.execute(store.db)).rows[0]
    expect(await pragma('journal_mode')).toEqual({ journal_mode: 'wal' })
    expect(await pragma('synchronous')).toEqual({ synchronous: 2 })
    expect(await pragma('foreign_keys')).toEqual({ foreign_keys: 1 })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('keeps what was committed, and nothing of what was not', async () => {
    await addMerchant()
    const failing = store.transaction(async (trx) => {
      await trx
        .insertInto('merchants')
        .values({ ...merchant, id: 'mer_two' })
        .execute()
      throw new Error('on second thoughts')
    })
    await expect(failing).rejects.toThrow('on second thoughts')
    await store.close()
    store = await openStore({ file, clock })
    const rows = await store.db.selectFrom('merchants').select('id').execute()
    expect(rows).toEqual([{ id: 'mer_one' }])
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

  it('refuses a row of a merchant that does not exist', async () => {
    const orphan = store.db
      .insertInto('webhook_endpoints')
      .values({
        id: 'whe_1',
        merchant_id: 'mer_none',
        url: 'https://example.com/',
        secret: 'whsec_x',
        source: 'api',
        state: 'enabled',
        disabled_because: null,
        created_at: 1,
        updated_at: 1,
      })
      .execute()
    await expect(orphan).rejects.toThrow(/FOREIGN KEY/)
  })
})

describe('migrations', () => {
  it('run once, in order, all or none', async () => {
    const { rows } = await sql<{ name: string }>`select name from migrations order by name`.execute(store.db)
    expect(rows.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name))
    const broken = {
      name: '9999-broken',
      up: async () => {
        throw new Error('cannot')
      },
    }
    const halfway = {
      name: '9998-fine',
      up: async (db: Store['db']) => void (await sql`create table later (id text)`.execute(db)),
    }
    await expect(openStore({ file, clock, migrations: [...migrations, halfway, broken] })).rejects.toThrow(
      'cannot',
    )
    await expect(sql`select * from later`.execute(store.db)).rejects.toThrow(/no such table/)
  })

  it('run once when two processes start at the same time', async () => {
    const twin = path.join(dir, 'twin.sqlite')
    const exits = [1, 2, 3].map(async () => {
      const worker = new Worker(new URL('./open-store.ts', import.meta.url), { workerData: { file: twin } })
      const [code] = await once(worker, 'exit')
      return code
    })
    expect(await Promise.all(exits)).toEqual([0, 0, 0])
  })

  it('refuse a file of a newer version', async () => {
    await sql`insert into migrations values ('9999-from-the-future', 1)`.execute(store.db)
    await expect(openStore({ file, clock })).rejects.toMatchObject({ code: 'STORE_TOO_NEW' })
  })

  it('are numbered without a gap', () => {
    expect(migrations.map(({ name }) => Number(name.slice(0, 4)))).toEqual(
      migrations.map((_, index) => index + 1),
    )
  })
})

describe('the audit log', () => {
  const actor = { merchantId: 'mer_one', kind: 'agent', id: 'agt_1' } as const
  const append = (action: string) =>
    store.transaction((trx) =>
      appendAudit(trx, { actor, action, paymentId: null, facts: { n: 1 } }, clock.now()),
    )

  beforeEach(async () => {
    await addMerchant()
    for (const action of ['a', 'b', 'c']) await append(action)
  })

  it('is a chain that holds, for each merchant its own', async () => {
    await store.db
      .insertInto('merchants')
      .values({ ...merchant, id: 'mer_two' })
      .execute()
    const other = { actor: { ...actor, merchantId: 'mer_two' }, action: 'x', paymentId: null, facts: {} }
    await store.transaction((trx) => appendAudit(trx, other, clock.now()))
    expect(await verifyAudit(store.db, 'mer_one')).toBeUndefined()
    expect(await verifyAudit(store.db, 'mer_two')).toBeUndefined()
  })

  it('can only grow', async () => {
    const change = sql`update audit set action = 'z' where seq = 2`.execute(store.db)
    await expect(change).rejects.toThrow(/append-only/)
    await expect(sql`delete from audit where seq = 3`.execute(store.db)).rejects.toThrow(/append-only/)
  })

  it('shows a row that was changed, taken out or moved behind its back', async () => {
    await sql`drop trigger audit_no_update`.execute(store.db)
    await sql`drop trigger audit_no_delete`.execute(store.db)
    await sql`update audit set action = 'z' where seq = 2`.execute(store.db)
    expect(await verifyAudit(store.db, 'mer_one')).toEqual({ seq: 2, fault: 'changed' })
    await sql`delete from audit where seq = 2`.execute(store.db)
    expect(await verifyAudit(store.db, 'mer_one')).toEqual({ seq: 2, fault: 'missing' })
    await sql`update audit set seq = 2 where seq = 3`.execute(store.db)
    expect(await verifyAudit(store.db, 'mer_one')).toEqual({ seq: 2, fault: 'not-chained' })
  })
})

describe('attempts', () => {
  const payment = {
    id: 'pay_1',
    merchant_id: 'mer_one',
    call_id: 'call_1',
    amount_minor: 100,
    currency: 'GBP',
    reference: 'r',
    description: null,
    metadata: '{}',
    capture: 'automatic',
    confirm: 'automatic',
    status: 'created',
    brand: null,
    last4: null,
    gateway: 'sandbox',
    gateway_ref: null,
    auth_code: null,
    decline: null,
    attempts: 0,
    version: 1,
    created_at: 1,
    updated_at: 1,
  } as const
  const attempt = (id: string, state: 'open' | 'unknown' | 'approved' | 'declined') => ({
    id,
    merchant_id: 'mer_one',
    payment_id: 'pay_1',
    state,
    gateway: 'sandbox',
    idempotency_key: `key-${id}`,
    amount_minor: 100,
    currency: 'GBP',
    brand: 'visa',
    last4: '4242',
    gateway_ref: null,
    auth_code: null,
    because: null,
    sent_at: 1,
    inquiries: 0,
    absent_at: null,
    created_at: 1,
    updated_at: 1,
  })
  beforeEach(async () => {
    await addMerchant()
    await store.db.insertInto('payments').values(payment).execute()
  })
  const insert = (row: ReturnType<typeof attempt>) => store.db.insertInto('attempts').values(row).execute()

  it.each(['open', 'unknown', 'approved'] as const)(
    'cannot be added beside one that is %s',
    async (state) => {
      await insert(attempt('att_0', 'declined'))
      await insert(attempt('att_1', state))
      await expect(insert(attempt('att_2', 'open'))).rejects.toThrow(/UNIQUE/)
    },
  )

  it('cannot be of one merchant and for a payment of another', async () => {
    await store.db
      .insertInto('merchants')
      .values({ ...merchant, id: 'mer_two' })
      .execute()
    await expect(insert({ ...attempt('att_1', 'open'), merchant_id: 'mer_two' })).rejects.toThrow(
      /FOREIGN KEY/,
    )
  })
})
