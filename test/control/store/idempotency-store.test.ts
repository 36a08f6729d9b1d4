import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Claim, IdempotencyStore, keptMs, leaseMs } from '../../../src/control/http/idempotency-store.ts'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { testSealer } from '../../support/sealing-key.ts'
import { type TestPlace, testPlace } from '../../support/test-place.ts'

const claim: Claim = {
  principal: 'mer_one:machine:key_1',
  merchantId: 'mer_one',
  key: 'order-7',
  fingerprint: 'f1',
}
const clock = new ManualClock()
let place: TestPlace
let store: Store

beforeEach(async () => {
  place = await testPlace()
  store = await openStore({ ...place.place, clock })
  const merchant = { id: 'mer_one', name: 'One', gateway_id: 'g', created_at: 1, updated_at: 1 }
  await store.db.insertInto('merchants').values(merchant).execute()
})
afterEach(async () => {
  await store.close()
  await place.remove()
})

describe('two hundred requests with one key, at once', () => {
  it('are one execution; the others learn that it is under way, and its answer once it has one', async () => {
    const keys = new IdempotencyStore({ store, clock, bootId: 'boot', sealer: testSealer })
    const settled = await Promise.allSettled(Array.from({ length: 200 }, () => keys.claim(claim)))
    expect(settled.filter((one) => one.status === 'fulfilled' && one.value === 'first')).toHaveLength(1)
    const others = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    expect(others).toEqual(Array(199).fill('IDEMPOTENCY_IN_FLIGHT'))
    const answer = { status: 201, contentType: 'application/json', body: '{"id":"pay_1"}' }
    await keys.answer(claim, answer)
    expect(await keys.claim(claim)).toEqual(answer)
    const reused = keys.claim({ ...claim, fingerprint: 'f2' })
    await expect(reused).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    await clock.turn(keptMs - 1)
    expect(await keys.claim(claim)).toEqual(answer)
    await clock.turn(1)
    expect(await keys.claim(claim)).toBe('first')
  })
})

describe('a request that another life of control took', () => {
  const answer = { status: 201, contentType: 'application/json', body: '{"id":"pay_1"}' }
  const two = () =>
    ['one', 'two'].map((bootId) => new IdempotencyStore({ store, clock, bootId, sealer: testSealer }))

  // A file has one process.
  if (inject('postgres'))
    it('is under way while that process lives, on PostgreSQL, and then has the same answer for both', async () => {
      const [one, other] = two() as [IdempotencyStore, IdempotencyStore]
      expect(await one.claim(claim)).toBe('first')
      // For much longer than one lease: the process that answers goes on renewing it.
      for (let renewed = 0; renewed < 8; renewed++) {
        await expect(other.claim(claim)).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' })
        const until = clock.now() + leaseMs / 2
        while (clock.now() < until) {
          await clock.turn(1_000)
          await store.db.selectFrom('idempotency_keys').select('key').execute()
        }
      }
      await one.answer(claim, answer)
      expect(await other.claim(claim)).toEqual(answer)
    })

  it('is of unknown outcome once that process is gone', async () => {
    const [one, other] = two() as [IdempotencyStore, IdempotencyStore]
    expect(await one.claim(claim)).toBe('first')
    // As one that was killed: it renews nothing. On SQLite the next process knows at once that there is no other.
    const gone = { leased_until: clock.now() + leaseMs }
    await store.db
      .updateTable('idempotency_keys')
      .set({ ...gone, boot_id: 'dead' })
      .execute()
    if (store.kind === 'postgres') {
      await expect(other.claim(claim)).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' })
      await clock.turn(leaseMs)
    }
    await expect(other.claim(claim)).rejects.toMatchObject({ code: 'IDEMPOTENCY_OUTCOME_UNKNOWN' })
  })

  it('is one execution, however many processes two hundred at once come to', async () => {
    const stores = two()
    const all = Array.from({ length: 200 }, (_, index) => stores[index % 2]?.claim(claim))
    const settled = await Promise.allSettled(all)
    expect(settled.filter((one) => one.status === 'fulfilled' && one.value === 'first')).toHaveLength(1)
  })
})
