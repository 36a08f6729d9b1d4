import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { Secret } from '../../base/secret.ts'
import type { OutboxTable } from '../store/payment-tables.ts'
import type { Store } from '../store/store.ts'
import { disableEndpoint, findEnabledEndpoint } from './endpoint-store.ts'
import type { PostResult, PostWebhook } from './post-webhook.ts'
import { change, claim, logDelivery, nextDueAt, type RowChange } from './store.ts'
import { waitMsAfter } from './webhook-schedule.ts'

/** Payments whose events one endpoint gets at the same time. */
const atOnce = 8
/** Longer than a delivery can take: a row whose relay died is free again after it, in ms. */
const leaseMs = 60_000
const afterFaultMs = 5_000

export type LaneOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly postWebhook: PostWebhook
  readonly merchantId: string
  readonly endpointId: string
}

type NextRow = RowChange & Required<Pick<RowChange, 'state'>>

/** Everything that waits for one endpoint. Lanes know nothing of each other: a slow endpoint delays only itself. */
export class Lane {
  readonly #options: LaneOptions
  #running: Promise<void> | undefined
  #wanted = false
  #timer: Timer | undefined
  #stopped = false

  constructor(options: LaneOptions) {
    this.#options = options
  }

  wake(): void {
    if (this.#stopped) return
    this.#wanted = true
    this.#timer?.cancel()
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      if (this.#wanted) this.wake()
    })
  }

  /** Takes no more; what is on its way is waited for by `idle`. */
  stop(): void {
    this.#stopped = true
    this.#wanted = false
    this.#timer?.cancel()
  }

  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, log, endpointId } = this.#options
    try {
      while (this.#wanted) {
        this.#wanted = false
        while (!this.#stopped && (await this.#deliverDue())) {}
        if (!this.#stopped) await this.#sleep()
      }
    } catch (error) {
      log.error({ endpointId, error }, 'the outbox could not be read, and will be again')
      if (!this.#stopped) this.#timer = clock.after(afterFaultMs, () => this.wake())
    }
  }

  /** True when there was something to deliver. */
  async #deliverDue(): Promise<boolean> {
    const { store, clock, merchantId, endpointId } = this.#options
    const endpoint = await findEnabledEndpoint(store.db, { merchantId, endpointId })
    if (!endpoint) return false
    const want = { merchantId, target: endpointId, limit: atOnce, leaseMs }
    const rows = await store.transaction((trx) => claim(trx, want, clock.now()))
    const secret = new Secret(endpoint.secret)
    await Promise.all(rows.map((row) => this.#deliver(row, endpoint.url, secret)))
    return rows.length > 0
  }

  async #deliver(row: OutboxTable, url: string, secret: Secret): Promise<void> {
    const { clock, postWebhook } = this.#options
    const beganMs = clock.monotonicMs()
    const result = await postWebhook.post({ url, secret, eventId: row.event_id, body: row.body })
    await this.#note(row, result, Math.round(clock.monotonicMs() - beganMs))
  }

  async #note(row: OutboxTable, result: PostResult, latencyMs: number): Promise<void> {
    const { store, clock, log, merchantId, endpointId } = this.#options
    const nowMs = clock.now()
    // Cut off by our own end: no failure of the endpoint's. The next process begins with it.
    if (this.#stopped && result.status === null) return change(store.db, row, { leased_until: 0 }, nowMs)
    const attempt = row.attempts + 1
    const next = this.#after(attempt, result, nowMs)
    await store.transaction(async (trx) => {
      await change(trx, row, { ...next, attempts: attempt, leased_until: 0 }, nowMs)
      await logDelivery(trx, row, { attempt, ...result, latencyMs }, nowMs)
      if (result.outcome === 'gone') await disableEndpoint(trx, { merchantId, endpointId }, 'gone', nowMs)
    })
    const { event_id: deliveryId, payment_id: paymentId } = row
    const { status, outcome } = result
    const facts = {
      deliveryId,
      paymentId,
      endpointId,
      attempt,
      status,
      latencyMs,
      outcome,
      state: next.state,
    }
    if (next.state === 'delivered') log.info(facts, 'webhook delivered')
    else log.warn(facts, 'webhook not delivered')
  }

  #after(attempt: number, { outcome, retryAfter }: PostResult, nowMs: number): NextRow {
    if (outcome === 'accepted') return { state: 'delivered' }
    if (outcome === 'gone') return { state: 'dead' }
    const waitMs = waitMsAfter(attempt, { random: this.#options.random, retryAfter })
    return waitMs === undefined ? { state: 'dead' } : { state: 'waiting', next_at: nowMs + waitMs }
  }

  async #sleep(): Promise<void> {
    const { store, clock, merchantId, endpointId } = this.#options
    const endpoint = await findEnabledEndpoint(store.db, { merchantId, endpointId })
    const dueAt = endpoint && (await nextDueAt(store.db, { merchantId, target: endpointId }))
    if (dueAt === undefined || this.#stopped || this.#wanted) return
    if (dueAt <= clock.now()) this.#wanted = true
    else this.#timer = clock.after(dueAt - clock.now(), () => this.wake())
  }
}
