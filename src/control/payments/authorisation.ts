import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Connector, GatewayAccount, Move } from '../../connectors/connector.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import type { AuthoriseRequest, DebitRequest, StoredCardRequest } from '../../connectors/requests.ts'
import type { GatewayCall, GatewayReply } from '../../contracts/gateway-call.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import type { Collection } from '../collection/runner.ts'
import type { Store } from '../store/store.ts'
import type { KeptCards } from '../stored-cards/kept-cards.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import { bankAccountOf } from './bank-accounts.ts'
import { type CardUse, converse } from './conversation.ts'
import type { Gateway, Gateways } from './gateways.ts'
import type { PhoneOrders } from './phone-orders.ts'
import { mayResendUnsent } from './resend-rules.ts'
import { type AttemptRow, keepOf, type PaymentRow } from './rows.ts'
import { updateLiveAttempt } from './store.ts'

/** Waits before a request that was certainly not sent is sent again, with the same key, in ms. */
const resendAfterMs = [250, 1_000] as const

export type AuthorisationOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly gateways: Gateways
  readonly gatewayClient: GatewayClient
  readonly watch: GatewayWatch
  readonly phoneOrders: PhoneOrders
  readonly keptCards: KeptCards
}

/** A card that is there to be sent: keyed on a call, or posted by a voice provider. */
export type CardInHand = Pick<Collection, 'send' | 'dispatch' | 'flow'> & {
  readonly state: Pick<Collection['state'], 'at'>
  readonly view: Pick<Collection['view'], 'fields'>
}

export type AuthoriseCard = {
  readonly payment: PaymentRow
  /** Written before: its idempotency key is used for every try. */
  readonly attempt: AttemptRow
  readonly collection: CardInHand
}

/** Talks with the gateway about a collected card, and sees to it that the card is gone as soon as it can be. */
export class Authorisation {
  readonly #options: AuthorisationOptions

  constructor(options: AuthorisationOptions) {
    this.#options = options
  }

  async authorise(order: AuthoriseCard): Promise<Outcome> {
    const { attempt, collection } = order
    try {
      return await this.#tries(attempt, {
        once: (gateway) => this.#once(order, gateway),
        mayGoOn: () => collection.state.at === 'sending',
      })
    } finally {
      collection.dispatch({ type: 'spent' })
    }
  }

  /** Pays with a card that the gateway keeps: nothing was keyed, and no card process takes part. */
  authoriseStored({ payment, attempt }: Omit<AuthoriseCard, 'collection'>): Promise<Outcome> {
    return this.#tries(attempt, {
      once: async (gateway) => {
        const { gatewayClient } = this.#options
        const request = await this.#storedRequest(payment, attempt)
        return this.#converse({ attempt, gateway }, request, (call) => gatewayClient.send(call))
      },
      mayGoOn: () => true,
    })
  }

  /** What was certainly not sent is sent again at once, with the same key, as often as there are waits. */
  async #tries(attempt: AttemptRow, { once, mayGoOn }: Tries): Promise<Outcome> {
    const { store, clock, log, gateways, watch } = this.#options
    const gateway = gateways.of(attempt.gateway)
    for (const [tries, waitMs] of [...resendAfterMs, undefined].entries()) {
      const outcome = watch.ended(attempt.gateway, 'authorise', await once(gateway))
      const mayResend = outcome.kind === 'not-sent' && mayResendUnsent(outcome.because)
      if (!mayResend || waitMs === undefined || !mayGoOn()) return outcome
      log.warn({ attemptId: attempt.id, reason: outcome.because, count: tries + 1 }, 'not sent; once more')
      watch.repeated(attempt.gateway, 'authorise')
      await new Promise<void>((resolve) => clock.after(waitMs, resolve))
      const nowMs = clock.now()
      await updateLiveAttempt(store.db, attempt, { sent_at: nowMs, updated_at: nowMs })
    }
    throw new Error('the last try always returns')
  }

  async #once({ payment, attempt, collection }: AuthoriseCard, gateway: Gateway): Promise<Outcome> {
    const { gatewayClient } = this.#options
    const stored = attempt.stored_card_id !== null
    const request = stored
      ? await this.#storedRequest(payment, attempt, true)
      : (debitOf(payment) ?? (await this.#cardRequest(payment, collection)))
    return this.#converse(
      { attempt, gateway, onCardSpent: () => collection.dispatch({ type: 'spent' }) },
      request && { ...request, ...paymentOf(payment, attempt) },
      (call, card) => (card === 'none' ? gatewayClient.send(call) : collection.send(call, card === 'last')),
    )
  }

  async #cardRequest(payment: PaymentRow, collection: CardInHand) {
    const { store, phoneOrders, keptCards } = this.#options
    const keep = keepOf(payment)
    const customerRef = keep ? await keptCards.customerRef(store.db, payment) : undefined
    return {
      withPostcode: collection.view.fields.some(({ field }) => field === 'postcode'),
      // Payments from before it was kept are declared as their flow is.
      moto:
        payment.moto === null ? phoneOrders.usual(payment.merchant_id, collection.flow) : payment.moto === 1,
      ...(keep ? { keepFor: keep.use } : {}),
      ...(customerRef === undefined ? {} : { customerRef }),
    }
  }

  /** Undefined when the card was forgotten a moment ago. */
  async #storedRequest(payment: PaymentRow, attempt: AttemptRow, withCsc = false) {
    const { store, keptCards } = this.#options
    const { merchant_id: merchantId, stored_card_id: cardId, initiator } = attempt
    const card = cardId === null ? undefined : await keptCards.open(store.db, { merchantId, cardId })
    if (!card || initiator === null) return undefined
    const moto = payment.moto === null ? {} : { moto: payment.moto === 1 }
    return { ...paymentOf(payment, attempt), ...card, ...moto, initiator, ...(withCsc ? { withCsc } : {}) }
  }

  #converse(
    { attempt, gateway, onCardSpent }: Talk,
    request: AuthoriseRequest | StoredCardRequest | DebitRequest | undefined,
    send: (call: GatewayCall, card: CardUse) => Promise<GatewayReply>,
  ): Promise<Outcome> {
    const { store, clock, watch } = this.#options
    const { connector, account } = gateway
    const notSent = (because: string) => Promise.resolve<Outcome>({ kind: 'not-sent', because })
    // The card was keyed while the gateway failed others: certainly not charged is better than perhaps.
    if (!watch.maySend(attempt.gateway)) return notSent('gateway-away')
    if (!request) return notSent('card-forgotten')
    return converse({
      connector,
      account,
      open: () => openPayment(connector, request, account),
      send: (call, card) => watch.call(attempt.gateway, call, (one) => send(one, card)),
      ...(onCardSpent ? { onCardSpent } : {}),
      onCheckpoint: ({ gatewayRef }) =>
        updateLiveAttempt(store.db, attempt, { gateway_ref: gatewayRef, updated_at: clock.now() }),
    })
  }
}

type Tries = {
  readonly once: (gateway: Gateway) => Promise<Outcome>
  /** False when what would be sent again is gone. */
  readonly mayGoOn: () => boolean
}

type Talk = { readonly attempt: AttemptRow; readonly gateway: Gateway; readonly onCardSpent?: () => void }

function openPayment(
  connector: Connector,
  request: AuthoriseRequest | StoredCardRequest | DebitRequest,
  account: GatewayAccount,
): Move {
  if ('scheme' in request) {
    if (!connector.debit) throw new Error('the gateway takes no bank accounts')
    return connector.debit(request, account)
  }
  if (!('cardToken' in request)) return connector.authorise(request, account)
  const { authoriseStored } = connector
  if (!authoriseStored) throw new Error('the gateway keeps no cards')
  return authoriseStored(request, account)
}

/** Of a payment whose caller keys a bank account: whose it is, and how they agreed. */
function debitOf(payment: PaymentRow): Omit<DebitRequest, keyof ReturnType<typeof paymentOf>> | undefined {
  const account = bankAccountOf(payment)
  if (!account) return undefined
  const { scheme, holder, accountType, mandate, at } = account
  return { scheme, holder, accountType, mandate: { consent: mandate, acceptedAtMs: at } }
}

function paymentOf(payment: PaymentRow, attempt: AttemptRow) {
  return {
    money: { amountMinor: attempt.amount_minor, currency: attempt.currency },
    ourReference: attempt.id,
    idempotencyKey: attempt.idempotency_key,
    merchantReference: payment.reference,
    ...(payment.description === null ? {} : { description: payment.description }),
    capture: payment.capture === 'automatic',
  }
}
