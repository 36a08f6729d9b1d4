import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type AccountCount,
  nothingCounted,
  settle,
  takeRoom,
} from '../../../src/control/connections/account-room.ts'
import { Limiter } from '../../../src/control/connections/limiter.ts'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { type TestPlace, testPlace } from '../../support/test-place.ts'

const minute = { name: 'minute', spanMs: 60_000, most: 60 }
const day = { name: 'day', spanMs: 86_400_000, most: 5_000 }
const ask = (account = 'org') => ({ account, windows: [minute, day], atOnce: 5 })

/** One account, with every request over at once. */
class Counted {
  count: AccountCount = nothingCounted

  take(nowMs: number) {
    const [room, after] = takeRoom(this.count, ask(), nowMs)
    this.count = after
    return room
  }

  go(nowMs: number, told: { left?: { name: string; left: number }[]; closedUntilMs?: number } = {}): boolean {
    const room = this.take(nowMs)
    if (!room.ok) return false
    const settled = { placeMs: room.placeMs, left: [], closedUntilMs: 0, ...told }
    this.count = settle(this.count, ask(), settled, nowMs)
    return true
  }
}

describe('the limits of an account', () => {
  it('let sixty go in any minute, and say when the next may', () => {
    const account = new Counted()
    const gone = Array.from({ length: 61 }, (_, i) => account.go(i * 100))
    expect(gone).toEqual([...Array(60).fill(true), false])
    // The first slot of half a second has left the window, with a second for the way of its last request.
    expect(account.take(10_000)).toEqual({ ok: false, untilMs: 61_500 })
    expect([account.go(61_499), account.go(61_500)]).toEqual([false, true])
  })

  it('let five thousand go in any day', () => {
    const account = new Counted()
    let gone = 0
    for (let nowMs = 0; nowMs < day.spanMs; nowMs += 1_100) if (account.go(nowMs)) gone++
    expect(gone).toBe(5_000)
    expect(JSON.stringify(account.count).length).toBeLessThan(8_000)
  })

  it('never let more go within any span than is allowed, however the requests fall', () => {
    const account = new Counted()
    const gone: number[] = []
    for (let nowMs = 0; nowMs < 600_000; nowMs += 37 + ((nowMs * 7) % 900))
      if (account.go(nowMs)) gone.push(nowMs)
    for (const from of gone)
      expect(gone.filter((at) => at >= from && at < from + minute.spanMs).length).toBeLessThanOrEqual(60)
    expect(gone.length).toBeGreaterThan(540)
  })

  it('allow five at once, and forget in half a minute those of a process that died', () => {
    const account = new Counted()
    for (let i = 0; i < 5; i++) expect(account.take(0).ok).toBe(true)
    expect(account.take(0)).toEqual({ ok: false, untilMs: 250 })
    account.count = settle(account.count, ask(), { placeMs: 30_000, left: [], closedUntilMs: 0 }, 1)
    expect(account.take(1).ok).toBe(true)
    expect(account.take(29_999).ok).toBe(false)
    expect(account.take(30_000).ok).toBe(true)
  })

  it('learn what others used up, in the one window that the answer speaks of', () => {
    const account = new Counted()
    account.go(0, { left: [{ name: 'day', left: 1_000 }] })
    expect(account.go(1, { left: [{ name: 'minute', left: 0 }] })).toBe(true)
    expect(account.take(3)).toEqual({ ok: false, untilMs: 61_500 })
    expect(account.go(61_500)).toBe(true)
  })

  it('stay closed after a refusal for as long as it said', () => {
    const account = new Counted()
    account.go(0, { closedUntilMs: 30_000 })
    expect(account.take(1)).toEqual({ ok: false, untilMs: 30_000 })
    expect(account.go(30_000)).toBe(true)
  })
})

describe('limits in the store', () => {
  const clock = new ManualClock()
  let place: TestPlace
  let store: Store
  beforeEach(async () => {
    place = await testPlace()
    store = await openStore({ ...place.place, clock })
  })
  afterEach(async () => {
    await store.close()
    await place.remove()
  })
  const go = async (limiter: Limiter, account = 'org') => {
    const room = await limiter.take(ask(account))
    if (room.ok) await limiter.settle(ask(account), { placeMs: room.placeMs, left: [], closedUntilMs: 0 })
    return room.ok
  }

  it('are shared by the processes of control: of a hundred requests at once, sixty go', async () => {
    const wide = { ...ask(), atOnce: 1_000 }
    // An SQLite file has one process, whose requests come from all its lanes at once.
    const isShared = store.kind === 'postgres'
    const other = isShared ? await openStore({ ...place.place, clock }) : store
    const limiters = [new Limiter({ store, clock }), new Limiter({ store: other, clock })]
    const rooms = await Promise.all(Array.from({ length: 100 }, (_, n) => limiters[n % 2]!.take(wide)))
    expect(rooms.filter(({ ok }) => ok)).toHaveLength(60)
    if (isShared) await other.close()
  })

  it('are remembered after a restart, and are another account’s own', async () => {
    for (let i = 0; i < 60; i++) await go(new Limiter({ store, clock }))
    await store.close()
    store = await openStore({ ...place.place, clock })
    const limiter = new Limiter({ store, clock })
    expect([await go(limiter), await go(limiter, 'other')]).toEqual([false, true])
  })
})
