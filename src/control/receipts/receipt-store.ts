import type { ReceiptChannel, ReceiptKind } from '../../contracts/receipts.ts'
import type { ChooseTargets } from '../outbox/target.ts'
import type { Queries } from '../store/database.ts'
import type { ReceiptTable, ReceiptWishTable } from '../store/receipt-tables.ts'

export type PaymentOf = { readonly merchantId: string; readonly paymentId: string }

/** Says what one receipt is about: a sale's subject is the payment, a refund's the operation. */
export type ReceiptKey = PaymentOf & {
  readonly kind: ReceiptKind
  readonly subject: string
  readonly channel: ReceiptChannel
}

/** The id under which the relay knows one channel of a merchant's receipts. */
export function receiptTarget(merchantId: string, channel: ReceiptChannel): string {
  return `${channel === 'email' ? 'rce' : 'rct'}_${merchantId.replace(/^mer_/, '')}`
}

export function channelOf(target: string): ReceiptChannel {
  return target.startsWith('rce_') ? 'email' : 'text'
}

/** Receipts are written when money has moved: a sale's when it is captured, a refund's when it went through. */
const receiptEvents: ReadonlySet<string> = new Set(['payment.captured', 'payment.refunded'])

export const chooseReceipts: ChooseTargets = async (trx, { merchantId, paymentId, event }) => {
  if (!receiptEvents.has(event.type)) return []
  const wishes = await wishesOf(trx, { merchantId, paymentId })
  return wishes.map(({ channel }) => receiptTarget(merchantId, channel))
}

export function wishesOf(db: Queries, { merchantId, paymentId }: PaymentOf): Promise<ReceiptWishTable[]> {
  return db
    .selectFrom('receipt_wishes')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('payment_id', '=', paymentId)
    .orderBy('channel')
    .execute()
}

export async function writeWish(trx: Queries, wish: ReceiptWishTable): Promise<void> {
  await trx
    .insertInto('receipt_wishes')
    .values(wish)
    .onConflict((conflict) =>
      conflict.columns(['merchant_id', 'payment_id', 'channel']).doUpdateSet({
        address: wish.address,
        locale: wish.locale,
        consent_kind: wish.consent_kind,
        consent_id: wish.consent_id,
        consent_at: wish.consent_at,
      }),
    )
    .execute()
}

export async function removeWish(
  trx: Queries,
  { merchantId, paymentId }: PaymentOf,
  channel: ReceiptChannel,
): Promise<void> {
  await trx
    .deleteFrom('receipt_wishes')
    .where('merchant_id', '=', merchantId)
    .where('payment_id', '=', paymentId)
    .where('channel', '=', channel)
    .execute()
}

/** Oldest first. */
export function receiptsOf(db: Queries, { merchantId, paymentId }: PaymentOf): Promise<ReceiptTable[]> {
  return db
    .selectFrom('receipts')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('payment_id', '=', paymentId)
    .orderBy('id')
    .execute()
}

/** The receipt's row: the one that is there, or the new one. Whoever comes second gets the first one's. */
export async function openReceipt(db: Queries, row: ReceiptTable): Promise<ReceiptTable> {
  await db
    .insertInto('receipts')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['merchant_id', 'payment_id', 'kind', 'subject', 'channel']).doNothing(),
    )
    .execute()
  return db
    .selectFrom('receipts')
    .selectAll()
    .where('merchant_id', '=', row.merchant_id)
    .where('payment_id', '=', row.payment_id)
    .where('kind', '=', row.kind)
    .where('subject', '=', row.subject)
    .where('channel', '=', row.channel)
    .executeTakeFirstOrThrow()
}

export type ReceiptChange = Partial<
  Pick<ReceiptTable, 'state' | 'address' | 'look_ups' | 'message_ref' | 'because' | 'sent_at'>
>

export async function changeReceipt(
  db: Queries,
  { merchant_id, id }: ReceiptTable,
  change: ReceiptChange,
  nowMs: number,
): Promise<void> {
  await db
    .updateTable('receipts')
    .set({ ...change, updated_at: nowMs })
    .where('merchant_id', '=', merchant_id)
    .where('id', '=', id)
    .execute()
}

/**
 * Written before a text message leaves, by whoever comes first. False: another delivery of the same receipt has begun,
 * or is through.
 */
export async function beginReceipt(
  db: Queries,
  { merchant_id, id, state }: ReceiptTable,
  address: string,
  nowMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('receipts')
    .set({ state: 'sending', address, look_ups: 0, because: null, updated_at: nowMs })
    .where('merchant_id', '=', merchant_id)
    .where('id', '=', id)
    .where('state', '=', state)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}
