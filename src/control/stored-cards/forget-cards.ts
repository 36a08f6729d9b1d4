import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import { converse } from '../payments/conversation.ts'
import type { Gateways } from '../payments/gateways.ts'
import { systemOf } from '../payments/system-actor.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Store } from '../store/store.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import type { KeptCards } from './kept-cards.ts'
import { cardsToForget, removeStoredCard, type StoredCardRow } from './stored-card-store.ts'

const againAfterMs = 3_600_000

export type ForgetCardsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly gateways: Gateways
  readonly gatewayClient: GatewayClient
  readonly watch: GatewayWatch
  readonly keptCards: KeptCards
}

/**
 * Has the gateway forget a card, then forgets it here: the row with its token is removed, the audit trail says that it
 * was. A gateway that does not answer is asked again every hour; one that has no word for it cannot be asked.
 */
export class ForgetCards {
  readonly #options: ForgetCardsOptions
  readonly #underWay = new Set<Promise<void>>()
  readonly #timers = new Map<string, Timer>()
  #stopped = false

  constructor(options: ForgetCardsOptions) {
    this.#options = options
  }

  begin(row: StoredCardRow): void {
    if (this.#stopped || this.#timers.has(row.id)) return
    const work = this.#forget(row)
      .catch((error: unknown) => {
        this.#options.log.error({ cardId: row.id, error }, 'a kept card could not be forgotten yet')
        this.#later(row)
      })
      .finally(() => this.#underWay.delete(work))
    this.#underWay.add(work)
  }

  /** What the last process left undone. */
  async recover(merchantId: string): Promise<void> {
    for (const row of await cardsToForget(this.#options.store.db, merchantId)) this.begin(row)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers.values()) timer.cancel()
    await Promise.all(this.#underWay)
  }

  async #forget(row: StoredCardRow): Promise<void> {
    const { store, clock, log } = this.#options
    if (!(await this.#toldTheGateway(row))) return this.#later(row)
    const { merchant_id: merchantId, id: cardId, payment_id: paymentId } = row
    await store.transaction(async (trx) => {
      await removeStoredCard(trx, { merchantId, cardId })
      const entry = { actor: systemOf(merchantId), action: 'card.forgotten', paymentId, facts: { cardId } }
      await appendAudit(trx, entry, clock.now())
    })
    log.info({ cardId, merchantId }, 'a kept card is forgotten')
  }

  async #toldTheGateway(row: StoredCardRow): Promise<boolean> {
    const { gateways, gatewayClient, watch, keptCards } = this.#options
    const { connector, account } = gateways.of(row.gateway)
    const { forget } = connector
    if (!forget) return true
    const { cardToken, customerRef } = keptCards.opened(row)
    const request = {
      cardToken,
      ...(customerRef === undefined ? {} : { customerRef }),
      ourReference: row.id,
      idempotencyKey: `forget-${row.id}`,
    }
    const outcome = await converse({
      connector,
      account,
      open: () => forget(request, account),
      send: (call) => watch.call(row.gateway, call, (one) => gatewayClient.send(one)),
    })
    return outcome.kind === 'done'
  }

  #later(row: StoredCardRow): void {
    if (this.#stopped) return
    const timer = this.#options.clock.after(againAfterMs, () => {
      this.#timers.delete(row.id)
      this.begin(row)
    })
    this.#timers.set(row.id, timer)
  }
}
