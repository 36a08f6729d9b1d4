import type { Timer } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import type { ReconciliationResource } from '../../contracts/reconciliation.ts'
import { gatewayOfMerchant, merchantIds } from '../payments/store.ts'
import { systemOf } from '../payments/system-actor.ts'
import type { Actor, Reconciliations } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { ReconciliationTable } from '../store/gateway-tables.ts'
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

  async order(
    actor: Actor,
    { since, until }: { readonly since: number; readonly until: number },
  ): Promise<ReconciliationResource> {
    const { store, clock, gateways } = this.#options
    const { merchantId } = actor
    const gateway = await gatewayOfMerchant(store.db, merchantId)
    if (!gateways.of(gateway).connector.settlement) throw new SettlementNotAvailable()
    const nowMs = clock.now()
    const run: ReconciliationTable = {
      ...{ id: newId('reconciliation', nowMs), merchant_id: merchantId, gateway, state: 'running' },
      ...{ since_ms: since, until_ms: until, lines: 0, matched: 0, differences: 0, because: null },
      ...{ created_at: nowMs, updated_at: nowMs },
    }
    await store.transaction(async (trx) => {
      const facts = { reconciliationId: run.id, since, until }
      await appendAudit(trx, { actor, action: 'reconciliation.ordered', paymentId: null, facts }, nowMs)
      await insertRun(trx, run)
    })
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
    const { store, clock, gateways } = this.#options
    const until = Math.floor(clock.now() / dayMs) * dayMs
    for (const merchantId of await merchantIds(store.db)) {
      const { connector } = gateways.of(await gatewayOfMerchant(store.db, merchantId))
      if (!connector.settlement) continue
      const since = dueSince(await dailyState(store.db, merchantId, until), until, clock.now())
      if (since !== undefined) await this.order(systemOf(merchantId), { since, until })
    }
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
  { coveredUntilMs, failures, lastFailedMs }: DailyState,
  untilMs: number,
  nowMs: number,
): number | undefined {
  const since = Math.max(coveredUntilMs ?? untilMs - dayMs, untilMs - mostDaysMissed * dayMs)
  if (since >= untilMs) return undefined
  const waitMs = Math.min(2 ** failures * hourMs, dayMs)
  return lastFailedMs !== null && nowMs - lastFailedMs < waitMs ? undefined : since
}
