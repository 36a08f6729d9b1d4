import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { AmountMinor, Currency } from '../../base/money.ts'
import { fromDecimal } from '../../connectors/amounts.ts'
import { PostedAnswer, type PostedCard, type PostedRequest } from '../../contracts/posted-card.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import type { VaultEvent } from '../../contracts/vault-port.ts'
import type { VaultClient } from '../clients/vault-client.ts'
import { refuseCardNumbers } from '../http/card-number-in-text.ts'
import { fingerprintOf, type IdempotencyStore } from '../http/idempotency-store.ts'
import type { Authorisation } from '../payments/authorisation.ts'
import type { Gateways } from '../payments/gateways.ts'
import type { Inquiries } from '../payments/inquiries.ts'
import { newAttempt } from '../payments/new-attempt.ts'
import { makePayment } from '../payments/new-payment.ts'
import type { PhoneOrders } from '../payments/phone-orders.ts'
import { motoColumn, type PaymentRow } from '../payments/rows.ts'
import type { PaymentRunner } from '../payments/runner.ts'
import type { Settlement } from '../payments/settlement.ts'
import { findPayment, insertAttempt, liveAttempt } from '../payments/store.ts'
import type { Actor } from '../ports.ts'
import type { Store } from '../store/store.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import { answerFor, refused, refusedCard, unknownOutcome } from './posted-answer.ts'
import { PostedHand } from './posted-hand.ts'
import type { Tokenising } from './tokenising.ts'

/** How long a provider is kept waiting for an outcome that is not known at once, and how often it is looked for, in ms. */
const waitForOutcomeMs = 20_000
const lookEveryMs = 1_000

export type PostedCardsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly doors: ControlConfig['payDoors']
  readonly vault: VaultClient
  readonly runner: PaymentRunner
  readonly authorisation: Authorisation
  readonly tokenising: Tokenising
  readonly gateways: Gateways
  readonly phoneOrders: PhoneOrders
  readonly settlement: Settlement
  readonly inquiries: Inquiries
  readonly watch: GatewayWatch
  readonly answers: IdempotencyStore
  readonly onCommitted: (row: PaymentRow) => void
}

type Posted = Extract<VaultEvent, { type: 'card-posted' }>
type Order = { readonly posted: PostedCard; readonly actor: Actor; readonly gateway: string }

/**
 * Cards that voice providers post at the vault's pay door: each becomes a payment like any other, in the books and in the
 * outbox, and the provider is told what came of it. One transaction of the provider's is one payment, however often it asks.
 */
export class PostedCards {
  readonly #options: PostedCardsOptions
  readonly #paying = new Set<string>()
  readonly #underWay = new Map<string, Promise<PostedAnswer>>()
  readonly #unlisten: () => void

  constructor(options: PostedCardsOptions) {
    this.#options = options
    this.#unlisten = options.vault.listen({
      onEvent: (event) => {
        if (event.type === 'card-posted') void this.#serve(event)
      },
    })
  }

  /** True while a posted card of this payment is with the gateway: no collection is begun for it. */
  has(paymentId: string): boolean {
    return this.#paying.has(paymentId)
  }

  async stop(): Promise<void> {
    this.#unlisten()
    await Promise.all(this.#underWay.values())
  }

  async #serve(posted: Posted): Promise<void> {
    const { vault, clock, log } = this.#options
    const { collectionId, request } = posted
    const hand = new PostedHand({ vault, clock, collectionId, fields: request.fields })
    try {
      await hand.answer(await this.#answerOnce(posted, hand))
    } catch (error) {
      // Nothing is answered then: the provider asks again, or the payment's outcome is in the books.
      log.error({ collectionId, error }, 'a posted card was not answered')
      await vault.call('discard', { collectionId }).catch(() => {})
    }
  }

  /** The same transaction at the same time waits for the first one's answer. */
  #answerOnce(posted: Posted, hand: PostedHand): Promise<PostedAnswer> {
    const same = `${posted.door} ${posted.request.transactionId}`
    const first = this.#underWay.get(same)
    if (first) return first
    const answer = this.#answer(posted, hand).finally(() => this.#underWay.delete(same))
    this.#underWay.set(same, answer)
    return answer
  }

  async #answer(posted: Posted, hand: PostedHand): Promise<PostedAnswer> {
    const { doors, answers } = this.#options
    const { request, card, fault } = posted
    const { transactionId } = request
    const door = doors.find(({ id }) => id === posted.door)
    if (!door) return refused(transactionId, 'processing_error', 'the platform knows no such door')
    if (!card) return refusedCard(transactionId, fault ?? { field: 'pan', fault: 'luhn' })
    const { merchantId, gatewayId: gateway } = door
    const actor: Actor = { merchantId, kind: 'api-key', id: `door:${door.id}` }
    const fingerprint = fingerprintOf('POST', request.method, { ...request, card })
    const claim = { principal: `door:${door.id}`, merchantId, key: transactionId, fingerprint }
    try {
      const earlier = await answers.claim(claim)
      if (earlier !== 'first') return PostedAnswer.parse(JSON.parse(earlier.body))
    } catch (error) {
      if (error instanceof AppError && error.code === 'IDEMPOTENCY_KEY_REUSED')
        return refused(transactionId, 'transaction_reused', 'this transaction was another payment before')
      if (error instanceof AppError) return unknownOutcome(transactionId)
      throw error
    }
    const answer = await this.#perform({ posted, actor, gateway }, hand)
    if (answer.done) {
      const kept = { status: 200, contentType: 'application/json', body: JSON.stringify(answer.answer) }
      await answers.answer(claim, kept)
    } else await answers.giveBack(claim)
    return answer.answer
  }

  async #perform(order: Order, hand: PostedHand): Promise<{ done: boolean; answer: PostedAnswer }> {
    const { request } = order.posted
    const { transactionId } = request
    try {
      this.#options.watch.admit(order.gateway)
      if (request.method === 'tokenize')
        return { done: true, answer: await this.#options.tokenising.tokenise({ ...order, hand }) }
      return { done: true, answer: await this.#charge(order, hand) }
    } catch (error) {
      // Refused before anything was begun: the same transaction may come again.
      if (error instanceof AppError)
        return { done: false, answer: refused(transactionId, 'processing_error', error.message) }
      throw error
    }
  }

  async #charge({ posted, actor, gateway }: Order, hand: PostedHand): Promise<PostedAnswer> {
    const { request, card } = posted
    const { transactionId } = request
    const money = amountOf(request)
    if (!money || !card)
      return refused(
        transactionId,
        'invalid_amount',
        'amount and currency_code make no amount that can be charged',
      )
    const reference = request.reference ?? transactionId.slice(0, 64)
    refuseCardNumbers({
      '/description': request.description ?? undefined,
      '/parameters/reference': reference,
    })
    const { gateways, phoneOrders } = this.#options
    const { facts } = gateways.of(gateway).connector
    const { merchantId } = actor
    const payment = await makePayment(this.#options, actor, {
      call_id: `posted:${transactionId}`,
      amount_minor: money.amountMinor,
      currency: money.currency,
      reference,
      customer: null,
      description: request.description,
      metadata: JSON.stringify({ provider_transaction: transactionId }),
      capture: 'automatic',
      confirm: 'automatic',
      gateway,
      moto: motoColumn(phoneOrders.declared({ merchantId, flow: hand.flow, facts })),
    })
    this.#paying.add(payment.id)
    try {
      await this.#authorise(payment, actor, { hand, card })
    } finally {
      this.#paying.delete(payment.id)
    }
    return answerFor(transactionId, await this.#settled(payment))
  }

  async #authorise(
    payment: PaymentRow,
    actor: Actor,
    { hand, card }: { readonly hand: PostedHand; readonly card: NonNullable<PostedCard['card']> },
  ): Promise<void> {
    const { runner, clock, store, authorisation, settlement, inquiries, gateways, log } = this.#options
    const attemptId = newId('attempt', clock.now())
    const { brand, last4 } = card
    const { row } = await runner.apply({
      actor,
      paymentId: payment.id,
      inputs: [
        { type: 'armed' },
        { type: 'collected', card: { brand, last4 } },
        { type: 'confirmed', attemptId },
      ],
      facts: { attemptId, source: 'pay-door' },
      alongside: (trx, after) => {
        const sentTo = gateways.sentTo(after.gateway)
        return insertAttempt(trx, newAttempt(after, { id: attemptId, sentTo, nowMs: clock.now() }))
      },
    })
    const attempt = await liveAttempt(store.db, { merchantId: row.merchant_id, paymentId: row.id })
    if (!attempt) throw new Error('a payment is authorising without an attempt')
    try {
      await settlement.settle(
        attempt,
        await authorisation.authorise({ payment: row, attempt, collection: hand }),
      )
    } catch (error) {
      // The row says `authorising`; the gateway knows better. Asking it is always safe.
      log.error(
        { paymentId: row.id, attemptId, error },
        'an outcome could not be stored, and will be inquired',
      )
      inquiries.begin(attempt)
    }
  }

  /** What is unknown is inquired meanwhile; the provider's caller waits on the line, so not for long. */
  async #settled({ merchant_id: merchantId, id: paymentId }: PaymentRow): Promise<PaymentRow> {
    const { store, clock } = this.#options
    for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
      const row = await findPayment(store.db, { merchantId, paymentId })
      const isOpen = row.status === 'authorising' || row.status === 'unknown'
      if (!isOpen || waitedMs >= waitForOutcomeMs) return row
      await new Promise<void>((resolve) => clock.after(lookEveryMs, resolve))
    }
  }
}

function amountOf({ amount, currencyCode }: PostedRequest) {
  const currency = Currency.safeParse((currencyCode ?? 'USD').toUpperCase())
  if (amount === null || !currency.success) return undefined
  const money = fromDecimal(amount, currency.data)
  return money && AmountMinor.safeParse(money.amountMinor).success ? money : undefined
}
