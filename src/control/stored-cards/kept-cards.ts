import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { Secret } from '../../base/secret.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import { CardBrand } from '../../contracts/card.ts'
import type { AttemptRow, PaymentRow } from '../payments/rows.ts'
import { keepOf } from '../payments/rows.ts'
import { systemOf } from '../payments/system-actor.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import {
  cardsOf,
  findStoredCard,
  type StoredCardKey,
  type StoredCardRow,
  sameCard,
  sealPlace,
  writeStoredCard,
} from './stored-card-store.ts'

export type KeptCardsOptions = { readonly clock: Clock; readonly log: Log; readonly sealer: Sealer }

/** A kept card as a connector needs it. The token is in the clear here and goes nowhere but into a call. */
export type UsableCard = {
  readonly cardToken: string
  readonly customerRef?: string
  readonly networkRef?: string
}

type Approved = Extract<Outcome, { readonly kind: 'approved' }>

/** Writes cards that a gateway has kept, and opens them again for the gateway. Tokens are sealed for their row. */
export class KeptCards {
  readonly #options: KeptCardsOptions

  constructor(options: KeptCardsOptions) {
    this.#options = options
  }

  /** In the transaction of the approval: what the caller agreed to, with the gateway's token for the card. */
  async keep(trx: Queries, payment: PaymentRow, attempt: AttemptRow, approved: Approved): Promise<void> {
    const { clock, log, sealer } = this.#options
    const keep = keepOf(payment)
    const { cardToken, customerRef = null, networkRef = null } = approved
    if (!keep || payment.customer === null || attempt.way !== 'card') return
    const actor = systemOf(payment.merchant_id)
    const paymentId = payment.id
    if (cardToken === undefined || attempt.expires === null) {
      log.warn({ paymentId, gateway: payment.gateway }, 'the gateway has not kept the card')
      const facts = { gateway: payment.gateway }
      await appendAudit(trx, { actor, action: 'card.not-kept', paymentId, facts }, clock.now())
      return
    }
    const nowMs = clock.now()
    const values = {
      ...{ merchant_id: payment.merchant_id, customer: payment.customer, gateway: payment.gateway },
      ...{ brand: CardBrand.parse(attempt.brand), last4: attempt.last4, expires: attempt.expires },
      ...{ customer_ref: customerRef, network_ref: networkRef, card_use: keep.use },
      ...{ consent_how: keep.consent, consent_kind: keep.by.kind, consent_id: keep.by.id },
      ...{ consent_at: keep.at, payment_id: paymentId, state: 'kept' as const },
      ...{ forget_because: null, forget_failed_at: null },
      ...{ created_at: nowMs, updated_at: nowMs },
    }
    const before = await sameCard(trx, values)
    const id = before?.id ?? newId('storedCard', nowMs)
    const row = { ...values, id, token: sealer.seal(new Secret(cardToken), sealPlace({ id })) }
    await writeStoredCard(trx, row, before === undefined)
    const facts = { cardId: id, use: keep.use, consent: keep.consent, gateway: payment.gateway }
    await appendAudit(trx, { actor, action: 'card.kept', paymentId, facts }, nowMs)
  }

  /** Undefined when it was forgotten meanwhile. */
  async open(db: Queries, key: StoredCardKey): Promise<UsableCard | undefined> {
    const row = await findStoredCard(db, key)
    return row?.state === 'kept' ? this.opened(row) : undefined
  }

  opened(row: StoredCardRow): UsableCard {
    return {
      cardToken: this.#options.sealer.open(row.token, sealPlace(row)).reveal(),
      ...(row.customer_ref === null ? {} : { customerRef: row.customer_ref }),
      ...(row.network_ref === null ? {} : { networkRef: row.network_ref }),
    }
  }

  /** The gateway's own name for the customer, when a card of theirs is kept there already. */
  async customerRef(db: Queries, payment: PaymentRow): Promise<string | undefined> {
    if (payment.customer === null) return undefined
    const cards = await cardsOf(db, payment.merchant_id, payment.customer)
    const known = cards.find((card) => card.gateway === payment.gateway && card.customer_ref !== null)
    return known?.customer_ref ?? undefined
  }
}
