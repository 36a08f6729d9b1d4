import type { Clock, Timer } from '../../base/clock.ts'
import { exhaustive } from '../../base/exhaustive.ts'
import type { Log } from '../../base/log.ts'
import type { Queries } from '../store/database.ts'
import type { OutboxTable } from '../store/payment-tables.ts'
import type { Store } from '../store/store.ts'
import type { Notes } from './notes.ts'
import { change, claim, holdBack, logDelivery, nextDueAt, type RowChange } from './store.ts'
import type { Delivered, TargetKind } from './target.ts'
import { waitMsAfter } from './webhook-schedule.ts'

/** Deliveries that one target gets at the same time, each of another payment. One that hangs costs its place only. */
const atOnce = 8
/** Longer than a delivery can take: a row whose relay died is free again after it, in ms. */
const leaseMs = 60_000
const afterFaultMs = 5_000

export type LaneOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly notes: Notes
  readonly kind: TargetKind
  readonly merchantId: string
  readonly target: string
}

type NextRow = RowChange & Required<Pick<RowChange, 'state'>>

/** Everything that waits for one target. Lanes know nothing of each other: a slow target delays only itself. */
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
    const { clock, log, target } = this.#options
    try {
      while (this.#wanted) {
        this.#wanted = false
        await this.#deliverDue()
        // Whatever is under way wakes the lane when it is done.
        if (this.#underWay.size < atOnce && !this.#wanted) await this.#sleep()
      }
    } catch (error) {
      log.error({ target, error }, 'the outbox could not be read, and will be again')
      this.#wanted = false
      if (!this.#stopped) this.#timer = clock.after(afterFaultMs, () => this.wake())
    }
  }

  /** Fills the places that are free, and waits for none of them. */
  async #deliverDue(): Promise<void> {
    const { store, clock, merchantId, target } = this.#options
    const limit = atOnce - this.#underWay.size
    if (this.#stopped || limit === 0 || !(await this.#isEnabled())) return
    const want = { merchantId, target, limit, leaseMs }
    const rows = await store.transaction((trx) => claim(trx, want, clock.now()))
    for (const row of rows) this.#begin(row, this.#deliver(row))
  }

  async #isEnabled(): Promise<boolean> {
    const { store, kind, merchantId, target } = this.#options
    return (await kind.enabled(store.db, merchantId)).includes(target)
  }

  #begin({ event_id: deliveryId }: OutboxTable, delivery: Promise<void>): void {
    const { clock, log, target } = this.#options
    const tracked: Promise<void> = delivery.then(
      () => {
        this.#underWay.delete(tracked)
        this.wake()
      },
      (error: unknown) => {
        this.#underWay.delete(tracked)
        // What became of it is not stored: it is delivered again when its lease has run out.
        log.error({ target, deliveryId, error }, 'a delivery could not be noted')
        if (!this.#stopped) clock.after(afterFaultMs, () => this.wake())
      },
    )
    this.#underWay.add(tracked)
  }

  async #deliver(row: OutboxTable): Promise<void> {
    const { clock, kind } = this.#options
    const beganMs = clock.monotonicMs()
    const { merchant_id, payment_id, event_id, target, position, type, body, created_at } = row
    const delivered = await kind.deliver({
      ...{ merchantId: merchant_id, paymentId: payment_id, eventId: event_id, target },
      ...{ position, type, body, attempt: row.attempts + 1, createdAt: created_at },
      isFresh: row.attempts === row.attempts_before,
    })
    await this.#note(row, delivered, Math.round(clock.monotonicMs() - beganMs))
  }

  async #note(row: OutboxTable, delivered: Delivered, latencyMs: number): Promise<void> {
    const { clock, log, notes, target } = this.#options
    const nowMs = clock.now()
    if (delivered.do === 'postpone') {
      const untilMs = Math.max(nowMs, delivered.untilMs)
      return notes.write((trx) => this.#waitUntil(trx, row, untilMs, nowMs))
    }
    // Cut off by our own end: no failure of the target's. The next process begins with it.
    if (this.#stopped && delivered.status === null)
      return notes.write((trx) => this.#waitUntil(trx, row, nowMs, nowMs))
    const attempt = row.attempts + 1
    const next = this.#after(attempt - row.attempts_before, delivered, nowMs)
    const line = { attempt, status: delivered.status, outcome: delivered.outcome, latencyMs }
    await notes.write(async (trx) => {
      if (!(await change(trx, row, { ...next, attempts: attempt, leased_until: 0 }, nowMs))) return
      await logDelivery(trx, row, line, nowMs)
      if (next.next_at !== undefined) await holdBack(trx, row, next.next_at)
      if (delivered.do === 'disable') await this.#disable(trx, line.outcome, nowMs)
    })
    const { event_id: deliveryId, payment_id: paymentId } = row
    const facts = { deliveryId, paymentId, target, ...line, state: next.state }
    if (next.state === 'delivered') log.info(facts, 'result delivered')
    else log.warn(facts, 'result not delivered')
  }

  async #waitUntil(trx: Queries, row: OutboxTable, untilMs: number, nowMs: number): Promise<void> {
    if (await change(trx, row, { leased_until: 0, next_at: untilMs }, nowMs))
      await holdBack(trx, row, untilMs)
  }

  #disable(trx: Queries, because: string, nowMs: number): Promise<void> {
    const { kind, merchantId, target } = this.#options
    return kind.disable(trx, { merchantId, target }, because, nowMs)
  }

  #after(failures: number, delivered: Exclude<Delivered, { do: 'postpone' }>, nowMs: number): NextRow {
    switch (delivered.do) {
      case 'done':
        return { state: 'delivered' }
      case 'give-up':
        return { state: 'dead' }
      case 'disable':
        return delivered.row === 'dead' ? { state: 'dead' } : { state: 'waiting', next_at: nowMs }
      case 'retry': {
        const askedMs = Math.max(0, (delivered.notBeforeMs ?? 0) - nowMs)
        const waitMs = waitMsAfter(failures, { random: this.#options.random, askedMs })
        return waitMs === undefined ? { state: 'dead' } : { state: 'waiting', next_at: nowMs + waitMs }
      }
      default:
        return exhaustive(delivered)
    }
  }

  async #sleep(): Promise<void> {
    const { store, clock, merchantId, target } = this.#options
    const dueAt = (await this.#isEnabled()) ? await nextDueAt(store.db, { merchantId, target }) : undefined
    if (dueAt === undefined || this.#stopped || this.#wanted) return
    if (dueAt <= clock.now()) this.#wanted = true
    else this.#timer = clock.after(dueAt - clock.now(), () => this.wake())
  }
}
