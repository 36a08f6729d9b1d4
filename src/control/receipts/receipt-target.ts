import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { PaymentEvent } from '../../contracts/payment-events.ts'
import type { ReceiptChannel } from '../../contracts/receipts.ts'
import type { Delivered, Delivery, TargetKind } from '../outbox/target.ts'
import type { ReceiptTable, ReceiptWishTable } from '../store/receipt-tables.ts'
import type { Store } from '../store/store.ts'
import { readSettings, readTemplates } from './look-store.ts'
import type { Mailer } from './mailer.ts'
import type { ReceiptFacts } from './receipt-fields.ts'
import { channelOf, openReceipt, receiptTarget, wishesOf } from './receipt-store.ts'
import { renderReceipt } from './render-receipt.ts'
import { SendEmail } from './send-email.ts'
import { SendText } from './send-text.ts'
import type { Texter } from './texter.ts'

export type ReceiptTargetOptions = {
  readonly store: Store
  readonly clock: Clock
  /** Null: that channel is not configured, and what waits for it keeps waiting. */
  readonly mailer: Mailer | null
  readonly texter: Texter | null
}

/** What is over without anything being sent. */
const nothing = (outcome: string): Delivered => ({ do: 'done', status: null, outcome })

/** E-mail and text messages to callers, as targets of the outbox: one receipt for each (payment, kind, channel). */
export function createReceiptTarget(options: ReceiptTargetOptions): TargetKind {
  const { store, clock, mailer, texter } = options
  const senders = {
    email: mailer && new SendEmail({ store, clock, mailer }),
    text: texter && new SendText({ store, clock, texter }),
  }
  return {
    name: 'receipt',
    async enabled(_db, merchantId) {
      return channelsOf(options).map((channel) => receiptTarget(merchantId, channel))
    },
    async deliver(delivery) {
      const channel = channelOf(delivery.target)
      const sender = senders[channel]
      if (!sender) return { do: 'postpone', outcome: 'not-configured', untilMs: clock.now() + 60_000 }
      const { merchantId, paymentId } = delivery
      const wish = (await wishesOf(store.db, { merchantId, paymentId })).find(
        (one) => one.channel === channel,
      )
      // The caller has changed their mind since.
      if (!wish) return nothing('not-wanted')
      const receipt = await openReceipt(store.db, newReceipt(delivery, wish, clock.now()))
      if (receipt.state === 'sent') return nothing('sent-before')
      // Ended by a process that died before it could say so. Only a person has what has ended begin anew.
      if (hasEnded(receipt) && !delivery.isFresh)
        return { do: 'give-up', status: null, outcome: receipt.because ?? receipt.state }
      const rendered = renderReceipt({
        facts: factsOf(delivery, receipt.id),
        settings: await readSettings(store.db, merchantId),
        templates: await readTemplates(store.db, merchantId, receipt.kind),
        locale: wish.locale ?? undefined,
      })
      return sender.send(receipt, rendered, wish.address)
    },
    // No channel is ever closed by what one receipt meets.
    async disable() {},
    async close() {
      mailer?.close()
      await texter?.close()
    },
  }
}

function hasEnded({ state }: ReceiptTable): boolean {
  return state === 'unclear' || state === 'refused'
}

export function channelsOf({
  mailer,
  texter,
}: Pick<ReceiptTargetOptions, 'mailer' | 'texter'>): ReceiptChannel[] {
  return [...(mailer ? (['email'] as const) : []), ...(texter ? (['text'] as const) : [])]
}

function newReceipt(
  { body, paymentId, merchantId }: Delivery,
  wish: ReceiptWishTable,
  nowMs: number,
): ReceiptTable {
  const { operation, type } = readEvent(body)
  const isRefund = type === 'payment.refunded'
  return {
    id: newId('receipt', nowMs),
    merchant_id: merchantId,
    payment_id: paymentId,
    kind: isRefund ? 'refund' : 'sale',
    subject: isRefund ? (operation?.id ?? paymentId) : paymentId,
    channel: wish.channel,
    address: wish.address,
    state: 'waiting',
    look_ups: 0,
    message_ref: null,
    because: null,
    sent_at: null,
    created_at: nowMs,
    updated_at: nowMs,
  }
}

function readEvent(body: string) {
  const { type, timestamp, data } = PaymentEvent.parse(JSON.parse(body))
  return { type, at: Date.parse(timestamp), ...data }
}

function factsOf({ body }: Delivery, receiptId: string): ReceiptFacts {
  const event = readEvent(body)
  const isRefund = event.type === 'payment.refunded'
  const taken = event.capturedMinor
  return {
    kind: isRefund ? 'refund' : 'sale',
    receiptId,
    paymentId: event.id,
    reference: event.reference,
    customer: event.customer,
    description: event.description,
    amountMinor: isRefund ? (event.operation?.amountMinor ?? event.refundedMinor) : taken,
    originalMinor: taken,
    currency: event.currency,
    brand: event.brand,
    last4: event.last4,
    authCode: event.authCode,
    at: event.at,
  }
}
