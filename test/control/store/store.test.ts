import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appendAudit, verifyAudit } from '../../../src/control/store/audit-log.ts'
import { migrations } from '../../../src/control/store/migration-list.ts'
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

const merchant = { id: 'mer_one', name: 'One', gateway_id: 'sandbox', created_at: 1, updated_at: 1 }
const addMerchant = () => store.db.insertInto('merchants').values(merchant).execute()

describe('the store', () => {
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
    store = await openStore({ ...test.place, clock })
    const rows = await store.db.selectFrom('merchants').select('id').execute()
    expect(rows).toEqual([{ id: 'mer_one' }])
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
    await expect(orphan).rejects.toThrow(/foreign key/i)
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
    const opening = openStore({ ...test.place, clock, migrations: [...migrations, halfway, broken] })
    await expect(opening).rejects.toThrow('cannot')
    await expect(sql`select * from later`.execute(store.db)).rejects.toThrow(/no such table|does not exist/)
  })

  it('run once when several processes start at the same time', async () => {
    const twin = await testPlace({ empty: true })
    const { file, url } = twin.place
    const exits = [1, 2, 3].map(async () => {
      const workerData = { file, url: url?.reveal() }
      const worker = new Worker(new URL('./open-store.ts', import.meta.url), { workerData })
      const [code] = await once(worker, 'exit')
      return code
    })
    expect(await Promise.all(exits)).toEqual([0, 0, 0])
    await twin.remove()
  })

  it('refuse a store of a newer version', async () => {
    await sql`insert into migrations values ('9999-from-the-future', 1)`.execute(store.db)
    await expect(openStore({ ...test.place, clock })).rejects.toMatchObject({ code: 'STORE_TOO_NEW' })
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

  it('does not fork, however many write at the same time', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, n) => append(`n${n}`)))
    expect(await verifyAudit(store.db, 'mer_one')).toBeUndefined()
    const { seq } = await store.db
      .selectFrom('audit')
      .select((row) => row.fn.max('seq').as('seq'))
      .where('merchant_id', '=', 'mer_one')
      .executeTakeFirstOrThrow()
    expect(seq).toBe(43)
  })

  it('can only grow', async () => {
    const change = sql`update audit set action = 'z' where seq = 2`.execute(store.db)
    await expect(change).rejects.toThrow(/append-only/)
    await expect(sql`delete from audit where seq = 3`.execute(store.db)).rejects.toThrow(/append-only/)
    if (store.kind === 'postgres')
      await expect(sql`truncate audit`.execute(store.db)).rejects.toThrow(/append-only/)
  })

  it('shows a row that was changed, taken out or moved behind its back', async () => {
    const rows = await store.db.selectFrom('audit').select(['seq', 'id']).execute()
    const idOf = (wanted: number) => rows.find(({ seq }) => seq === wanted)?.id
    const on = sql.raw(store.kind === 'postgres' ? 'on audit' : '')
    await sql`drop trigger audit_no_update ${on}`.execute(store.db)
    await sql`drop trigger audit_no_delete ${on}`.execute(store.db)
    await sql`update audit set action = 'z' where seq = 2`.execute(store.db)
    expect(await verifyAudit(store.db, 'mer_one')).toMatchObject({ seq: 2, id: idOf(2), fault: 'changed' })
    await sql`delete from audit where seq = 2`.execute(store.db)
    expect(await verifyAudit(store.db, 'mer_one')).toEqual({ seq: 2, id: null, fault: 'missing' })
    await sql`update audit set seq = 2 where seq = 3`.execute(store.db)
    expect(await verifyAudit(store.db, 'mer_one')).toMatchObject({ id: idOf(3), fault: 'not-chained' })
  })
})

describe('attempts', () => {
  const payment = {
    id: 'pay_1',
    merchant_id: 'mer_one',
    call_id: 'call_1',
    amount_minor: 100,
    currency: 'GBP',
    captured_minor: 0,
    refunded_minor: 0,
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
    way: 'card' as const,
    stored_card_id: null,
    initiator: null,
    expires: null,
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
      await expect(insert(attempt('att_2', 'open'))).rejects.toThrow(/unique/i)
    },
  )

  it('of two that are added at the same time are one', async () => {
    const both = await Promise.allSettled([
      insert(attempt('att_1', 'open')),
      insert(attempt('att_2', 'open')),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('cannot be of one merchant and for a payment of another', async () => {
    await store.db
      .insertInto('merchants')
      .values({ ...merchant, id: 'mer_two' })
      .execute()
    await expect(insert({ ...attempt('att_1', 'open'), merchant_id: 'mer_two' })).rejects.toThrow(
      /foreign key/i,
    )
  })
})
