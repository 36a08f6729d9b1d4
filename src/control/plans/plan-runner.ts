import type { Clock, Timer } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { NewPaymentOptions } from '../payments/new-payment.ts'
import { merchantIds } from '../payments/store.ts'
import { systemOf } from '../payments/system-actor.ts'
import type { Store } from '../store/store.ts'
import type { StoredCards } from '../stored-cards/stored-cards.ts'
import { perform } from './perform.ts'
import { type Situation, situationOf } from './plan-situation.ts'
import { nextAction } from './plan-step.ts'
import {
  duePlans,
  findPlan,
  leasePlan,
  nextPlanAt,
  type PlanKey,
  type PlanRow,
  updatePlan,
} from './plan-store.ts'
import { beginWaiting } from './waiting-plans.ts'

/** A process that dies with a plan in its hands gives it back after so long, in ms. */
const leaseMs = 120_000
/** The gateway is away: looked at again after so long, in ms. */
const troubleMs = 15 * 60_000
/** A payment whose outcome is open, a store that failed: looked at again after so long, in ms. */
const soonMs = 60_000
/** Nothing is waited for in one piece for longer, in ms: clocks are set. */
const longestWaitMs = 3_600_000
/** More steps at once than any plan takes: one that goes round in circles waits. */
const mostSteps = 50

export type PlanRunnerOptions = NewPaymentOptions & {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly storedCards: Pick<StoredCards, 'charge'>
  readonly onTold: (merchantId: string) => void
}

/**
 * Runs what comes due. Each step is one transaction over the plan's version; a run is one row by its number, its payment is
 * made in the same transaction, and the payment's own rule of one live attempt is the last guard: whatever is done twice
 * changes nothing.
 */
export class PlanRunner {
  readonly #options: PlanRunnerOptions
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #wanted = false
  /** Whose payments have moved on since the last look. */
  readonly #news = new Map<string, PlanKey>()
  #stopped = false

  constructor(options: PlanRunnerOptions) {
    this.#options = options
  }

  /** Looks at what is due, and again when the next is. */
  wake(): void {
    if (this.#stopped) return
    this.#wanted = true
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      if (this.#wanted) this.wake()
    })
  }

  /** The payment of the plan's run has moved on: the plan need not wait for its next look. */
  look(key: PlanKey): void {
    this.#news.set(key.planId, key)
    this.wake()
  }

  get isIdle(): boolean {
    return this.#running === undefined
  }

  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#wanted = false
    this.#timer?.cancel()
    await this.#running
  }

  async #run(): Promise<void> {
    const { store, clock, log } = this.#options
    this.#wanted = false
    this.#timer?.cancel()
    let waitMs = longestWaitMs
    try {
      await this.#hear()
      for (const merchantId of await merchantIds(store.db)) {
        if (!(await beginWaiting(this.#options, merchantId))) waitMs = soonMs
        for (const plan of await duePlans(store.db, merchantId, clock.now()))
          if (!this.#stopped) await this.#plan(plan)
      }
      const dueMs = await nextPlanAt(store.db)
      if (dueMs !== null) waitMs = Math.min(Math.max(dueMs - clock.now(), 1_000), waitMs)
    } catch (error) {
      log.error({ error }, 'plans could not be looked at, and will be')
      waitMs = soonMs
    }
    if (!this.#stopped) this.#timer = clock.after(waitMs, () => this.wake())
  }

  /** What is lost here, with the store or the process, is found within a minute: `#charge` has set that. */
  async #hear(): Promise<void> {
    const { store, clock } = this.#options
    const news = [...this.#news.values()]
    this.#news.clear()
    for (const { merchantId, planId } of news)
      await store.db
        .updateTable('plans')
        .set({ next_at: clock.now() })
        .where('merchant_id', '=', merchantId)
        .where('id', '=', planId)
        .where('status', '=', 'active')
        .execute()
  }

  async #plan(row: PlanRow): Promise<void> {
    const { store, clock, log } = this.#options
    const key = { merchantId: row.merchant_id, planId: row.id }
    if (!(await leasePlan(store.db, row, clock.now(), leaseMs))) return
    try {
      for (let steps = 0; steps < mostSteps; steps++) if (!(await this.#step(key))) return
    } catch (error) {
      const reason = error instanceof AppError ? error.code : null
      log.error({ merchantId: row.merchant_id, reason, error }, 'a plan could not be moved on, and waits')
    }
    await this.#change(key, { next_at: clock.now() + troubleMs }).catch(() => {})
  }

  /** One action; false when there is nothing more to do now. */
  async #step(key: PlanKey): Promise<boolean> {
    const situation = await situationOf({ store: this.#options.store, nowMs: this.#options.clock.now() }, key)
    const action = nextAction(situation)
    if (action.do === 'charge') return this.#charge(key, situation)
    if (action.do === 'wait') {
      await this.#change(key, { next_at: action.untilMs })
      return false
    }
    await perform(this.#options, action, situation)
    return true
  }

  async #charge(key: PlanKey, { open, row }: Situation): Promise<boolean> {
    const { storedCards, clock } = this.#options
    const { stored_card_id: cardId } = row
    if (!open || cardId === null) throw new Error('a plan charges without a run or a card')
    const paymentId = open.payment_id
    await storedCards.charge(systemOf(key.merchantId), { paymentId, cardId, initiator: 'merchant' })
    // Its outcome is written by the payment's own machine; `settled` wakes us, and a minute is long enough otherwise.
    await this.#change(key, { next_at: clock.now() + soonMs })
    return false
  }

  async #change(key: PlanKey, change: Partial<PlanRow>): Promise<void> {
    const { store } = this.#options
    await store.transaction(async (trx) => {
      await updatePlan(trx, await findPlan(trx, key), { ...change, leased_until: 0 })
    })
  }
}
