import type { Clock, Timer } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { makePaymentIn, type NewPaymentOptions } from '../payments/new-payment.ts'
import { declineOf, type PaymentRow } from '../payments/rows.ts'
import { findPayment, merchantIds } from '../payments/store.ts'
import { systemOf } from '../payments/system-actor.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { PlanRunTable } from '../store/plan-tables.ts'
import type { Store } from '../store/store.ts'
import { expiryOf, findStoredCard } from '../stored-cards/stored-card-store.ts'
import type { StoredCards } from '../stored-cards/stored-cards.ts'
import { type CardView, nextAction, noticeOf, type PlanAction, type PlanSituation } from './plan-step.ts'
import {
  duePlans,
  dunningOf,
  findPlan,
  leasePlan,
  nextPlanAt,
  openRun,
  type PlanKey,
  type PlanRow,
  scheduleOf,
  tellOfPlan,
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

type Change = Partial<PlanRow>

type Situation = PlanSituation & {
  readonly row: PlanRow
  readonly open: PlanRunTable | null
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
    const situation = await this.#situation(key)
    const action = nextAction(situation)
    if (action.do === 'charge') return this.#charge(key, situation)
    if (action.do === 'wait') {
      await this.#change(key, { next_at: action.untilMs })
      return false
    }
    await this.#perform(key, action, situation)
    return true
  }

  async #situation({ merchantId, planId }: PlanKey): Promise<Situation> {
    const { store, clock } = this.#options
    const row = await findPlan(store.db, { merchantId, planId })
    const open = await openRun(store.db, { merchantId, planId })
    const payment = open && (await findPayment(store.db, { merchantId, paymentId: open.payment_id }))
    const nowMs = clock.now()
    const plan = {
      ...{ status: row.status, kind: row.kind, amountMinor: row.amount_minor, count: row.count },
      ...{ schedule: scheduleOf(row), dunning: dunningOf(row), notice: row.notice },
      ...{ nextRun: row.next_run, nextIndex: row.next_index },
    }
    const decline = payment && declineOf(payment)
    const run = payment && {
      payment: payment.status,
      attempts: payment.attempts,
      mayRetry: decline?.retry !== 'never',
      lastDeclinedAt: payment.updated_at,
    }
    return { plan, run, card: await this.#cardOf(row), nowMs, row, open }
  }

  async #cardOf({ merchant_id: merchantId, stored_card_id: cardId }: PlanRow): Promise<CardView | null> {
    if (cardId === null) return null
    const card = await findStoredCard(this.#options.store.db, { merchantId, cardId })
    if (card?.state !== 'kept') return null
    const { month, year } = expiryOf(card)
    return { id: card.id, expires: card.expires, goodUntilMs: Date.UTC(year, month) }
  }

  async #charge(key: PlanKey, { open, row }: { open: PlanRunTable | null; row: PlanRow }): Promise<boolean> {
    const { storedCards, clock } = this.#options
    const { stored_card_id: cardId } = row
    if (!open || cardId === null) throw new Error('a plan charges without a run or a card')
    const paymentId = open.payment_id
    await storedCards.charge(systemOf(key.merchantId), { paymentId, cardId, initiator: 'merchant' })
    // Its outcome is written by the payment's own machine; `settled` wakes us, and a minute is long enough otherwise.
    await this.#change(key, { next_at: clock.now() + soonMs })
    return false
  }

  async #perform(
    { merchantId, planId }: PlanKey,
    action: Exclude<PlanAction, { do: 'charge' | 'wait' }>,
    { row, open, plan, card }: Situation,
  ): Promise<void> {
    const { store, clock, onTold } = this.#options
    const nowMs = clock.now()
    let made: PaymentRow | undefined
    await store.transaction(async (trx) => {
      const change = async (values: Change) =>
        updatePlan(trx, row, { ...values, next_at: nowMs, updated_at: nowMs })
      const audit = (what: string, facts: Record<string, string | number | null>) =>
        appendAudit(
          trx,
          {
            actor: systemOf(merchantId),
            action: `plan.${what}`,
            paymentId: open?.payment_id ?? null,
            facts: { planId, ...facts },
          },
          nowMs,
        )
      const close = async (state: 'paid' | 'failed' | 'skipped', because: string | null) => {
        if (!open) throw new Error('a plan closes no run')
        const closed = { ...open, state, because, updated_at: nowMs }
        await trx
          .updateTable('plan_runs')
          .set({ state, because, updated_at: nowMs })
          .where('merchant_id', '=', merchantId)
          .where('plan_id', '=', planId)
          .where('number', '=', open.number)
          .execute()
        return closed
      }
      switch (action.do) {
        case 'open-run': {
          const number = row.next_run
          made = await makePaymentIn(
            trx,
            this.#options,
            systemOf(merchantId),
            newPaymentOf(row, number, action.amountMinor),
          )
          await trx
            .insertInto('plan_runs')
            .values({
              ...{ merchant_id: merchantId, plan_id: planId, number, due_at: action.dueAt },
              ...{ amount_minor: action.amountMinor, state: 'open', payment_id: made.id, because: null },
              ...{ created_at: nowMs, updated_at: nowMs },
            })
            .execute()
          await change({})
          await audit('run-opened', { number, dueAt: action.dueAt })
          return
        }
        case 'reopen': {
          if (!open) throw new Error('a plan reopens no run')
          made = await makePaymentIn(
            trx,
            this.#options,
            systemOf(merchantId),
            newPaymentOf(row, open.number, open.amount_minor),
          )
          await trx
            .updateTable('plan_runs')
            .set({ payment_id: made.id, updated_at: nowMs })
            .where('merchant_id', '=', merchantId)
            .where('plan_id', '=', planId)
            .where('number', '=', open.number)
            .execute()
          await change({})
          return
        }
        case 'close-run': {
          const closed = await close(action.as, action.as === 'skipped' ? 'cancelled' : null)
          const next = await change({ next_run: row.next_run + 1, next_index: row.next_index + 1 })
          await audit(`run-${action.as}`, { number: closed.number })
          if (action.as === 'paid') await tellOfPlan(trx, next, 'plan.run-paid', closed)
          return
        }
        case 'fail-run': {
          const { afterwards } = plan.dunning
          // Stopped, the run stays open: with another card, or resumed, it is this one that is paid.
          if (afterwards === 'stop') {
            const next = await change({ status: 'stopped', because: action.because })
            await audit('stopped', { because: action.because })
            await tellOfPlan(trx, next, 'plan.stopped', open)
            return
          }
          const closed = await close('failed', action.because)
          const over =
            afterwards === 'cancel' ? { status: 'cancelled' as const, because: action.because } : {}
          const next = await change({ next_run: row.next_run + 1, next_index: row.next_index + 1, ...over })
          await audit('run-failed', { number: closed.number, because: action.because })
          await tellOfPlan(trx, next, afterwards === 'cancel' ? 'plan.cancelled' : 'plan.run-failed', closed)
          return
        }
        case 'tell-expiry': {
          const next = await change({ notice: card && noticeOf(card) })
          await tellOfPlan(trx, next, 'plan.card-expiring')
          return
        }
        case 'complete': {
          const next = await change({ status: 'completed' })
          await tellOfPlan(trx, next, 'plan.completed')
          return
        }
      }
    })
    if (made) this.#options.onCommitted(made)
    onTold(merchantId)
  }

  async #change(key: PlanKey, change: Change): Promise<void> {
    const { store } = this.#options
    await store.transaction(async (trx) => {
      await updatePlan(trx, await findPlan(trx, key), { ...change, leased_until: 0 })
    })
  }
}

function newPaymentOf(row: PlanRow, number: number, amountMinor: number) {
  return {
    ...{ call_id: `plan:${row.id}`, amount_minor: amountMinor, currency: row.currency },
    ...{ reference: row.reference, customer: row.customer, description: row.description },
    metadata: JSON.stringify({ plan: row.id, run: String(number) }),
    ...{ capture: 'automatic' as const, confirm: 'automatic' as const, gateway: row.gateway },
    // Nobody is on the phone: a renewal is never declared as a telephone order.
    moto: null,
  }
}
