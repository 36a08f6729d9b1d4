import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { CardSummary } from '../../contracts/card.ts'
import { flowOf } from '../collection/card-flow.ts'
import type { Collections } from '../collection/collections.ts'
import type { Collection } from '../collection/runner.ts'
import type { Actor, Calls } from '../ports.ts'
import type { Store } from '../store/store.ts'
import type { Authorisation } from './authorisation.ts'
import { bankAccountOf } from './bank-accounts.ts'
import type { Gateways } from './gateways.ts'
import type { Inquiries } from './inquiries.ts'
import type { PaymentInput } from './machine.ts'
import { expiresOf, newAttempt } from './new-attempt.ts'
import type { Operations } from './operations.ts'
import { type AttemptRow, type PaymentRow, type UsedCard, usedCardOf } from './rows.ts'
import type { PaymentOrderedEffect, PaymentRunner } from './runner.ts'
import type { Settlement } from './settlement.ts'
import { findPayment, insertAttempt, liveAttempt, type PaymentKey, stalePayments } from './store.ts'
import { systemOf } from './system-actor.ts'

export type FlowOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly runner: PaymentRunner
  readonly settlement: Settlement
  readonly inquiries: Inquiries
  readonly authorisation: Authorisation
  readonly operations: Operations
  readonly gateways: Gateways
  readonly calls: Pick<Calls, 'get'>
  readonly collections: () => Collections
  /** The payment's row as it was last committed, while a collection of it is known. */
  readonly rowOf: (paymentId: string) => PaymentRow | undefined
  /** Has the gateway make its page for the payment, and sends the address. */
  readonly makeLink: (row: PaymentRow) => Promise<void>
  /** Something was left undone for the payment; it is looked after later. */
  readonly onLeft: (key: PaymentKey) => void
}

/** What happens to payments without anybody ordering it: cards that are complete, outcomes, restarts, age. */
export class PaymentFlow {
  readonly #options: FlowOptions
  readonly #underWay = new Set<Promise<void>>()
  readonly #sending = new Set<string>()

  constructor(options: FlowOptions) {
    this.#options = options
  }

  /** What a payment's new state asks for. */
  perform(effect: PaymentOrderedEffect, row: PaymentRow): void {
    if (effect.do === 'collect') this.#collect(row)
    else if (effect.do === 'authorise') this.#track(row, this.#send(row))
    else if (effect.do === 'make-link') this.#track(row, this.#options.makeLink(row))
    else if (effect.do === 'charge') this.#track(row, this.#charge(row))
    else if (effect.do === 'inquire') this.#track(row, this.#inquire(row))
    else if (effect.do === 'operate') this.#options.operations.send(row.merchant_id, effect.operation.id)
    else if (effect.do === 'resolve') {
      const { id } = effect.operation
      this.#options.operations.resolveLater({ id, merchant_id: row.merchant_id, inquiries: 0 })
    } else {
      const collection = this.#options.collections().ofPayment(row.id)
      collection?.dispatch({ type: 'stopped', why: 'agent-cancelled' })
    }
  }

  /** The collection has moved on. */
  onCollection(collection: Collection): void {
    const { state } = collection
    const row = this.#options.rowOf(collection.paymentId)
    if (row === undefined) return
    if (state.at === 'collected') this.#track(row, this.#onCollected(collection, row.merchant_id))
    if (state.at === 'ended' && state.why !== 'finished')
      this.#track(row, this.#onEnded(collection, row.merchant_id, state.why))
  }

  /**
   * Authorises the collected card. The attempt's row, with its idempotency key and our reference, is on the disk
   * before the first byte leaves; a second attempt beside it cannot be written.
   */
  async authorise(
    collection: Collection,
    actor: Actor,
    before: readonly PaymentInput[] = [],
  ): Promise<PaymentRow> {
    const { runner, clock, gateways } = this.#options
    const attemptId = newId('attempt', clock.now())
    const { state } = collection
    const payment = await findPayment(this.#options.store.db, keyOf(actor, collection.paymentId))
    const used = usedCardOf(payment)
    const by = {
      ...('card' in state && 'expiryYear' in state.card ? { expires: expiresOf(state.card) } : {}),
      ...(payment.bank_account === null ? {} : { way: 'bank-account' as const }),
      ...(used ? { way: 'stored-card' as const, stored_card_id: used.id, initiator: used.initiator } : {}),
    }
    const { row } = await runner.apply({
      actor,
      paymentId: collection.paymentId,
      inputs: [...before, { type: 'confirmed', attemptId }],
      facts: { collectionId: collection.id, attemptId },
      alongside: (trx, payment) => {
        const sentTo = gateways.sentTo(payment.gateway)
        return insertAttempt(trx, newAttempt(payment, { id: attemptId, sentTo, nowMs: clock.now(), ...by }))
      },
    })
    return row
  }

  /**
   * The caller pays in another way: ends a collection of the payment. Settles when the vault holds nothing of it any
   * more and the payment is back where it was; a card that is being sent stays, and the machine refuses what follows.
   */
  async setAside(paymentId: string): Promise<void> {
    const { collections, runner } = this.#options
    const collection = collections().ofPayment(paymentId)
    const at = collection?.state.at
    if (!collection || at === 'ended' || at === 'sending') return
    collection.dispatch({ type: 'stopped', why: 'another-way' })
    await collections().settled(collection.callId)
    await runner.settled(paymentId)
  }

  /** Expires payments that never came to a card. */
  async expire(merchantId: string, beforeMs: number): Promise<void> {
    const { store, runner } = this.#options
    const actor = systemOf(merchantId)
    for (const { id: paymentId } of await stalePayments(store.db, merchantId, beforeMs))
      await runner.apply({ actor, paymentId, inputs: [{ type: 'expired' }] })
  }

  /** True while the gateway is being asked about this payment's card. */
  isSending(paymentId: string): boolean {
    return this.#sending.has(paymentId)
  }

  /** Waits for all that is under way. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  async #onCollected(collection: Collection, merchantId: string): Promise<void> {
    const { runner, rowOf, log } = this.#options
    if (collection.state.at !== 'collected') return
    const { paymentId } = collection
    const { brand, last4 } = collection.state.card
    const collected = { type: 'collected', card: { brand, last4 } } as const
    const actor = systemOf(merchantId)
    try {
      if (rowOf(paymentId)?.confirm === 'automatic') await this.authorise(collection, actor, [collected])
      else await runner.apply({ actor, paymentId, inputs: [collected] })
    } catch (error) {
      // Nothing was sent. A refusal: the payment was cancelled meanwhile. Anything else: the store failed.
      log.error({ paymentId, collectionId: collection.id, error }, 'a collected card was not used')
      collection.dispatch({
        type: 'stopped',
        why: error instanceof AppError ? 'agent-cancelled' : 'store-failed',
      })
    }
  }

  async #onEnded(collection: Collection, merchantId: string, why: string): Promise<void> {
    const facts = { why, collectionId: collection.id }
    const inputs = [{ type: 'collection-ended' }] as const
    const { paymentId } = collection
    await this.#options.runner.apply({ actor: systemOf(merchantId), paymentId, inputs, facts })
  }

  /** The payment has just become `collecting`, on a call that was reserved for it. */
  #collect(row: PaymentRow): void {
    const { connector, account } = this.#options.gateways.of(row.gateway)
    const keptCard = usedCardOf(row)
    const bank = bankAccountOf(row)
    this.#options.collections().start({
      ...(keptCard ? { keptCard: cardOf(keptCard) } : {}),
      ...(bank && !keptCard ? { bankScheme: bank.scheme } : {}),
      callId: row.call_id,
      paymentId: row.id,
      connector: connector.id,
      origin: account.origin,
      flow: flowOf(this.#options.calls.get(row.merchant_id, row.call_id)),
    })
  }

  async #send(payment: PaymentRow): Promise<void> {
    this.#sending.add(payment.id)
    try {
      await this.#sendAndSettle(payment)
    } finally {
      this.#sending.delete(payment.id)
    }
  }

  async #sendAndSettle(payment: PaymentRow): Promise<void> {
    const { authorisation, settlement, inquiries, collections, log } = this.#options
    const attempt = await this.#liveAttempt(payment)
    const collection = collections().ofPayment(payment.id)
    if (!attempt || !collection) throw new Error('a payment is authorising without an attempt or a card')
    const facts = { paymentId: payment.id, attemptId: attempt.id }
    try {
      const outcome = await authorisation.authorise({ payment, attempt, collection })
      log.info({ ...facts, outcome: outcome.kind }, 'authorisation answered')
      await settlement.settle(attempt, outcome)
    } catch (error) {
      // The row says `authorising`; the gateway knows better. Asking it is always safe.
      log.error({ ...facts, error }, 'an outcome could not be stored, and will be inquired')
      inquiries.begin(attempt)
    }
  }

  /** With a card that the gateway keeps. */
  async #charge(payment: PaymentRow): Promise<void> {
    const { authorisation, settlement, inquiries, log } = this.#options
    this.#sending.add(payment.id)
    try {
      const attempt = await this.#liveAttempt(payment)
      if (!attempt) throw new Error('a payment is authorising without an attempt')
      const facts = { paymentId: payment.id, attemptId: attempt.id }
      try {
        const outcome = await authorisation.authoriseStored({ payment, attempt })
        log.info({ ...facts, outcome: outcome.kind }, 'authorisation answered')
        await settlement.settle(attempt, outcome)
      } catch (error) {
        log.error({ ...facts, error }, 'an outcome could not be stored, and will be inquired')
        inquiries.begin(attempt)
      }
    } finally {
      this.#sending.delete(payment.id)
    }
  }

  async #inquire(payment: PaymentRow): Promise<void> {
    const attempt = await this.#liveAttempt(payment)
    if (attempt) this.#options.inquiries.begin(attempt)
  }

  #liveAttempt({ id: paymentId, merchant_id: merchantId }: PaymentRow): Promise<AttemptRow | undefined> {
    return liveAttempt(this.#options.store.db, { merchantId, paymentId })
  }

  #track({ id: paymentId, merchant_id: merchantId }: PaymentRow, work: Promise<void>): void {
    const { log, onLeft } = this.#options
    const tracked = work
      .catch((error: unknown) => {
        log.error({ paymentId, merchantId, error }, 'a payment could not be moved on')
        onLeft({ merchantId, paymentId })
      })
      .finally(() => this.#underWay.delete(tracked))
    this.#underWay.add(tracked)
  }
}

const keyOf = ({ merchantId }: Actor, paymentId: string): PaymentKey => ({ merchantId, paymentId })

const cardOf = ({ id: _, initiator: __, ...card }: UsedCard): CardSummary => card
