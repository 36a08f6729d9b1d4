import { type AttemptRow, type PaymentRow, shownCard } from './rows.ts'

export type NewAttempt = {
  readonly id: string
  /** `Gateways.sentTo` of the payment's gateway. */
  readonly sentTo: string
  readonly nowMs: number
} & Partial<Pick<AttemptRow, 'way' | 'stored_card_id' | 'initiator' | 'expires'>>

/** One try of a payment with one card, before anything was sent. */
export function newAttempt(payment: PaymentRow, { id, sentTo, nowMs, ...by }: NewAttempt): AttemptRow {
  return {
    id,
    merchant_id: payment.merchant_id,
    payment_id: payment.id,
    state: 'open',
    gateway: payment.gateway,
    idempotency_key: `authorise-${id}`,
    amount_minor: payment.amount_minor,
    currency: payment.currency,
    // Nobody keys a card here for a link: whose it is, the gateway tells when it is paid.
    ...(by.way === 'pay-link' ? { brand: 'unknown' as const, last4: '' } : shownCard(payment)),
    gateway_ref: null,
    auth_code: null,
    because: null,
    sent_at: nowMs,
    inquiries: 0,
    absent_at: null,
    created_at: nowMs,
    updated_at: nowMs,
    sent_to: sentTo,
    way: 'card',
    stored_card_id: null,
    initiator: null,
    expires: null,
    ...by,
  }
}

/** `YYYY-MM` of a card. */
export function expiresOf(card: { readonly expiryMonth: number; readonly expiryYear: number }): string {
  return `${card.expiryYear}-${String(card.expiryMonth).padStart(2, '0')}`
}
