import type { BankScheme, HolderNeed } from '../contracts/bank-account.ts'
import type { GatewayCall, GatewayReply } from '../contracts/gateway-call.ts'
import type { AmountRules } from './amounts.ts'
import type { Outcome } from './outcome.ts'
import type {
  AuthoriseRequest,
  DebitRequest,
  FollowUpRequest,
  ForgetCardRequest,
  InquireFollowUpRequest,
  InquireRequest,
  PayLinkInquiry,
  PayLinkRequest,
  ReverseRequest,
  StoredCardRequest,
  TokeniseRequest,
} from './requests.ts'
import type { SettlementPage, SettlementRequest } from './settlement-lines.ts'
import type { WebhookReader } from './webhook.ts'

/**
 * A connector is a pure conversation with one kind of gateway. It never sees a card: where the card goes, it leaves
 * a slot, and the card process fills it. It opens no socket, reads no clock and throws no business outcome.
 *
 * What a gateway cannot do is left out; the conformance suite holds the rest to its word.
 */
export type Connector = {
  readonly id: string
  readonly facts: ConnectorFacts
  authorise(request: AuthoriseRequest, account: GatewayAccount): Move
  /** Exchanges the card for the gateway's reference to it, without a payment. Ends as `tokenised`. */
  tokenise?(request: TokeniseRequest, account: GatewayAccount): Move
  /**
   * Debits a bank account that the caller has keyed: its digits are slots, like a card's. Where it says `unknown` because
   * of `atTheBank`, the gateway has the order and tells later what came of it. Only where `facts.bankAccounts` says so.
   */
  debit?(request: DebitRequest, account: GatewayAccount): Move
  /** Pays with a card that the gateway keeps. No card process takes part. */
  authoriseStored?(request: StoredCardRequest, account: GatewayAccount): Move
  /**
   * Has the gateway forget a card that it keeps. Ends as `done`, also when it knew none; `unknown` or `not-sent` when it may
   * still have it. May be asked again as often as it takes.
   */
  forget?(request: ForgetCardRequest, account: GatewayAccount): Move
  capture(request: FollowUpRequest, account: GatewayAccount): Move
  void(request: Omit<FollowUpRequest, 'money'>, account: GatewayAccount): Move
  refund(request: FollowUpRequest, account: GatewayAccount): Move
  /** Asks what became of an attempt, by our reference: no answer is ever guessed from silence. */
  inquire(request: InquireRequest, account: GatewayAccount): Move
  /** Asks what became of a capture, void or refund, by our reference to it. Ends as `done`, `declined`, `absent` or `unknown`. */
  inquireFollowUp?(request: InquireFollowUpRequest, account: GatewayAccount): Move
  /**
   * Cancels whatever may have come of an attempt whose answer was lost, by our reference: the way to certainty where
   * a gateway cannot be asked. Nobody is charged by it; a caller who was is given it back.
   */
  reverse?(request: ReverseRequest, account: GatewayAccount): Move
  /** What comes after the reply to `state`'s call. */
  next(state: ConversationState, reply: GatewayReply, account: GatewayAccount): Move
  readonly payLinks?: PayLinkMaker
  readonly webhooks?: WebhookReader
  readonly settlement?: SettlementSource
}

/**
 * The gateway's own hosted page for one payment. Its replies come to the connector's `next` like any others; what the
 * page takes is told by the gateway's webhooks too, under our reference.
 */
export type PayLinkMaker = {
  /** Ends as `link` (open, with its address), `declined`, `not-sent` or `unknown`. */
  create(request: PayLinkRequest, account: GatewayAccount): Move
  /**
   * The same, with the gateway's own component for a page of ours instead of a page of its own: ends with `embed`.
   * Left out where the gateway has none, or our page does not know it.
   */
  createEmbedded?(request: PayLinkRequest, account: GatewayAccount): Move
  /** Ends as `link` (open or expired), `approved` or `unknown`. */
  inquire(request: PayLinkInquiry, account: GatewayAccount): Move
  /** Nobody can pay by it any more. Ends as `inquire` does. Left out where a link stays open until its time is over. */
  expire?(request: PayLinkInquiry & { readonly idempotencyKey: string }, account: GatewayAccount): Move
}

/** Reads a gateway's own account of what it settled, page by page. */
export type SettlementSource = {
  page(request: SettlementRequest, account: GatewayAccount): GatewayCall
  read(reply: GatewayReply): SettlementPage
}

export type ConnectorFacts = {
  /** True when a resend with the same key after a 5xx or a lost answer returns the first outcome. */
  readonly replays5xx: boolean
  /** How long the gateway remembers an idempotency key, in hours; 0 when it has none. */
  readonly windowHours: number
  /**
   * Within what a key is one and the same: used again for another call there, it is refused or answered with the first
   * one's outcome. `company`: all merchant accounts of one company share them. `account`: whoever the API key belongs to,
   * whatever the path. `undocumented`: the gateway does not say, so nothing may rest on it. `none`: it has no keys.
   */
  readonly scope: 'company' | 'account' | 'undocumented' | 'none'
  /**
   * `webhook`: it cannot be asked at all, and tells of its own accord. `nothing`: it does not even tell. `inquire` then
   * always ends as `unknown`, without a call.
   */
  readonly lookupBy: 'our-reference' | 'gateway-reference' | 'webhook' | 'nothing'
  readonly apiVersion: string
  /** Where a call says that it is a mail or telephone order, as a person would look it up. Written only when asked for. */
  readonly motoField?: string
  /** How the gateway writes amounts, where it differs from ISO 4217. */
  readonly amounts?: AmountRules
  /** Of which bank accounts it takes debits, and what it wants to know of their holders beyond their name. */
  readonly bankAccounts?: Readonly<Partial<Record<BankScheme, { readonly needs: readonly HolderNeed[] }>>>
  /** The security code of a kept card can be keyed again and sent with it. */
  readonly storedCsc?: true
  /** False where the gateway keeps cards and its API cannot delete them: the merchant does it on the gateway's own pages. */
  readonly forgets?: false
  /** Names of `GatewayAccount.settings` without which no call can be written. */
  readonly settings?: readonly string[]
  /** False where there is nothing after a charge: capture, void and refund end as `declined`, without a call. */
  readonly followUps?: false
  /** Captures, voids and refunds are only received at first; what came of them is told by webhook. */
  readonly followUpsLater?: boolean
  /** False where the answer to an authorisation does not repeat the amount; an inquiry then does. */
  readonly echoesAmount?: false
  /** How long after sending a reference that cannot be found may be believed to be unknown there, in ms. */
  readonly absenceCountsAfterMs?: number
  /**
   * How long after sending an attempt of unknown outcome is taken back (`reverse`) instead of being asked after any
   * longer, in ms. Never, unless said.
   */
  readonly reverseAfterMs?: number
  /** What its test environment cannot show. */
  readonly sandboxLimits?: string
}

/** One merchant's account at the gateway. The key is in the clear here: control sends it, and nothing logs a call. */
export type GatewayAccount = {
  readonly origin: string
  readonly apiKey: string
  readonly timeoutMs: number
  /** What else the gateway wants to know of the merchant: account names, key ids. Nothing secret. */
  readonly settings?: Readonly<Record<string, string>>
}

/** JSON that the connector wrote for itself: it can be stored between a call and its reply. */
export type ConversationState = {
  readonly connector: string
  readonly at: string
  readonly data: Readonly<Record<string, string | number | boolean>>
}

/**
 * What has to be on the disk before a call leaves: with it, a later process can ask after the payment. It stands with
 * the first call that may move money or before it, so that nothing is charged when it cannot be stored.
 */
export type Checkpoint = { readonly gatewayRef: string }

export type CallMove = {
  readonly do: 'call'
  readonly call: GatewayCall
  readonly carriesCard: boolean
  /** A later call of this conversation needs the card too. Unless said, the card process ends with this call. */
  readonly cardAgain?: true
  readonly checkpoint?: Checkpoint
  readonly state: ConversationState
}

export type Move = CallMove | { readonly do: 'end'; readonly outcome: Outcome }
