import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { OutboxPruner } from '../../../src/control/outbox/prune.ts'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { life, merchantId, writeMerchant, writePayments } from '../../results/written-events.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { type TestPlace, testPlace } from '../../support/test-place.ts'

const dayMs = 86_400_000
let clock: ManualClock
let place: TestPlace
let store: Store
let pruner: OutboxPruner
beforeEach(async () => {
  clock = new ManualClock()
  place = await testPlace()
  store = await openStore({ ...place.place, clock })
  const retention = { deliveredMs: 90 * dayMs, givenUpMs: 365 * dayMs }
  const merchantIds = async () => [merchantId]
  pruner = new OutboxPruner({ store, clock, log: silentLog, retention, merchantIds })
  await writeMerchant({ store, clock }, ['https://one.example/'], 'whsec_x')
})
afterEach(async () => {
  await pruner.stop()
  await store.close()
  await place.remove()
})

/** Every row of the endpoint as it would be after one try. */
const tried = async (state: 'delivered' | 'dead') => {
  const rows = await store.db.selectFrom('outbox').selectAll().where('state', '=', 'waiting').execute()
  const line = { attempt: 1, status: 204, outcome: 'accepted', latency_ms: 5, at: clock.now() }
  const lines = rows.map(({ event_id, target }) => ({ merchant_id: merchantId, event_id, target, ...line }))
  for (let n = 0; n < lines.length; n += 100)
    await store.db
      .insertInto('webhook_deliveries')
      .values(lines.slice(n, n + 100))
      .execute()
  await store.db
    .updateTable('outbox')
    .set({ state, updated_at: clock.now() })
    .where('state', '=', 'waiting')
    .execute()
}
const counts = async () => {
  const rows = await store.db.selectFrom('outbox').select('state').execute()
  const tries = await store.db.selectFrom('webhook_deliveries').select('attempt').execute()
  const of = (state: string) => rows.filter((row) => row.state === state).length
  return { delivered: of('delivered'), dead: of('dead'), waiting: of('waiting'), tries: tries.length }
}
// An event for each change, and two receipts of each kind.
const each = life.length + 4

it('what was delivered and what was given up is forgotten with its tries, each when its time has come', async () => {
  // More than are forgotten at a time.
  await writePayments({ store, clock }, 70, 0)
  await tried('delivered')
  await writePayments({ store, clock }, 2, 70)
  await tried('dead')
  await clock.turn(89 * dayMs)
  await pruner.prune()
  expect(await counts()).toEqual({ delivered: 70 * each, dead: 2 * each, waiting: 0, tries: 72 * each })
  await clock.turn(2 * dayMs)
  await pruner.prune()
  expect(await counts()).toEqual({ delivered: 0, dead: 2 * each, waiting: 0, tries: 2 * each })
  await clock.turn(275 * dayMs)
  await pruner.prune()
  expect(await counts()).toEqual({ delivered: 0, dead: 0, waiting: 0, tries: 0 })
  expect(await store.db.selectFrom('payments').select('id').execute()).toHaveLength(72)
})

it('what waits stays, however old; what was replayed counts from then', async () => {
  await writePayments({ store, clock }, 1, 0)
  await tried('delivered')
  await writePayments({ store, clock }, 1, 1)
  await clock.turn(91 * dayMs)
  await store.db
    .updateTable('outbox')
    .set({ updated_at: clock.now() })
    .where('target', '=', 'whe_0')
    .execute()
  await pruner.prune()
  expect(await counts()).toMatchObject({ delivered: life.length, waiting: each })
})

it('is looked after by itself, every hour', async () => {
  await writePayments({ store, clock }, 1, 0)
  await tried('delivered')
  await clock.turn(90 * dayMs)
  pruner.start()
  await clock.turn(3_600_000)
  await expect.poll(counts).toMatchObject({ delivered: 0, tries: 0 })
})
