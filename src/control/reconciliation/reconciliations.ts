import type { Timer } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import type { ReconciliationResource } from '../../contracts/reconciliation.ts'
import { gatewayOfMerchant, merchantIds } from '../payments/store.ts'
import { systemOf } from '../payments/system-actor.ts'
import type { Actor, Reconciliations } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import type { ReconciliationTable } from '../store/gateway-tables.ts'
import { lockMerchant } from '../store/locks.ts'
import { differencesCsv, ledgerCsv } from './csv.ts'
import { movementsIn } from './movements.ts'
import { type ReconciliationOptions, reconcile } from './reconcile.ts'
import {
  type DailyState,
  dailyState,
  differencesOf,
  failLeftRuns,
  findRun,
  insertRun,
  listRuns,
  runResource,
  updateRun,
} from './reconciliation-store.ts'
import { SettlementNotAvailable } from './settlement-report.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Days on which control did not run are made up for, up to here. */
const mostDaysMissed = 7

/** No such reconciliation of this merchant. */
export class ReconciliationNotFound extends AppError {
  readonly code = 'RECONCILIATION_NOT_FOUND'
  readonly remedy = 'fix-request'
  constructor() {
    super('no such reconciliation')
  }
}

type Range = { readonly since: number; readonly until: number }

/** Comparisons with gateways: on order, and of every day (UTC) once it is over. One at a time. */
export class ReconciliationJob implements Reconciliations {
  readonly #options: ReconciliationOptions
  #timer: Timer | undefined
  #queue: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: ReconciliationOptions) {
    this.#options = options
  }

  /** After a restart: what was cut short has failed, and the day's comparison begins within the hour. */
  async start(): Promise<void> {
    const { store, clock, log } = this.#options
    for (const merchantId of await merchantIds(store.db))
      await failLeftRuns(store.db, merchantId, clock.now())
    const everyHour = () => {
      if (this.#stopped) return
      this.#timer = clock.after(hourMs, everyHour)
      this.#daily().catch((error: unknown) => log.error({ error }, 'the day could not be compared'))
    }
    this.#timer = clock.after(hourMs, everyHour)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#queue
  }

  async order(actor: Actor, range: Range): Promise<ReconciliationResource> {
    const { store } = this.#options
    const gateway = await this.#gatewayOf(actor.merchantId)
    if (gateway === undefined) throw new SettlementNotAvailable()
    const run = await store.transaction((trx) => this.#begin(trx, actor, { ...range, gateway }))
    this.#queue = this.#queue.then(() => this.#run(run))
    return runResource(run)
  }

  async get({ merchantId }: Actor, id: string): Promise<ReconciliationResource> {
    return runResource(await this.#find(merchantId, id))
  }

  async list({ merchantId }: Actor, page: { readonly cursor?: string; readonly limit: number }) {
    const rows = await listRuns(this.#options.store.db, merchantId, { ...page, limit: page.limit + 1 })
    const data = rows.slice(0, page.limit).map(runResource)
    return { data, nextCursor: rows.length > page.limit ? (data.at(-1)?.id ?? null) : null }
  }

  async differences({ merchantId }: Actor, id: string) {
    await this.#find(merchantId, id)
    return differencesOf(this.#options.store.db, { merchantId, id })
  }

  async differencesCsv(actor: Actor, id: string): Promise<string> {
    return differencesCsv(await this.differences(actor, id))
  }

  async ledgerCsv({ merchantId }: Actor, id: string): Promise<string> {
    const { gateway, since_ms: sinceMs, until_ms: untilMs } = await this.#find(merchantId, id)
    return ledgerCsv(await movementsIn(this.#options.store.db, { merchantId, gateway, sinceMs, untilMs }))
  }

  async #find(merchantId: string, id: string): Promise<ReconciliationTable> {
    const run = await findRun(this.#options.store.db, { merchantId, id })
    if (!run) throw new ReconciliationNotFound()
    return run
  }

  async #daily(): Promise<void> {
    const { store, clock } = this.#options
    const until = Math.floor(clock.now() / dayMs) * dayMs
    for (const merchantId of await merchantIds(store.db)) {
      const gateway = await this.#gatewayOf(merchantId)
      if (gateway === undefined) continue
      const run = await store.transaction(async (trx) => {
        // Looked up and begun under one lock: of two processes, one compares the day.
        await lockMerchant(trx, merchantId)
        const since = dueSince(await dailyState(trx, merchantId, until), until, clock.now())
        return since === undefined
          ? undefined
          : this.#begin(trx, systemOf(merchantId), { since, until, gateway })
      })
      if (run) this.#queue = this.#queue.then(() => this.#run(run))
    }
  }

  /** Undefined when its connector reads no settlement lines. */
  async #gatewayOf(merchantId: string): Promise<string | undefined> {
    const { store, gateways } = this.#options
    const gateway = await gatewayOfMerchant(store.db, merchantId)
    return gateways.of(gateway).connector.settlement ? gateway : undefined
  }

  async #begin(
    trx: Queries,
    actor: Actor,
    { since, until, gateway }: Range & { readonly gateway: string },
  ): Promise<ReconciliationTable> {
    const nowMs = this.#options.clock.now()
    const run: ReconciliationTable = {
      ...{ id: newId('reconciliation', nowMs), merchant_id: actor.merchantId, gateway, state: 'running' },
      ...{ since_ms: since, until_ms: until, lines: 0, matched: 0, differences: 0, because: null },
      ...{ created_at: nowMs, updated_at: nowMs },
    }
    const facts = { reconciliationId: run.id, since, until }
    await appendAudit(trx, { actor, action: 'reconciliation.ordered', paymentId: null, facts }, nowMs)
    await insertRun(trx, run)
    return run
  }

  async #run(run: ReconciliationTable): Promise<void> {
    const { store, clock, log } = this.#options
    if (this.#stopped) return
    try {
      await reconcile(run, this.#options)
    } catch (error) {
      log.error({ merchantId: run.merchant_id, error }, 'a reconciliation failed')
      const failed = { state: 'failed', because: 'internal', updated_at: clock.now() } as const
      await updateRun(store.db, { merchantId: run.merchant_id, id: run.id }, failed).catch(() => {})
    }
  }
}

/** From where on whole days are to be compared now; after a failure with growing patience. Pure. */
function dueSince(
  { coveredUntilMs, firstSinceMs, failures, lastFailedMs }: DailyState,
  untilMs: number,
  nowMs: number,
): number | undefined {
  const missedMs = coveredUntilMs ?? firstSinceMs ?? untilMs - dayMs
  const since = Math.max(missedMs, untilMs - mostDaysMissed * dayMs)
  if (since >= untilMs) return undefined
  const waitMs = Math.min(2 ** failures * hourMs, dayMs)
  return lastFailedMs !== null && nowMs - lastFailedMs < waitMs ? undefined : since
}
