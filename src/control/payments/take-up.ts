import { backoffMs } from '../../base/backoff.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Collections } from '../collection/collections.ts'
import type { Store } from '../store/store.ts'
import type { Inquiries } from './inquiries.ts'
import type { AttemptRow, PaymentRow } from './rows.ts'
import type { PaymentRunner } from './runner.ts'
import type { Settlement } from './settlement.ts'
import { findPayment, liveAttempt, type PaymentKey, paymentsUnderWay } from './store.ts'
import { systemOf } from './system-actor.ts'

const backoff = { firstMs: 500, capMs: 30_000, random: () => 0.5 } as const

export type TakeUpOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly runner: PaymentRunner
  readonly settlement: Settlement
  readonly inquiries: Inquiries
  readonly collections: () => Collections
  /** True while a gateway is being asked about the payment's card: the outcome comes by itself. */
  readonly isSending: (paymentId: string) => boolean
  /** A pay link is open: it is looked at, from now on and again. */
  readonly lookAtLinks: (merchantId: string) => Promise<void>
}

/**
 * Takes up payments that something was left undone for: by the last process of control, or by this one when the
 * store failed it. Then nobody knows whether the last row was written, so the row is read again once the store
 * answers, and what it says is compared with what goes on. Nothing is ever sent again; everything is asked after.
 */
export class TakeUp {
  readonly #options: TakeUpOptions
  readonly #waiting = new Map<string, Timer>()
  #stopped = false

  constructor(options: TakeUpOptions) {
    this.#options = options
  }

  /** At start: all that the last process left under way. */
  async all(merchantId: string): Promise<void> {
    const { store, log } = this.#options
    for (const payment of await paymentsUnderWay(store.db, merchantId)) {
      log.warn({ paymentId: payment.id, merchantId, state: payment.status }, 'a payment was left under way')
      await this.#takeUp(payment)
    }
  }

  /** The store failed while this payment was moved: looks again soon, and until it answers. */
  later(key: PaymentKey, failures = 0): void {
    if (this.#stopped || this.#waiting.has(key.paymentId)) return
    const timer = this.#options.clock.after(backoffMs(Math.min(failures, 10), backoff), () => {
      this.#waiting.delete(key.paymentId)
      this.#look(key).catch((error: unknown) => {
        const { paymentId, merchantId } = key
        this.#options.log.error({ paymentId, merchantId, error }, 'a payment could not be looked after yet')
        this.later(key, failures + 1)
      })
    })
    this.#waiting.set(key.paymentId, timer)
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#waiting.values()) timer.cancel()
    this.#waiting.clear()
  }

  async #look(key: PaymentKey): Promise<void> {
    const { store, runner } = this.#options
    await runner.settled(key.paymentId)
    await this.#takeUp(await findPayment(store.db, key))
  }

  async #takeUp(payment: PaymentRow): Promise<void> {
    const { store, collections, isSending } = this.#options
    const { id: paymentId, merchant_id: merchantId, status } = payment
    if (isSending(paymentId)) return
    const collection = collections().ofPayment(paymentId)
    const hasCard = collection !== undefined && collection.state.at !== 'ended'
    if (status === 'collecting' || status === 'ready') return hasCard ? undefined : this.#withoutCard(payment)
    if (status === 'linked') return this.#options.lookAtLinks(merchantId)
    if (status !== 'authorising' && status !== 'unknown') return
    // Whatever the row says was begun, this card was not sent, and now it will not be.
    if (hasCard) collection.dispatch({ type: 'stopped', why: 'store-failed' })
    const attempt = await liveAttempt(store.db, { merchantId, paymentId })
    if (attempt) await this.#askAfter(attempt)
  }

  async #withoutCard({ id: paymentId, merchant_id: merchantId }: PaymentRow): Promise<void> {
    const facts = { why: 'control-restarted' }
    const inputs = [{ type: 'collection-ended' }] as const
    await this.#options.runner.apply({ actor: systemOf(merchantId), paymentId, inputs, facts })
  }

  /** Open: becomes unknown, and so asks for its inquiry. Unknown: goes on where the inquiries stopped. */
  async #askAfter(attempt: AttemptRow): Promise<void> {
    const { settlement, inquiries } = this.#options
    if (attempt.state === 'unknown') inquiries.begin({ ...attempt, inquiries: 0 })
    else await settlement.settle(attempt, { kind: 'unknown', because: 'control restarted' })
  }
}
