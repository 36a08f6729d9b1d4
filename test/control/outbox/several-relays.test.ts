import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/base/log.ts'
import { createPostWebhook } from '../../../src/control/outbox/post-webhook.ts'
import { Relay } from '../../../src/control/outbox/relay.ts'
import { createWebhookTarget } from '../../../src/control/outbox/webhook-target.ts'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { FaultyReceiver } from '../../results/receivers.ts'
import { life, merchantId, writeMerchant, writePayments } from '../../results/written-events.ts'
import { testSealer } from '../../support/sealing-key.ts'
import { type TestPlace, testPlace } from '../../support/test-place.ts'
import { until } from '../payments/until.ts'

let place: TestPlace
let store: Store
let receivers: FaultyReceiver[]
let relays: Relay[]
beforeEach(async () => {
  place = await testPlace()
  store = await openStore({ ...place.place, clock: systemClock })
  const plain = (name: string) => new FaultyReceiver({ name, dedupes: false, faults: {} }, () => 1)
  receivers = [await plain('one').start(), await plain('two').start()]
  relays = []
})
afterEach(async () => {
  for (const relay of relays) await relay.stop()
  for (const receiver of receivers) await receiver.stop()
  await store.close()
  await place.remove()
})

const startRelay = () => {
  const postWebhook = createPostWebhook({
    clock: systemClock,
    egress: { ports: null, allow: ['127.0.0.0/8'] },
  })
  const relay = new Relay({
    ...{ store, clock: systemClock, log: silentLog, random: Math.random },
    kinds: [createWebhookTarget({ store, clock: systemClock, postWebhook, sealer: testSealer })],
    merchantIds: async () => [merchantId],
  })
  relays.push(relay)
  relay.start()
}

it('several relays on one database share the work: each event once at each target, in the order of its payment', async () => {
  const writing = { store, clock: systemClock }
  const urls = receivers.map(({ url }) => url)
  await writeMerchant(writing, urls, receivers[0]?.secret ?? '')
  await writePayments(writing, 30, 0)
  for (let n = 0; n < 3; n++) startRelay()
  const due = 30 * life.length
  await until('all is delivered', () => receivers.every(({ taken }) => taken.length >= due))
  const rows = await store.db.selectFrom('outbox').selectAll().where('target', 'like', 'whe_%').execute()
  const positions = new Map(rows.map((row) => [row.event_id, row]))
  for (const { taken, duplicates, unsigned } of receivers) {
    expect([taken.length, duplicates, unsigned]).toEqual([due, 0, 0])
    const last = new Map<string, number>()
    for (const id of taken) {
      const { payment_id, position } = positions.get(id)!
      expect(position).toBe((last.get(payment_id) ?? -1) + 1)
      last.set(payment_id, position)
    }
  }
})
