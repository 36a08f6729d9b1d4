import type { Money } from '../base/money.ts'
import type { CardBrand } from '../contracts/card.ts'
import type { DeclineReason } from '../contracts/payment-events.ts'
import type { Embed } from './embed.ts'

/** Of a debit: the gateway has it, and the banks take days to say whether the money moves. */
export const atTheBank = 'at the bank'

export type Retry = 'same-card' | 'other-card' | 'pay-link' | 'never'

export type Outcome =
  | {
      readonly kind: 'approved'
      readonly gatewayRef: string
      readonly authCode?: string
      readonly captured: boolean
      /** What the gateway says it reserved: less than was asked for is a partial authorisation. */
      readonly echoed: Money
      readonly cardToken?: string
      readonly customerRef?: string
      readonly networkRef?: string
      /** Of a card that nobody keyed here: who paid by a link. */
      readonly card?: { readonly brand: CardBrand; readonly last4: string }
    }
  /** Pay links only: where the caller can pay, or that they no longer can. */
  | {
      readonly kind: 'link'
      readonly state: 'open' | 'expired'
      readonly linkRef: string
      readonly url?: string
      /** What our page shows instead, of an embedded one. */
      readonly embed?: Embed
    }
  | {
      readonly kind: 'declined'
      readonly reason: DeclineReason
      readonly gatewayCode: string
      readonly retry: Retry
      readonly gatewayRef?: string
    }
  /** `tokenise` only: the gateway keeps the card, and nothing was charged. */
  | {
      readonly kind: 'tokenised'
      readonly cardToken: string
      readonly customerRef?: string
      readonly networkRef?: string
    }
  /**
   * A follow-up (capture, void, refund) that the gateway accepted. `later`: it was received, and a webhook tells
   * whether it went through.
   */
  | { readonly kind: 'done'; readonly gatewayRef: string; readonly later?: true }
  /** Certain: nothing was reserved or taken, and the same intent may be sent again with the same key. */
  | { readonly kind: 'not-sent'; readonly because: string }
  /** `inquire` only: the gateway knows no such reference. */
  | { readonly kind: 'absent' }
  /** The card may or may not have been charged: inquire. */
  | {
      readonly kind: 'unknown'
      readonly because: string
      /** The answer was readable, and about something else than was asked: a person has to look. */
      readonly alarm?: 'another-reference' | 'another-amount'
    }
