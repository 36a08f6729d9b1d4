import type { Money } from '../base/money.ts'
import type { AccountHolder, BankScheme } from '../contracts/bank-account.ts'

/** By whom a kept card may be used again. Only the customer's own later orders by phone are MOTO; renewals never are. */
export type Initiator = 'customer' | 'merchant'

type NewPayment = {
  readonly money: Money
  /** The attempt's id: unique for ever, echoed by the gateway, the handle for `inquire`. */
  readonly ourReference: string
  readonly idempotencyKey: string
  readonly merchantReference: string
  readonly description?: string
  readonly capture: boolean
}

export type AuthoriseRequest = NewPayment & {
  readonly withPostcode: boolean
  /** Declare a mail or telephone order, where the gateway has a word for it; else an ordinary card-not-present payment. */
  readonly moto: boolean
  /** The caller agreed that the card is kept for later. The approval then brings a `cardToken`. */
  readonly keepFor?: Initiator
  /** The gateway's, or our, name of the customer to keep it under; not every gateway needs one. */
  readonly customerRef?: string
}

export type DebitRequest = NewPayment & {
  readonly scheme: BankScheme
  readonly holder: AccountHolder
  /** Of a US account. */
  readonly accountType: 'checking' | 'savings'
  /** How and when (epoch ms) the caller agreed to be debited. */
  readonly mandate: {
    readonly consent: 'spoken' | 'keyed' | 'written'
    readonly acceptedAtMs: number
  }
}

export type TokeniseRequest = {
  readonly ourReference: string
  readonly idempotencyKey: string
  /** For gateways that check a card with an authorisation of nothing. */
  readonly currency: string
  readonly withPostcode: boolean
  /** As for a payment. */
  readonly moto: boolean
  readonly keepFor: Initiator
  readonly customerRef?: string
}

export type StoredCardRequest = NewPayment & {
  readonly cardToken: string
  readonly initiator: Initiator
  /** As for a payment, of an order that the customer gives; true unless told. A renewal (`merchant`) is never declared. */
  readonly moto?: boolean
  readonly customerRef?: string
  /** The card scheme's id of the first payment, which schemes ask for with renewals. */
  readonly networkRef?: string
  /** The customer has keyed the security code again: leave its slot. Only where `facts.storedCsc`. */
  readonly withCsc?: true
}

export type ForgetCardRequest = {
  readonly cardToken: string
  readonly customerRef?: string
  readonly ourReference: string
  readonly idempotencyKey: string
}

export type FollowUpRequest = {
  readonly gatewayRef: string
  /** What `capture` gave, where a refund is one of the capture and not of the payment. */
  readonly captureRef?: string
  readonly ourReference: string
  readonly idempotencyKey: string
  readonly money: Money
}

export type InquireRequest = {
  readonly ourReference: string
  readonly gatewayRef?: string
  readonly money: Money
}

export type InquireFollowUpRequest = FollowUpRequest & {
  readonly kind: 'capture' | 'void' | 'refund'
  /** The gateway's own reference to it, when it has told us one. */
  readonly followUpRef?: string
}

export type ReverseRequest = InquireRequest & { readonly idempotencyKey: string }

export type PayLinkRequest = NewPayment & {
  /** Where the caller's browser is sent when they have paid. */
  readonly returnUrl: string
  /** Epoch ms. */
  readonly expiresAtMs: number
  readonly nowMs: number
  /** BCP 47, for example `en-GB`. */
  readonly locale?: string
}

export type PayLinkInquiry = {
  readonly linkRef: string
  readonly ourReference: string
  readonly money: Money
  readonly capture: boolean
}
