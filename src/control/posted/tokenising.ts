import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import type { PostedAnswer, PostedCard } from '../../contracts/posted-card.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import { converse } from '../payments/conversation.ts'
import type { Gateways } from '../payments/gateways.ts'
import type { PhoneOrders } from '../payments/phone-orders.ts'
import type { Actor } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Store } from '../store/store.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import { declinedBecause, refused, tokenised } from './posted-answer.ts'
import type { PostedHand } from './posted-hand.ts'

export type TokenisingOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly gateways: Gateways
  readonly gatewayClient: GatewayClient
  readonly watch: GatewayWatch
  readonly phoneOrders: PhoneOrders
}

export type Tokenise = {
  readonly posted: PostedCard
  readonly actor: Actor
  readonly gateway: string
  readonly hand: PostedHand
}

/** Exchanges a posted card for the gateway's token. Nothing is charged; the token goes to the provider and stays nowhere here. */
export class Tokenising {
  readonly #options: TokenisingOptions

  constructor(options: TokenisingOptions) {
    this.#options = options
  }

  async tokenise({ posted, actor, gateway, hand }: Tokenise): Promise<PostedAnswer> {
    const { gateways, watch, gatewayClient, clock, phoneOrders } = this.#options
    const { transactionId, currencyCode, fields } = posted.request
    const { connector, account } = gateways.of(gateway)
    const open = connector.tokenise
    if (!open) return refused(transactionId, 'processing_error', 'this gateway keeps no cards')
    const ourReference = newId('attempt', clock.now())
    const outcome = await converse({
      ...{ connector, account },
      open: () =>
        open(
          {
            ourReference,
            idempotencyKey: `tokenise-${ourReference}`,
            currency: (currencyCode ?? 'USD').toUpperCase(),
            withPostcode: fields.includes('postcode'),
            moto: phoneOrders.usual(actor.merchantId, hand.flow),
            keepFor: 'customer',
          },
          account,
        ),
      send: (call, card) =>
        watch.call(gateway, call, (one) =>
          card === 'none' ? gatewayClient.send(one) : hand.send(one, card === 'last'),
        ),
      onCardSpent: () => hand.dispatch({ type: 'spent' }),
    })
    watch.ended(gateway, 'tokenise', outcome)
    await this.#audit(actor, gateway, outcome)
    return answerOf(transactionId, outcome)
  }

  async #audit(actor: Actor, gateway: string, { kind }: Outcome): Promise<void> {
    const { store, clock } = this.#options
    const entry = { actor, action: 'card.tokenised', paymentId: null, facts: { gateway, outcome: kind } }
    await store.transaction((trx) => appendAudit(trx, entry, clock.now()))
  }
}

/** A token that is not known to have been made costs nobody anything: the provider may try again. */
function answerOf(transactionId: string, outcome: Outcome): PostedAnswer {
  if (outcome.kind === 'tokenised') return tokenised(transactionId, outcome.cardToken)
  if (outcome.kind === 'declined') return declinedBecause(transactionId, outcome.reason)
  return refused(transactionId, 'processing_error', 'the gateway gave no token')
}
