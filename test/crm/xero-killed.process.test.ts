import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectedOf, findConnection } from '../../src/control/connections/connection-row.ts'
import { openStore, type Store } from '../../src/control/store/store.ts'
import { until } from '../control/payments/until.ts'
import { fastClock } from '../crash/fast-clock.ts'
import { Offices } from '../results/offices.ts'
import { RelayProcess } from '../results/relay-process.ts'
import { merchantId, writeMerchant, writePayments } from '../results/written-events.ts'
import { randomFrom } from '../support/random-from.ts'
import { type TestPlace, testPlace } from '../support/test-place.ts'

/** Real processes on a real file, ended with SIGKILL by the books themselves, at the moments that hurt. */
const originMs = Date.now()
/** As fast as a limit of sixty a minute needs it, so that no test waits for one. */
const times = 10
const clock = fastClock(originMs, times)
let place: TestPlace
let store: Store
let offices: Offices
let books: string
let running: RelayProcess | undefined

const begin = async (graceMs: number) => {
  offices = await new Offices({ clock, lifetimeSeconds: 1_800, graceMs }).start()
  const connected = await offices.connect(store, merchantId)
  books = connected.books
}
beforeEach(async () => {
  place = await testPlace()
  store = await openStore({ ...place.place, clock, reserveBytes: 1 })
  await writeMerchant({ store, clock }, [], '')
})
afterEach(async () => {
  await running?.kill()
  running = undefined
  await offices.stop()
  await store.close()
  await place.remove()
})

let written = 0
const pay = async () => {
  const metadataOf = (n: number) => ({
    crmRecord: `Contact:${offices.contact}`,
    invoice: offices.books.addInvoice(`order-${n}`, (1_000 + n) / 100).InvoiceNumber,
  })
  await writePayments({ store, clock, metadataOf }, 1, written++)
}
const startRelay = async () => {
  running = await RelayProcess.start({
    ...{ place: { file: place.place.file ?? '' }, merchantId, originMs, times },
    mailUrl: 'smtp://127.0.0.1:1',
    text: {
      accountSid: `AC${'0'.repeat(32)}`,
      authToken: 't',
      from: '+441632960000',
      apiOrigin: 'http://127.0.0.1:1',
    },
  })
}
const kill = async () => {
  await running?.kill()
  running = undefined
}
const connection = async () => {
  const row = await findConnection(store.db, { merchantId, connectionId: books })
  return connectedOf(row!).row
}
const waiting = async () => {
  const rows = await store.db
    .selectFrom('outbox')
    .select('event_id')
    .where('target', '=', books)
    .where('state', '=', 'waiting')
    .execute()
  return rows.length
}
/** What a dead relay had taken is free again at once: that a lease runs out is shown elsewhere. */
const freeLeases = async () => {
  await store.db
    .updateTable('outbox')
    .set({ leased_until: 0, next_at: 0 })
    .where('state', '=', 'waiting')
    .execute()
  await store.db.updateTable('connections').set({ refreshing_until: 0 }).execute()
}
const finish = async () => {
  await freeLeases()
  await startRelay()
  await until('all is written', async () => (await waiting()) === 0)
}
/** Settles when `gone` was called: the process that it kills is waited for. */
const once = () => {
  const done = Promise.withResolvers<void>()
  return { done: done.promise, gone: () => kill().then(done.resolve) }
}
/** One payment and one credit note on every invoice that was paid. */
const expectEachOnce = () => {
  const { payments, creditNotes } = offices.books
  expect(payments.filter(({ Invoice }) => Invoice !== undefined)).toHaveLength(written)
  expect(creditNotes.map(({ Status }) => Status)).toEqual(Array(written).fill('PAID'))
}

describe('a relay that is killed with SIGKILL while it replaces Xero’s refresh token', () => {
  beforeEach(() => {
    written = 0
  })

  it('after the answer and before the row: the token before is tried again, within Xero’s half hour', async () => {
    await begin(30 * 60_000)
    const { tokens_version: before } = await connection()
    const { done, gone } = once()
    offices.tokens.onRefresh = () => gone()
    offices.tokens.expire()
    await pay()
    await startRelay()
    await done
    expect((await connection()).tokens_version).toBe(before)
    offices.tokens.onRefresh = async () => {}
    await finish()
    expect(offices.tokens.given).toEqual(['code', 'refresh', 'refresh'])
    expect((await connection()).state).toBe('connected')
    expectEachOnce()
  })

  it('after the row and before the first use: what was stored is used, although the one before is dead', async () => {
    await begin(0)
    const { tokens_version: before } = await connection()
    const { done, gone } = once()
    offices.tokens.expire()
    offices.books.onRequest = () => {
      offices.books.onRequest = () => {}
      void gone()
    }
    await pay()
    await startRelay()
    await done
    expect((await connection()).tokens_version).toBe(before + 1)
    await finish()
    expect(offices.tokens.given).toEqual(['code', 'refresh'])
    expectEachOnce()
  })

  it('at any moment, again and again: each payment stands there once, and nobody has to connect anew', async () => {
    const seed = Date.now() % 1_000_000
    console.log(`seed ${seed}`)
    const random = randomFrom(seed)
    await begin(30 * 60_000)
    for (let round = 0; round < 6; round++) {
      offices.tokens.expire()
      await pay()
      const { done, gone } = once()
      const waitMs = random() * 30
      offices.tokens.onRefresh = async () => {
        offices.tokens.onRefresh = async () => {}
        setTimeout(() => void gone(), waitMs)
      }
      await freeLeases()
      await startRelay()
      await done
    }
    await finish()
    expect((await connection()).state).toBe('connected')
    expectEachOnce()
  })
})
