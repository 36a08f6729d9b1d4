import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Outcome } from '../../connectors/connector.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import type { Collection } from '../collection/runner.ts'
import type { Store } from '../store/store.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import { converse } from './conversation.ts'
import type { Gateway, Gateways } from './gateways.ts'
import type { PhoneOrders } from './phone-orders.ts'
import { mayResendUnsent } from './resend-rules.ts'
import type { AttemptRow, PaymentRow } from './rows.ts'
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
    const { store, clock, log, gateways, watch } = this.#options
    const { attempt, collection } = order
    try {
      const gateway = gateways.of(attempt.gateway)
      for (const [tries, waitMs] of [...resendAfterMs, undefined].entries()) {
        const outcome = watch.ended(attempt.gateway, 'authorise', await this.#once(order, gateway))
        const mayResend = outcome.kind === 'not-sent' && mayResendUnsent(outcome.because)
        if (!mayResend || waitMs === undefined || collection.state.at !== 'sending') return outcome
        log.warn({ attemptId: attempt.id, reason: outcome.because, count: tries + 1 }, 'not sent; once more')
        watch.repeated(attempt.gateway, 'authorise')
        await new Promise<void>((resolve) => clock.after(waitMs, resolve))
        const nowMs = clock.now()
        await updateLiveAttempt(store.db, attempt, { sent_at: nowMs, updated_at: nowMs })
      }
      throw new Error('the last try always returns')
    } finally {
      collection.dispatch({ type: 'spent' })
    }
  }

  #once({ payment, attempt, collection }: AuthoriseCard, gateway: Gateway): Promise<Outcome> {
    const { store, clock, gatewayClient, watch, phoneOrders } = this.#options
    const { connector, account } = gateway
    // The card was keyed while the gateway failed others: certainly not charged is better than perhaps.
    if (!watch.maySend(attempt.gateway)) return Promise.resolve({ kind: 'not-sent', because: 'gateway-away' })
    const request = {
      money: { amountMinor: attempt.amount_minor, currency: attempt.currency },
      ourReference: attempt.id,
      idempotencyKey: attempt.idempotency_key,
      merchantReference: payment.reference,
      ...(payment.description === null ? {} : { description: payment.description }),
      capture: payment.capture === 'automatic',
      withPostcode: collection.view.fields.some(({ field }) => field === 'postcode'),
      // Payments from before it was kept are declared as their flow is.
      moto:
        payment.moto === null ? phoneOrders.usual(payment.merchant_id, collection.flow) : payment.moto === 1,
    }
    return converse({
      connector,
      account,
      open: () => connector.authorise(request, account),
      send: (call, card) =>
        watch.call(attempt.gateway, call, (one) =>
          card === 'none' ? gatewayClient.send(one) : collection.send(one, card === 'last'),
        ),
      onCardSpent: () => collection.dispatch({ type: 'spent' }),
      onCheckpoint: ({ gatewayRef }) =>
        updateLiveAttempt(store.db, attempt, { gateway_ref: gatewayRef, updated_at: clock.now() }),
    })
  }
}
