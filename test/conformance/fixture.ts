import type { Money } from '../../src/base/money.ts'
import type { GatewayAccount } from '../../src/connectors/connector.ts'
import type { WebhookDelivery, WebhookWhat } from '../../src/connectors/webhook.ts'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { DeclineReason } from '../../src/contracts/payment-events.ts'
import type { WireFields } from './wire-fields.ts'

/** What the imagined gateway does with a call. `money` and `ourReference` are what it echoes. */
export type Scenario =
  | {
      readonly do: 'approve'
      readonly money: Money
      readonly ourReference: string
      readonly captured: boolean
    }
  | {
      readonly do: 'decline'
      readonly gatewayCode: string
      readonly money: Money
      readonly ourReference: string
    }
  /** Carries out a capture, void or refund of `gatewayRef`; `later`: has received it, and will. */
  | { readonly do: 'accept'; readonly gatewayRef: string; readonly money: Money; readonly later?: true }
  /** Wants the cardholder in front of a screen, without calling it a decline. */
  | { readonly do: 'ask-cardholder'; readonly money: Money; readonly ourReference: string }
  /** Refuses a capture, void or refund because it is too late for it. */
  | { readonly do: 'refuse' }
  | { readonly do: 'find-nothing' }
  /** Has it under way, and cannot say yet. */
  | { readonly do: 'find-pending'; readonly money: Money; readonly ourReference: string }

/** What a gateway says in a webhook. */
export type Told = {
  readonly id: string
  readonly what: WebhookWhat
  readonly gatewayRef: string
  readonly ourReference: string
  readonly money: Money
}

export type Delivered = Pick<WebhookDelivery, 'body' | 'headers'>

export type WebhookFixture = {
  readonly secret: string
  /** When the deliveries were signed. */
  readonly nowMs: number
  /** All that this gateway can tell. */
  readonly kinds: readonly WebhookWhat[]
  /** In one request where the gateway sends batches, else in one each. */
  readonly deliver: (told: readonly Told[], secret: string) => readonly Delivered[]
  /** Where the signature is over the raw body: signs bytes that are no event. */
  readonly signRaw?: (body: Uint8Array, secret: string) => Delivered
}

/** A card that the gateway keeps, and what it says when it is to delete that. */
export type KeptCardFixture = {
  readonly token: string
  readonly customerRef?: string
  /** `refuses`: it still has the card, whatever it says. */
  readonly answer: (call: GatewayCall, does: 'deletes' | 'knows-none' | 'refuses') => GatewayReply
}

/** What the suite must know of one gateway to put its connector through the same mill as all the others. */
export type ConformanceFixture = {
  readonly account: GatewayAccount
  /** Of every request, what its documentation says: what is compared. */
  readonly wireFields: WireFields
  /** The gateway's answer to one call of a conversation, in its own words. */
  readonly answer: (call: GatewayCall, scenario: Scenario) => GatewayReply
  /** Whether this call, once received, may reserve, take or give back money. */
  readonly movesMoney: (call: GatewayCall) => boolean
  /** Its own name of the intent, where the gateway keeps no keys. */
  readonly idempotencyKeyOf: (call: GatewayCall) => string | undefined
  /** The amount as the gateway will read it out of the call. */
  readonly moneyOf: (call: GatewayCall) => Money | undefined
  /** The gateway's code for every reason that it can tell. `other` is a code that nobody knows. */
  readonly declineCodes: Partial<Readonly<Record<DeclineReason, string>>> & { readonly other: string }
  /** Whether a conversation's calls declare a mail or telephone order; every gateway with `facts.motoField` has it. */
  readonly saysMoto?: (call: GatewayCall) => boolean
  /** A renewal has a field for the scheme's id of the first payment. Not where the gateway knows it by itself. */
  readonly namesFirstPayment?: true
  /** How this gateway names a payment. */
  readonly gatewayRef?: string
  /** False where the gateway has no field that could carry any text whole. */
  readonly carriesText?: false
  /** Follow-ups and refunds that the gateway may leave open at first. */
  readonly pendingRefunds?: true
  /** It can ask for the cardholder without declining. */
  readonly asksCardholder?: true
  readonly webhooks?: WebhookFixture
  /** Of every gateway whose connector has `forget`. */
  readonly keptCard?: KeptCardFixture
  /** Answers after which the card may have been charged, beyond those that the suite knows by itself. */
  readonly unclearAnswers: readonly GatewayReply[]
}
