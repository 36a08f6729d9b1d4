import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { Secret } from '../../base/secret.ts'
import type { OutboxTable } from '../store/payment-tables.ts'
import type { Store } from '../store/store.ts'
import { disableEndpoint, findEnabledEndpoint } from './endpoint-store.ts'
import type { PostResult, PostWebhook } from './post-webhook.ts'
import { change, claim, logDelivery, nextDueAt, type RowChange } from './store.ts'
import { waitMsAfter } from './webhook-schedule.ts'

/** Deliveries that one endpoint gets at the same time, each of another payment. One that hangs costs its place only. */
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
  readonly #underWay = new Set<Promise<void>>()
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
    while (this.#running || this.#underWay.size > 0) await Promise.all([this.#running, ...this.#underWay])
  }

  async #run(): Promise<void> {
    const { clock, log, endpointId } = this.#options
    try {
      while (this.#wanted) {
        this.#wanted = false
        await this.#deliverDue()
        // Whatever is under way wakes the lane when it is done.
        if (this.#underWay.size < atOnce && !this.#wanted) await this.#sleep()
      }
    } catch (error) {
      log.error({ endpointId, error }, 'the outbox could not be read, and will be again')
      this.#wanted = false
      if (!this.#stopped) this.#timer = clock.after(afterFaultMs, () => this.wake())
    }
  }

  /** Fills the places that are free, and waits for none of them. */
  async #deliverDue(): Promise<void> {
    const { store, clock, merchantId, endpointId } = this.#options
    const limit = atOnce - this.#underWay.size
    if (this.#stopped || limit === 0) return
    const endpoint = await findEnabledEndpoint(store.db, { merchantId, endpointId })
    if (!endpoint) return
    const want = { merchantId, target: endpointId, limit, leaseMs }
    const rows = await store.transaction((trx) => claim(trx, want, clock.now()))
    const secret = new Secret(endpoint.secret)
    for (const row of rows) this.#begin(row, this.#deliver(row, endpoint.url, secret))
  }

  #begin({ event_id: deliveryId }: OutboxTable, delivery: Promise<void>): void {
    const { clock, log, endpointId } = this.#options
    const tracked: Promise<void> = delivery.then(
      () => {
        this.#underWay.delete(tracked)
        this.wake()
      },
      (error: unknown) => {
        this.#underWay.delete(tracked)
        // What became of it is not stored: it is delivered again when its lease has run out.
        log.error({ endpointId, deliveryId, error }, 'a delivery could not be noted')
        if (!this.#stopped) clock.after(afterFaultMs, () => this.wake())
      },
    )
    this.#underWay.add(tracked)
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
    if (this.#stopped && result.status === null)
      return change(store.db, row, { leased_until: 0, next_at: nowMs }, nowMs)
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
