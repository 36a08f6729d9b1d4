import { backoffMs } from '../../base/backoff.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import { converse } from '../payments/conversation.ts'
import type { Gateways } from '../payments/gateways.ts'
import { systemOf } from '../payments/system-actor.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Store } from '../store/store.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import type { KeptCards } from './kept-cards.ts'
import {
  cardsToForget,
  findStoredCard,
  removeStoredCard,
  type StoredCardRow,
  writeStoredCard,
} from './stored-card-store.ts'

const again = { firstMs: 60_000, capMs: 3_600_000 } as const

export type ForgetCardsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly gateways: Gateways
  readonly gatewayClient: GatewayClient
  readonly watch: GatewayWatch
  readonly keptCards: KeptCards
  readonly random: () => number
}

/** `deleted`, or `cannot-delete`: its API has no word for it, and whoever runs the shop has to do it there. */
type AtGateway = 'deleted' | 'cannot-delete'

type Waiting = { readonly tries: number; readonly timer: Timer }

/**
 * Has the gateway forget a card, then forgets it here: the row with its token is removed, and the audit trail says that it
 * was, and whether the gateway deleted it. While it has not said so the card stays, unused, and is told again: after a
 * minute, and less and less often until once an hour. Every new reason why stands in the audit trail.
 */
export class ForgetCards {
  readonly #options: ForgetCardsOptions
  readonly #underWay = new Map<string, Promise<void>>()
  readonly #waiting = new Map<string, Waiting>()
  #stopped = false

  constructor(options: ForgetCardsOptions) {
    this.#options = options
  }

  /** At once, also when a next try is waiting for its time. */
  begin(row: StoredCardRow): void {
    if (this.#stopped || this.#underWay.has(row.id)) return
    this.#waiting.get(row.id)?.timer.cancel()
    const work = this.#forget(row)
      .catch((error: unknown) => {
        this.#options.log.error({ cardId: row.id, error }, 'a kept card could not be forgotten yet')
        this.#later(row)
      })
      .finally(() => this.#underWay.delete(row.id))
    this.#underWay.set(row.id, work)
  }

  /** What the last process left undone. */
  async recover(merchantId: string): Promise<void> {
    for (const row of await cardsToForget(this.#options.store.db, merchantId)) this.begin(row)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const { timer } of this.#waiting.values()) timer.cancel()
    await Promise.all(this.#underWay.values())
  }

  async #forget({ merchant_id: merchantId, id: cardId }: StoredCardRow): Promise<void> {
    const row = await findStoredCard(this.#options.store.db, { merchantId, cardId })
    // Forgotten by another process of this house, or kept again since: then its token is another one.
    if (row?.state !== 'forgetting') {
      this.#waiting.delete(cardId)
      return
    }
    const told = await this.#tellTheGateway(row)
    if (told === 'cannot-delete' || told.kind === 'done')
      return this.#forgotten(row, told === 'cannot-delete' ? told : 'deleted')
    const because = whyOf(told)
    await this.#note(row, because)
    this.#options.log.warn(
      { cardId, gateway: row.gateway, reason: because },
      'the gateway has not forgotten a kept card',
    )
    this.#later(row)
  }

  async #tellTheGateway(row: StoredCardRow): Promise<Outcome | 'cannot-delete'> {
    const { gateways, gatewayClient, watch, keptCards } = this.#options
    const { connector, account } = gateways.of(row.gateway)
    const { forget } = connector
    if (!forget) return 'cannot-delete'
    if (this.#waiting.has(row.id)) watch.repeated(row.gateway, 'forget')
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
    return watch.ended(row.gateway, 'forget', outcome)
  }

  async #forgotten(row: StoredCardRow, atGateway: AtGateway): Promise<void> {
    const { store, clock, log } = this.#options
    const { merchant_id: merchantId, id: cardId, payment_id: paymentId } = row
    this.#waiting.delete(cardId)
    await store.transaction(async (trx) => {
      const now = await findStoredCard(trx, { merchantId, cardId })
      if (now?.state !== 'forgetting') return
      await removeStoredCard(trx, { merchantId, cardId })
      const facts = { cardId, atGateway }
      const entry = { actor: systemOf(merchantId), action: 'card.forgotten', paymentId, facts }
      await appendAudit(trx, entry, clock.now())
    })
    log.info({ cardId, merchantId, state: atGateway }, 'a kept card is forgotten')
  }

  /** On the row for who looks at the card now, in the audit trail for who asks later: a new reason only. */
  async #note(
    { merchant_id: merchantId, id: cardId, payment_id: paymentId }: StoredCardRow,
    because: string,
  ) {
    const { store, clock } = this.#options
    const entry = {
      ...{ actor: systemOf(merchantId), action: 'card.forget-failed', paymentId },
      facts: { cardId, because },
    }
    await store.transaction(async (trx) => {
      const row = await findStoredCard(trx, { merchantId, cardId })
      if (row?.state !== 'forgetting' || row.forget_because === because) return
      await writeStoredCard(trx, { ...row, forget_because: because, forget_failed_at: clock.now() }, false)
      await appendAudit(trx, entry, clock.now())
    })
  }

  #later(row: StoredCardRow): void {
    if (this.#stopped) return
    const { clock, random } = this.#options
    const tries = this.#waiting.get(row.id)?.tries ?? 0
    const timer = clock.after(backoffMs(tries, { ...again, random }), () => this.begin(row))
    this.#waiting.set(row.id, { tries: tries + 1, timer })
  }
}

/** In our own words and the gateway's codes: nothing of a card stands in either. */
function whyOf(outcome: Outcome): string {
  if (outcome.kind === 'unknown' || outcome.kind === 'not-sent') return outcome.because
  return outcome.kind === 'declined' ? outcome.gatewayCode : outcome.kind
}
