import type { Money } from '../base/money.ts'
import type { GatewayCall, GatewayReply } from '../contracts/gateway-call.ts'
import type { DeclineReason } from '../contracts/payment-events.ts'

/**
 * A connector is a pure conversation with one kind of gateway. It never sees a card: where the card goes, it leaves
 * a slot, and the card process fills it. It opens no socket, reads no clock and throws no business outcome.
 */
export type Connector = {
  readonly id: string
  readonly facts: ConnectorFacts
  authorise(request: AuthoriseRequest, account: GatewayAccount): Move
  capture(request: FollowUpRequest, account: GatewayAccount): Move
  void(request: Omit<FollowUpRequest, 'money'>, account: GatewayAccount): Move
  refund(request: FollowUpRequest, account: GatewayAccount): Move
  /** Asks what became of an attempt, by our reference: no answer is ever guessed from silence. */
  inquire(request: InquireRequest, account: GatewayAccount): Move
  /** What comes after the reply to `state`'s call. */
  next(state: ConversationState, reply: GatewayReply): Move
}

export type ConnectorFacts = {
  /** True when a resend with the same key after a 5xx or a lost answer returns the first outcome. */
  readonly replays5xx: boolean
  /** How long the gateway remembers an idempotency key, in hours. */
  readonly windowHours: number
  readonly lookupBy: 'our-reference' | 'gateway-reference'
  readonly apiVersion: string
}

/** One merchant's account at the gateway. The key is in the clear here: control sends it, and nothing logs a call. */
export type GatewayAccount = { readonly origin: string; readonly apiKey: string; readonly timeoutMs: number }

export type AuthoriseRequest = {
  readonly money: Money
  /** The attempt's id: unique for ever, echoed by the gateway, the handle for `inquire`. */
  readonly ourReference: string
  readonly idempotencyKey: string
  readonly merchantReference: string
  readonly description?: string
  readonly capture: boolean
  readonly withPostcode: boolean
}

export type FollowUpRequest = {
  readonly gatewayRef: string
  readonly ourReference: string
  readonly idempotencyKey: string
  readonly money: Money
}

export type InquireRequest = {
  readonly ourReference: string
  readonly gatewayRef?: string
  readonly money: Money
}

/** JSON that the connector wrote for itself: it can be stored between a call and its reply. */
export type ConversationState = {
  readonly connector: string
  readonly at: string
  readonly data: Readonly<Record<string, string | number | boolean>>
}

export type Move =
  | {
      readonly do: 'call'
      readonly call: GatewayCall
      readonly carriesCard: boolean
      /** A later call of this conversation needs the card too. Unless said, the card process ends with this call. */
      readonly cardAgain?: true
      readonly state: ConversationState
    }
  | { readonly do: 'end'; readonly outcome: Outcome }

export type Retry = 'same-card' | 'other-card' | 'pay-link' | 'never'

export type Outcome =
  | {
      readonly kind: 'approved'
      readonly gatewayRef: string
      readonly authCode?: string
      readonly captured: boolean
      readonly echoed: Money
    }
  | {
      readonly kind: 'declined'
      readonly reason: DeclineReason
      readonly gatewayCode: string
      readonly retry: Retry
      readonly gatewayRef?: string
    }
  /** A follow-up (capture, void, refund) that the gateway accepted. */
  | { readonly kind: 'done'; readonly gatewayRef: string }
  /** Certain: nothing was reserved or taken, and the same intent may be sent again with the same key. */
  | { readonly kind: 'not-sent'; readonly because: string }
  /** `inquire` only: the gateway knows no such reference. */
  | { readonly kind: 'absent' }
  /** The card may or may not have been charged: inquire. */
  | { readonly kind: 'unknown'; readonly because: string }
