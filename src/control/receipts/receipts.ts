import type { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { ReceiptChannel, ReceiptOrder, ReceiptResource } from '../../contracts/receipts.ts'
import { tellOnly } from '../outbox/store.ts'
import { PaymentNotFound } from '../payments/payment-errors.ts'
import { findPayment } from '../payments/store.ts'
import type { Actor } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import type { ReceiptTable, ReceiptWishTable } from '../store/receipt-tables.ts'
import type { Store } from '../store/store.ts'
import { movedMoney } from './moved-money.ts'
import { receiptsOf, receiptTarget, removeWish, wishesOf } from './receipt-store.ts'
import { noteWishes, readWishes } from './receipt-wishes.ts'

/** The receipt has been sent: there is one for each payment, kind and channel. */
export class ReceiptSent extends AppError {
  readonly code = 'RECEIPT_SENT'
  readonly remedy = 'fix-request'
  constructor() {
    super('this receipt has been sent, and is sent once')
  }
}

export type Receipts = {
  /**
   * Notes where the caller wants receipts. What has moved already goes out at once; the rest when it moves. Another
   * address takes the place of the one before, until a receipt was sent there.
   */
  order(actor: Actor, paymentId: string, order: z.infer<typeof ReceiptOrder>): Promise<ReceiptResource[]>
  /** The caller has changed their mind: nothing more is sent by this channel. */
  withdraw(actor: Actor, paymentId: string, channel: ReceiptChannel): Promise<void>
  /** What is wanted, and what became of it. */
  list(actor: Actor, paymentId: string): Promise<ReceiptResource[]>
}

export type ReceiptsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly channels: readonly ReceiptChannel[]
  readonly onTold: (merchantId: string) => void
}

/** Where callers want their receipts: consent and address, as the agent or the merchant's system took them. */
export function createReceipts({ store, clock, channels, onTold }: ReceiptsOptions): Receipts {
  const list = (db: Queries, merchantId: string, paymentId: string) => listed(db, { merchantId, paymentId })
  return {
    async order(actor, paymentId, { channel, to, locale }) {
      const [wish] = readWishes([{ channel, to, locale }], { channels, at: () => '' })
      const { merchantId } = actor
      const nowMs = clock.now()
      await store.transaction(async (trx) => {
        const payment = await findPayment(trx, { merchantId, paymentId })
        if (!payment) throw new PaymentNotFound()
        const sent = (await receiptsOf(trx, { merchantId, paymentId })).filter(
          (one) => one.channel === channel,
        )
        if (sent.some(({ state }) => state === 'sent')) throw new ReceiptSent()
        await noteWishes(trx, actor, { paymentId, wishes: wish ? [wish] : [] }, nowMs)
        const target = receiptTarget(merchantId, channel)
        // What waits already goes to the new address by itself; what was refused waits no more, or is about to end.
        const isOver = sent.some(({ state }) => state === 'refused' || state === 'unclear')
        if (!isOver && (await isWaiting(trx, { merchantId, paymentId }, target))) return
        for (const event of await movedMoney(trx, payment)) {
          const telling = { merchantId, paymentId, position: payment.version, event }
          await tellOnly(trx, [target], telling, nowMs)
        }
      })
      onTold(merchantId)
      return list(store.db, merchantId, paymentId)
    },
    async withdraw(actor, paymentId, channel) {
      const { merchantId } = actor
      await store.transaction(async (trx) => {
        if (!(await findPayment(trx, { merchantId, paymentId }))) throw new PaymentNotFound()
        const entry = { actor, action: 'receipt.withdrawn', paymentId, facts: { channel } }
        await appendAudit(trx, entry, clock.now())
        await removeWish(trx, { merchantId, paymentId }, channel)
      })
    },
    async list({ merchantId }, paymentId) {
      if (!(await findPayment(store.db, { merchantId, paymentId }))) throw new PaymentNotFound()
      return list(store.db, merchantId, paymentId)
    },
  }
}

async function isWaiting(
  trx: Queries,
  { merchantId, paymentId }: { readonly merchantId: string; readonly paymentId: string },
  target: string,
): Promise<boolean> {
  const row = await trx
    .selectFrom('outbox')
    .select('event_id')
    .where('merchant_id', '=', merchantId)
    .where('target', '=', target)
    .where('payment_id', '=', paymentId)
    .where('state', '=', 'waiting')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

async function listed(
  db: Queries,
  key: { readonly merchantId: string; readonly paymentId: string },
): Promise<ReceiptResource[]> {
  const written = await receiptsOf(db, key)
  const wishes = (await wishesOf(db, key)).filter(
    ({ channel }) => !written.some((one) => one.channel === channel),
  )
  return [...wishes.map(wanted), ...written.map(resourceOf)]
}

function wanted({ payment_id, channel, address }: ReceiptWishTable): ReceiptResource {
  const nothingYet = { id: null, because: null, sentAt: null }
  return { ...nothingYet, paymentId: payment_id, kind: 'sale', channel, to: address, state: 'wanted' }
}

function resourceOf(row: ReceiptTable): ReceiptResource {
  const { id, payment_id: paymentId, kind, channel, address: to, because, sent_at: sentAt } = row
  return {
    id,
    paymentId,
    kind,
    channel,
    to,
    because,
    sentAt,
    state: row.state === 'waiting' ? 'sending' : row.state,
  }
}
