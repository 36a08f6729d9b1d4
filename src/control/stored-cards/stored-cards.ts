import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { CardSummary } from '../../contracts/card.ts'
import type { PaymentResource } from '../../contracts/desk-port.ts'
import type { KeepCard, StoredCardResource, UseStoredCard } from '../../contracts/stored-cards.ts'
import type { Gateways } from '../payments/gateways.ts'
import { newAttempt } from '../payments/new-attempt.ts'
import { CallNotLive } from '../payments/payment-errors.ts'
import type { PaymentRow, UsedCard } from '../payments/rows.ts'
import type { Changed, PaymentRunner } from '../payments/runner.ts'
import { findPayment, gatewayOfMerchant, insertAttempt } from '../payments/store.ts'
import type { Actor, Calls, Payments } from '../ports.ts'
import { type Sealer, SealingKeyMissing } from '../secrets/sealer.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Store } from '../store/store.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import type { ForgetCards } from './forget-cards.ts'
import {
  CustomerNeeded,
  StoredCardAmbiguous,
  StoredCardExpired,
  StoredCardNotFound,
  StoredCardsNotSupported,
  StoredCardUseRefused,
} from './stored-card-errors.ts'
import {
  cardsOf,
  expiryOf,
  isExpired,
  requireStoredCard,
  type StoredCardRow,
  storedCardResource,
  writeStoredCard,
} from './stored-card-store.ts'

export type StoredCardsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly sealer: Sealer
  readonly runner: PaymentRunner
  readonly gateways: Gateways
  readonly watch: GatewayWatch
  readonly calls: Pick<Calls, 'get'>
  readonly payments: Pick<Payments, 'get'>
  /** Ends a collection that goes on for the payment; settles when the vault holds nothing of it any more. */
  readonly setAside: (paymentId: string) => Promise<void>
  /** Asks the caller for the security code of this card. */
  readonly askCsc: (actor: Actor, paymentId: string, card: UsedCard) => Promise<PaymentResource>
  /** Whose merchants want the security code with every payment of a customer's. */
  readonly asksCsc: (merchantId: string) => boolean
  readonly forgetting: ForgetCards
}

/** Without the customer: a renewal, an instalment, a balance that falls due. */
export type ChargeStored = {
  readonly paymentId: string
  readonly cardId: string
  readonly initiator: 'customer' | 'merchant'
}

/** Cards that the gateway keeps: kept with the caller's consent, paid with, forgotten. */
export type StoredCards = {
  /** The caller agrees, before the card is sent, that it is kept. */
  keep(actor: Actor, paymentId: string, keep: KeepCard): Promise<PaymentResource>
  get(actor: Actor, cardId: string): Promise<StoredCardResource>
  /** Newest first. */
  list(actor: Actor, customer: string): Promise<StoredCardResource[]>
  /** Of the cards that a payment of the customer's could be paid with now, the newest. */
  newest(actor: Actor, customer: string): Promise<StoredCardResource | null>
  /** On a live call: at once, or after the caller has keyed the security code again. */
  pay(actor: Actor, paymentId: string, use: UseStoredCard): Promise<PaymentResource>
  /** One attempt of a payment, with no caller on the line. Answers when the attempt is stored, not when it is answered. */
  charge(actor: Actor, charge: ChargeStored): Promise<Changed>
  /** Not used again from this moment; the gateway is told. */
  forget(actor: Actor, cardId: string): Promise<StoredCardResource>
}

export function createStoredCards(options: StoredCardsOptions): StoredCards {
  const { store, clock, payments } = options
  const find = (actor: Actor, cardId: string) =>
    requireStoredCard(store.db, { merchantId: actor.merchantId, cardId })
  const show = (row: StoredCardRow) => storedCardResource(row, clock.now())
  return {
    async keep(actor, paymentId, keep) {
      await order(options, actor, { paymentId, keep })
      return payments.get(actor, paymentId)
    },
    get: async (actor, cardId) => show(await find(actor, cardId)),
    list: async ({ merchantId }, customer) => (await cardsOf(store.db, merchantId, customer)).map(show),
    async newest({ merchantId }, customer) {
      const gateway = await gatewayOfMerchant(store.db, merchantId)
      const cards = await cardsOf(store.db, merchantId, customer)
      const card = cards.find(
        (one) => one.state === 'kept' && one.gateway === gateway && !isExpired(one, clock.now()),
      )
      return card ? show(card) : null
    },
    pay: (actor, paymentId, use) => pay(options, actor, { paymentId, use }),
    charge: (actor, wanted) => chargeCard(options, actor, wanted),
    async forget(actor, cardId) {
      const row = await find(actor, cardId)
      const forgetting = {
        ...row,
        ...{ state: 'forgetting' as const, forget_because: null, forget_failed_at: null },
        updated_at: clock.now(),
      }
      await store.transaction(async (trx) => {
        await writeStoredCard(trx, forgetting, false)
        const entry = { actor, action: 'card.forget-ordered', paymentId: row.payment_id, facts: { cardId } }
        await appendAudit(trx, entry, clock.now())
      })
      options.forgetting.begin(forgetting)
      return show(forgetting)
    },
  }
}

/** JSON of what was agreed, for the payment's row. Throws when it could not be carried out. */
export function keepOrder(
  { sealer, gateways }: Pick<StoredCardsOptions, 'sealer' | 'gateways'>,
  actor: Actor,
  { keep, customer, gateway, nowMs }: Keeping,
): string {
  if (customer === null) throw new CustomerNeeded()
  if (!sealer.canSeal) throw new SealingKeyMissing()
  if (!gateways.of(gateway).connector.authoriseStored) throw new StoredCardsNotSupported('keep')
  return JSON.stringify({ ...keep, by: { kind: actor.kind, id: actor.id }, at: nowMs })
}

type Keeping = {
  readonly keep: KeepCard
  readonly customer: string | null
  readonly gateway: string
  readonly nowMs: number
}

type KeepOrdered = { readonly paymentId: string; readonly keep: KeepCard }

async function order(options: StoredCardsOptions, actor: Actor, { paymentId, keep }: KeepOrdered) {
  const { store, clock, runner } = options
  const key = { merchantId: actor.merchantId, paymentId }
  const { customer, gateway } = await findPayment(store.db, key)
  const keep_card = keepOrder(options, actor, { keep, customer, gateway, nowMs: clock.now() })
  await runner.apply({
    actor,
    paymentId,
    inputs: [{ type: 'keep-agreed' }],
    facts: { use: keep.use, consent: keep.consent },
    set: { keep_card },
  })
}

type PayOrdered = { readonly paymentId: string; readonly use: UseStoredCard }

async function pay(
  options: StoredCardsOptions,
  actor: Actor,
  { paymentId, use }: PayOrdered,
): Promise<PaymentResource> {
  const { store, clock, gateways, calls, payments, setAside, asksCsc } = options
  const { merchantId } = actor
  const payment = await findPayment(store.db, { merchantId, paymentId })
  if (calls.get(merchantId, payment.call_id)?.status !== 'live') throw new CallNotLive()
  const card = await chosen(options, payment, use)
  if (isExpired(card, clock.now())) throw new StoredCardExpired()
  await setAside(paymentId)
  if (use.csc === 'ask' || asksCsc(merchantId)) {
    if (!gateways.of(payment.gateway).connector.facts.storedCsc) throw new StoredCardsNotSupported('csc')
    return options.askCsc(actor, paymentId, { ...summaryOf(card), id: card.id, initiator: 'customer' })
  }
  await chargeCard(options, actor, { paymentId, cardId: card.id, initiator: 'customer' })
  return payments.get(actor, paymentId)
}

/** Only a card of the customer whom the payment names, at the gateway that it goes to. */
async function chosen(
  { store }: StoredCardsOptions,
  payment: PaymentRow,
  { cardId, last4 }: UseStoredCard,
): Promise<StoredCardRow> {
  if (payment.customer === null) throw new CustomerNeeded()
  const cards = await cardsOf(store.db, payment.merchant_id, payment.customer)
  const fits = cards.filter(
    (card) =>
      card.state === 'kept' &&
      card.gateway === payment.gateway &&
      (cardId === undefined ? card.last4 === last4 : card.id === cardId),
  )
  const [card, another] = fits
  if (!card) throw new StoredCardNotFound()
  if (another) throw new StoredCardAmbiguous(fits.map(({ id }) => id))
  return card
}

async function chargeCard(
  { store, clock, runner, gateways, watch }: StoredCardsOptions,
  actor: Actor,
  { paymentId, cardId, initiator }: ChargeStored,
): Promise<Changed> {
  const { merchantId } = actor
  const payment = await findPayment(store.db, { merchantId, paymentId })
  const card = await requireStoredCard(store.db, { merchantId, cardId })
  if (card.state !== 'kept' || card.gateway !== payment.gateway || card.customer !== payment.customer)
    throw new StoredCardNotFound()
  if (initiator === 'merchant' && card.card_use !== 'merchant') throw new StoredCardUseRefused()
  watch.admit(payment.gateway)
  const attemptId = newId('attempt', clock.now())
  const { brand, last4, expires } = card
  const by = { way: 'stored-card', stored_card_id: card.id, initiator, expires } as const
  return runner.apply({
    actor,
    paymentId,
    inputs: [{ type: 'charged', attemptId, card: { brand, last4 } }],
    facts: { attemptId, cardId, initiator },
    set: {
      stored_card: JSON.stringify({ ...summaryOf(card), id: card.id, initiator }),
      // Nobody is on the phone for a renewal, whatever was said of the payment before.
      ...(initiator === 'merchant' && payment.moto === 1 ? { moto: 0 as const } : {}),
    },
    alongside: (trx, row) => {
      const sentTo = gateways.sentTo(row.gateway)
      return insertAttempt(trx, newAttempt(row, { id: attemptId, sentTo, nowMs: clock.now(), ...by }))
    },
  })
}

function summaryOf(card: StoredCardRow): CardSummary {
  const { month: expiryMonth, year: expiryYear } = expiryOf(card)
  return { brand: card.brand, last4: card.last4, expiryMonth, expiryYear }
}
