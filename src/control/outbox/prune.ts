import type { Clock, Timer } from '../../base/clock.ts'
import { firstIdAt } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { Queries } from '../store/database.ts'
import type { Store } from '../store/store.ts'

export type Retention = {
  /** Delivered results, with their tries; in ms. */
  readonly deliveredMs: number
  /** What was given up, after which nobody can replay it; in ms. */
  readonly givenUpMs: number
}

export type PrunerOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly retention: Retention
  readonly merchantIds: () => Promise<readonly string[]>
}

const everyMs = 3_600_000
/** At a time: nobody else waits long for the store. */
const atOnce = 500
/** Consents that nobody came back with, and counts of accounts that were not asked for longer than any window. */
const consentsMs = 3_600_000
const limitsMs = 2 * 24 * 3_600_000

/**
 * Forgets what the outbox and the delivery log need to keep no longer. What waits stays, however old; what was replayed
 * counts from then. Payments and the audit trail are another thing, and are not touched.
 */
export class OutboxPruner {
  readonly #options: PrunerOptions
  #timer: Timer | undefined
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: PrunerOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#stopped) return
    this.#timer = this.#options.clock.after(everyMs, () => this.start())
    this.#running = this.#running.then(() => this.prune())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#running
  }

  /** Never rejects: what could not be forgotten now is tried again within the hour. */
  async prune(): Promise<void> {
    const { clock, log, retention, merchantIds } = this.#options
    const nowMs = clock.now()
    try {
      let count = 0
      for (const merchantId of await merchantIds()) {
        count += await this.#forget(merchantId, 'delivered', nowMs - retention.deliveredMs)
        count += await this.#forget(merchantId, 'dead', nowMs - retention.givenUpMs)
      }
      await this.#forgetRest(nowMs)
      if (count > 0) log.info({ count }, 'old deliveries were forgotten')
    } catch (error) {
      log.error({ error }, 'old deliveries could not be forgotten, and will be later')
    }
  }

  async #forget(merchantId: string, state: 'delivered' | 'dead', beforeMs: number): Promise<number> {
    const { store } = this.#options
    let count = 0
    let after = ''
    while (!this.#stopped) {
      const rows = await oldest(store.db, { merchantId, state, beforeMs, after })
      const last = rows.at(-1)
      if (!last) break
      await store.transaction((trx) => remove(trx, { merchantId, state }, rows))
      count += rows.length
      after = last.event_id
      if (rows.length < atOnce) break
      // Whoever waits for the store comes first.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return count
  }

  async #forgetRest(nowMs: number): Promise<void> {
    const { db } = this.#options.store
    await db
      .deleteFrom('connection_consents')
      .where('created_at', '<', nowMs - consentsMs)
      .execute()
    await db
      .deleteFrom('account_limits')
      .where('updated_at', '<', nowMs - limitsMs)
      .execute()
  }
}

type Old = {
  readonly merchantId: string
  readonly state: 'delivered' | 'dead'
  readonly beforeMs: number
  /** Id of an event: those before it have been looked at. */
  readonly after: string
}
type Row = { readonly event_id: string; readonly target: string }

/** By the id, which is as old as the event: the index of the delivery log serves, and none is written for this alone. */
function oldest(db: Queries, { merchantId, state, beforeMs, after }: Old): Promise<Row[]> {
  return db
    .selectFrom('outbox')
    .select(['event_id', 'target'])
    .where('merchant_id', '=', merchantId)
    .where('event_id', '>=', after)
    .where('event_id', '<', firstIdAt('event', beforeMs))
    .where('state', '=', state)
    .where('updated_at', '<', beforeMs)
    .orderBy('event_id')
    .limit(atOnce)
    .execute()
}

async function remove(
  trx: Queries,
  { merchantId, state }: Pick<Old, 'merchantId' | 'state'>,
  rows: readonly Row[],
) {
  for (const { event_id, target } of rows) {
    const { numDeletedRows } = await trx
      .deleteFrom('outbox')
      .where('merchant_id', '=', merchantId)
      .where('event_id', '=', event_id)
      .where('target', '=', target)
      // Replayed in this very moment: it stays, with its tries.
      .where('state', '=', state)
      .executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) continue
    await trx
      .deleteFrom('webhook_deliveries')
      .where('merchant_id', '=', merchantId)
      .where('event_id', '=', event_id)
      .where('target', '=', target)
      .execute()
  }
}
