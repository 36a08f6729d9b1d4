import { randomInt } from 'node:crypto'
import { AppError } from '../../base/errors.ts'
import type { PaymentResource } from '../../contracts/desk-port.ts'
import type { Locale } from '../../contracts/prompts.ts'
import type { DialogueEffect, KeptCard, PaymentWish } from '../../ivr/dialogue.ts'
import type { Actor, Payments } from '../ports.ts'
import type { Receipts } from '../receipts/receipts.ts'
import type { StoredCards } from '../stored-cards/stored-cards.ts'

/** Orders of a caller without an agent come from here. */
export function ivrOf(merchantId: string): Actor {
  return { merchantId, kind: 'system', id: 'ivr' }
}

/** What the caller names a payment by, said digit by digit; in the payment's metadata. */
export const confirmationKey = 'confirmation'
/** The language that the caller chose, in the payment's metadata: after a restart of ours they are spoken to in it. */
export const localeKey = 'locale'

export type CallerPaymentOptions = {
  readonly payments: Payments
  readonly receipts: Receipts
  readonly storedCards: Pick<StoredCards, 'newest' | 'pay'>
  readonly merchantId: string
  readonly callId: string
}

/** The payment that a conversation is about, one after the other. */
export class CallerPayment {
  readonly #options: CallerPaymentOptions
  #id: string | undefined
  /** While it is being made: a caller can hang up before it is. */
  #making: Promise<PaymentResource> | undefined
  /** A collection that is over: what is still heard of it is old. */
  #stale: string | undefined

  constructor(options: CallerPaymentOptions) {
    this.#options = options
  }

  get id(): string | undefined {
    return this.#id
  }

  isStale(collectionId: string): boolean {
    return this.#stale === collectionId
  }

  forget(): void {
    this.#id = undefined
    this.#making = undefined
    this.#stale = undefined
  }

  /** Makes the payment unless it is there, and asks for a card, for another one if need be. Throws as the API does. */
  async collect(order: PaymentWish, locale: Locale): Promise<void> {
    const { payments } = this.#options
    const actor = this.#actor
    const { id, collection } = await this.#made(order, locale)
    this.#stale = collection?.id
    if (collection?.state === 'collected') await payments.useAnotherCard(actor, id)
    else await payments.arm(actor, id)
  }

  /** The card that can be offered to this customer, if one is kept. */
  async keptCard(customer: string): Promise<KeptCard | null> {
    const card = await this.#options.storedCards.newest(this.#actor, customer)
    return card && { cardId: card.id, last4: card.last4 }
  }

  /** Makes the payment unless it is there, and charges the kept card: at once, or when its security code has been keyed. */
  async useCard(
    { order, cardId, csc }: Extract<DialogueEffect, { do: 'use-card' }>,
    locale: Locale,
  ): Promise<void> {
    const { id, collection } = await this.#made(order, locale)
    this.#stale = collection?.id
    await this.#options.storedCards.pay(this.#actor, id, { cardId, csc })
  }

  async confirm(): Promise<void> {
    if (this.#id !== undefined) await this.#options.payments.confirm(this.#actor, this.#id)
  }

  /** What could still be charged is cancelled; what was declined, or may have been charged, stays as it is. */
  async giveUp(): Promise<void> {
    const id = this.#id ?? (await this.#making?.catch(() => undefined))?.id
    if (id === undefined) return
    const { payments } = this.#options
    const { status } = await payments.get(this.#actor, id)
    if (status !== 'created' && status !== 'collecting' && status !== 'ready') return
    await payments.cancel(this.#actor, id).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error
    })
  }

  /** The card is gone, the payment stays: an agent may take another one. */
  async dropCard(): Promise<void> {
    if (this.#id !== undefined) await this.#options.payments.dropCard(this.#actor, this.#id)
  }

  /** What was keyed is gone first: `send` sees to that. */
  async sendLink(
    order: PaymentWish,
    locale: Locale,
    send: (actor: Actor, paymentId: string) => Promise<unknown>,
  ): Promise<void> {
    const { id } = await this.#made(order, locale)
    await send(this.#actor, id)
  }

  async receipt(to: string, locale: string): Promise<void> {
    if (this.#id === undefined) throw new Error('no payment to write a receipt of')
    const order = { channel: 'text', to, locale, consent: true } as const
    await this.#options.receipts.order(this.#actor, this.#id, order)
  }

  get #actor(): Actor {
    return ivrOf(this.#options.merchantId)
  }

  async #made(order: PaymentWish, locale: Locale): Promise<PaymentResource> {
    const { payments, callId } = this.#options
    const known = this.#id === undefined ? undefined : await payments.get(this.#actor, this.#id)
    // Who gave up the card may still want a link: that is another payment.
    if (known && known.status !== 'cancelled' && known.status !== 'expired') return known
    const confirmation = String(randomInt(10_000_000, 100_000_000))
    this.#id = undefined
    const { metadata, ...wish } = order
    this.#making = payments.create(this.#actor, {
      ...{ ...wish, callId, capture: 'automatic', confirm: 'manual' },
      metadata: { ...metadata, [confirmationKey]: confirmation, [localeKey]: locale, channel: 'ivr' },
    })
    const made = await this.#making
    this.#id = made.id
    return made
  }
}
