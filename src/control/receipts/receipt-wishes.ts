import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { z } from 'zod'
import { AppError } from '../../base/errors.ts'
import type { ReceiptChannel, ReceiptOrder } from '../../contracts/receipts.ts'
import type { Actor } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import { writeWish } from './receipt-store.ts'

/** This channel is not configured. */
export class ReceiptChannelOff extends AppError {
  readonly code = 'RECEIPT_CHANNEL_OFF'
  readonly remedy = 'fix-request'
  /** JSON pointer. */
  readonly field: string
  constructor(field = '/channel') {
    super('receipts cannot leave by this channel: it is not configured')
    this.field = field
  }
}

/** Neither an e-mail address nor a telephone number, as the channel wants it. */
export class ReceiptAddressRefused extends AppError {
  readonly code = 'RECEIPT_ADDRESS_REFUSED'
  readonly remedy = 'fix-request'
  /** JSON pointer. */
  readonly field: string
  constructor(channel: ReceiptChannel, field = '/to') {
    super(channel === 'email' ? 'not an e-mail address' : 'not a telephone number in E.164, such as +44…')
    this.field = field
  }
}

/** What a caller wants, in the form in which it is kept. */
export type ReceiptWish = {
  readonly channel: ReceiptChannel
  readonly address: string
  readonly locale: string | null
}

export type Reading = {
  /** Those that are configured. */
  readonly channels: readonly ReceiptChannel[]
  /** JSON pointer to the n-th order, '' for the body itself. */
  readonly at: (n: number) => string
}

/** Throws ReceiptChannelOff, ReceiptAddressRefused, with the field at fault. */
export function readWishes(
  orders: readonly Pick<z.output<typeof ReceiptOrder>, 'channel' | 'to' | 'locale'>[],
  { channels, at }: Reading,
): ReceiptWish[] {
  return orders.map(({ channel, to, locale }, n) => {
    if (!channels.includes(channel)) throw new ReceiptChannelOff(`${at(n)}/channel`)
    return { channel, address: addressOf(channel, to, `${at(n)}/to`), locale: locale ?? null }
  })
}

/** Who noted the consent, and when, goes into the audit trail; the address does not. */
export async function noteWishes(
  trx: Queries,
  actor: Actor,
  { paymentId, wishes }: { readonly paymentId: string; readonly wishes: readonly ReceiptWish[] },
  nowMs: number,
): Promise<void> {
  const { merchantId, kind, id } = actor
  for (const { channel, address, locale } of wishes) {
    const facts = { channel, locale }
    await appendAudit(trx, { actor, action: 'receipt.wanted', paymentId, facts }, nowMs)
    await writeWish(trx, {
      ...{ merchant_id: merchantId, payment_id: paymentId, channel, address, locale },
      ...{ consent_kind: kind, consent_id: id, consent_at: nowMs },
    })
  }
}

/**
 * As it is written and dialled. Throws ReceiptAddressRefused.
 *
 * @param field JSON pointer to where it stands
 */
export function addressOf(channel: ReceiptChannel, to: string, field = '/to'): string {
  const phone = channel === 'text' && to.startsWith('+') ? parsePhoneNumberFromString(to) : undefined
  const address = channel === 'email' ? z.email().max(254).safeParse(to).data : phone?.number
  if (address === undefined || phone?.isPossible() === false) throw new ReceiptAddressRefused(channel, field)
  return address
}
