import type { Money } from '../../src/base/money.ts'
import type { GatewayAccount } from '../../src/connectors/connector.ts'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { DeclineReason } from '../../src/contracts/payment-events.ts'

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
  /** Carries out a capture, void or refund of `gatewayRef`. */
  | { readonly do: 'accept'; readonly gatewayRef: string; readonly money: Money }
  /** Refuses a capture, void or refund because it is too late for it. */
  | { readonly do: 'refuse' }
  | { readonly do: 'find-nothing' }
  /** Has it under way, and cannot say yet. */
  | { readonly do: 'find-pending'; readonly money: Money; readonly ourReference: string }

/** What the suite must know of one gateway to put its connector through the same mill as all the others. */
export type ConformanceFixture = {
  readonly account: GatewayAccount
  /** The gateway's answer to one call of a conversation, in its own words. */
  readonly answer: (call: GatewayCall, scenario: Scenario) => GatewayReply
  /** Whether this call, once received, may reserve, take or give back money. */
  readonly movesMoney: (call: GatewayCall) => boolean
  readonly idempotencyKeyOf: (call: GatewayCall) => string | undefined
  /** The amount as the gateway will read it out of the call. */
  readonly moneyOf: (call: GatewayCall) => Money | undefined
  /** The gateway's code for every reason that it can tell. `other` is a code that nobody knows. */
  readonly declineCodes: Partial<Readonly<Record<DeclineReason, string>>> & { readonly other: string }
  /** Answers after which the card may have been charged, beyond those that the suite knows by itself. */
  readonly unclearAnswers: readonly GatewayReply[]
}
