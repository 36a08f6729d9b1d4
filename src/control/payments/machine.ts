import { exhaustive } from '../../base/exhaustive.ts'
import type { ShownBrand } from '../../contracts/card.ts'
import type { PayLinkView } from '../../contracts/pay-links.ts'
import type { DeclineReason, PaymentEventType, PaymentStatus } from '../../contracts/payment-events.ts'
import {
  type Approval,
  type OperationEffect,
  type OperationFact,
  type OperationOrder,
  type OperationRefusal,
  openBooks,
  type PaidState,
  stepBooks,
} from './books.ts'

/**
 * A payment, from the amount to the outcome. Pure: no clock, no row, no gateway.
 *
 *   created ──armed──▶ collecting ──collected──▶ ready ──confirmed──▶ authorising ──▶ authorised | captured
 *      ▲  ▲                │  ▲                    │                    │    │
 *      │  └─collection ended┘ └──armed (another card)── declined ◀──────┘    └──▶ unknown ──inquired──▶ authorised
 *      └───────────collection ended────────────────┘       ▲                       │  ▲            | captured
 *                                                          └───────────────────────┘  └─ again      | declined
 *
 *   created, declined ──link ordered──▶ linked ──paid──▶ authorised | captured
 *                                          └──expired, withdrawn, never made──▶ created | declined
 *   created, declined ──charged (a kept card, nothing is collected)──▶ authorising
 *   created, collecting, ready, declined ──▶ cancelled | expired
 *
 * A collection that ends without a card takes a payment back to where it was: created, or declined when an earlier
 * card was. From `authorised` and `captured` on it is the money that moves, by captures, voids and refunds: see
 * `books.ts`. Monotonic: no approved payment goes back, `cancelled` and `expired` are never left, a fact that comes late or
 * twice changes nothing, and a fact about an attempt counts for that attempt only. Orders that make no sense in a
 * state are refused with the state's name.
 */
export type PaymentState =
  | { readonly at: 'created'; readonly link?: LinkEnd }
  | { readonly at: 'collecting'; readonly declined: Decline | null }
  | { readonly at: 'ready'; readonly card: ShownCard; readonly declined: Decline | null }
  /** `card`: of a kept card, which no collection has told of. */
  | { readonly at: 'authorising'; readonly attemptId: string; readonly card?: ShownCard }
  | { readonly at: 'unknown'; readonly attemptId: string }
  | {
      readonly at: 'linked'
      readonly attemptId: string
      readonly link: PayLinkView
      readonly declined: Decline | null
    }
  | PaidState
  | { readonly at: 'declined'; readonly declined: Decline; readonly link?: LinkEnd }
  | { readonly at: 'cancelled' | 'expired' }

/** What became of the link that led back here. */
export type LinkEnd = 'expired' | 'withdrawn' | 'failed'

/** What is learnt of an open link. */
export type LinkChange = Partial<Pick<PayLinkView, 'state' | 'url' | 'delivery' | 'expiresAt' | 'openedAt'>>

/** What is kept of a card, or of a bank account. */
export type ShownCard = { readonly brand: ShownBrand; readonly last4: string }

export type Decline = {
  readonly reason: DeclineReason
  readonly gatewayCode: string
  readonly retry: 'same-card' | 'other-card' | 'pay-link' | 'never'
  readonly card: ShownCard
}

/** Orders come from people and their systems, and can be refused. */
export type PaymentOrder =
  | { readonly type: 'armed' }
  | { readonly type: 'confirmed'; readonly attemptId: string }
  /** The caller agrees that the card is kept: until it is sent. */
  | { readonly type: 'keep-agreed' }
  /** Pay with a card that the gateway keeps. */
  /** The caller pays at the gateway's own page. A collection was ended before. */
  | { readonly type: 'link-ordered'; readonly attemptId: string; readonly link: PayLinkView }
  | { readonly type: 'charged'; readonly attemptId: string; readonly card: ShownCard }
  | { readonly type: 'cancelled' }
  | { readonly type: 'expired' }
  | OperationOrder

/** Facts have happened. One that does not fit any more is passed over. */
export type PaymentFact =
  | { readonly type: 'collected'; readonly card: ShownCard }
  | { readonly type: 'collection-ended' }
  | {
      readonly type: 'approved'
      readonly attemptId: string
      readonly captured: boolean
      readonly approval: Approval
      /** Of a card that nobody keyed here. */
      readonly card?: ShownCard
    }
  | { readonly type: 'declined'; readonly attemptId: string; readonly declined: Decline }
  | { readonly type: 'uncertain'; readonly attemptId: string }
  | { readonly type: 'link-changed'; readonly attemptId: string; readonly change: LinkChange }
  /** Nobody can pay by it any more, and nobody has: by the gateway's word. */
  | { readonly type: 'link-ended'; readonly attemptId: string; readonly why: LinkEnd }
  | OperationFact

export type PaymentInput = PaymentOrder | PaymentFact

export type PaymentEffect =
  | { readonly do: 'collect' }
  | { readonly do: 'end-collection' }
  /** The attempt's row is written with the new state; only then is anything sent. */
  | { readonly do: 'authorise'; readonly attemptId: string; readonly card: ShownCard }
  /** The same, with a card that the gateway keeps. */
  | { readonly do: 'charge'; readonly attemptId: string; readonly card: ShownCard }
  | { readonly do: 'make-link'; readonly attemptId: string }
  | { readonly do: 'inquire'; readonly attemptId: string }
  /** The merchant is told, through the outbox. */
  | { readonly do: 'tell'; readonly event: PaymentEventType }
  | OperationEffect

export type PaymentStep = {
  readonly state: PaymentState
  readonly effects: readonly PaymentEffect[]
  /** Present when the input was an order that is impossible here. */
  readonly refused?: Refused
}

export type Refused = {
  readonly order: PaymentOrder['type']
  readonly at: PaymentStatus
  /** Of captures, voids and refunds: what stands in their way. */
  readonly because?: OperationRefusal
}

export function step(state: PaymentState, input: PaymentInput): PaymentStep {
  switch (input.type) {
    case 'armed':
      if (state.at === 'created') return to({ at: 'collecting', declined: null }, { do: 'collect' })
      if (state.at === 'declined')
        return to({ at: 'collecting', declined: state.declined }, { do: 'collect' })
      return refuse(state, input)
    case 'collected':
      if (state.at !== 'collecting') return stay(state)
      return to({ at: 'ready', card: input.card, declined: state.declined })
    case 'collection-ended':
      if (state.at !== 'collecting' && state.at !== 'ready') return stay(state)
      return to(state.declined ? { at: 'declined', declined: state.declined } : { at: 'created' })
    case 'confirmed': {
      if (state.at !== 'ready') return refuse(state, input)
      const { attemptId } = input
      return to({ at: 'authorising', attemptId }, { do: 'authorise', attemptId, card: state.card })
    }
    case 'keep-agreed':
      return isBeforeSending(state) ? to({ ...state }) : refuse(state, input)
    case 'charged': {
      if (state.at !== 'created' && state.at !== 'declined') return refuse(state, input)
      const { attemptId, card } = input
      return to({ at: 'authorising', attemptId, card }, { do: 'charge', attemptId, card })
    }
    case 'link-ordered': {
      if (state.at !== 'created' && state.at !== 'declined') return refuse(state, input)
      const { attemptId, link } = input
      const declined = state.at === 'declined' ? state.declined : null
      return to({ at: 'linked', attemptId, link, declined }, { do: 'make-link', attemptId })
    }
    case 'link-changed':
    case 'link-ended':
      return onLink(state, input)
    case 'approved':
    case 'declined':
    case 'uncertain':
      return afterAttempt(state, input)
    case 'cancelled':
    case 'expired':
      return giveUp(state, input)
    case 'operation-ordered':
    case 'operation-done':
    case 'operation-pending':
    case 'operation-failed':
    case 'operation-uncertain':
      return onBooks(state, input)
    default:
      return exhaustive(input)
  }
}

function isBeforeSending({ at }: PaymentState): boolean {
  return at === 'created' || at === 'collecting' || at === 'ready' || at === 'declined'
}

type LinkFact = Extract<PaymentFact, { readonly type: 'link-changed' | 'link-ended' }>
type AttemptFact = Exclude<Extract<PaymentFact, { readonly attemptId: string }>, LinkFact>

function afterAttempt(state: PaymentState, fact: AttemptFact): PaymentStep {
  // On the gateway's page a declined card is not the end: the caller tries another one there.
  const isLinked = state.at === 'linked' && fact.type === 'approved'
  const isWaited = state.at === 'authorising' || state.at === 'unknown' || isLinked
  if (!isWaited || state.attemptId !== fact.attemptId) return stay(state)
  const { attemptId } = fact
  switch (fact.type) {
    case 'approved': {
      const at = fact.captured ? 'captured' : 'authorised'
      const approval = fact.card ? { ...fact.approval, card: fact.card } : fact.approval
      return to(openBooks(at, approval), { do: 'tell', event: `payment.${at}` })
    }
    case 'declined':
      return to({ at: 'declined', declined: fact.declined }, { do: 'tell', event: 'payment.declined' })
    case 'uncertain':
      if (state.at === 'unknown') return stay(state)
      return to(
        { at: 'unknown', attemptId },
        { do: 'tell', event: 'payment.unknown' },
        { do: 'inquire', attemptId },
      )
    default:
      return exhaustive(fact)
  }
}

/** Opened stays opened, and what is told twice changes nothing. */
function onLink(state: PaymentState, fact: LinkFact): PaymentStep {
  if (state.at !== 'linked' || state.attemptId !== fact.attemptId) return stay(state)
  if (fact.type === 'link-ended') {
    const { why: link } = fact
    return to(state.declined ? { at: 'declined', declined: state.declined, link } : { at: 'created', link })
  }
  const { change } = fact
  if (change.state === 'opened' && state.link.state === 'opened') return stay(state)
  if (change.state === 'open' && state.link.state === 'opened') return stay(state)
  return to({ ...state, link: { ...state.link, ...change } })
}

function onBooks(state: PaymentState, input: OperationOrder | OperationFact): PaymentStep {
  const order = input.type === 'operation-ordered'
  if (!isPaid(state)) return order ? refuse(state, input) : stay(state)
  const { refused, ...next } = stepBooks(state, input)
  return order && refused ? { ...next, refused: { ...refusedAt(state, input), because: refused } } : next
}

export function isPaid(state: PaymentState): state is PaidState {
  return 'books' in state
}

function giveUp(state: PaymentState, order: { readonly type: 'cancelled' | 'expired' }): PaymentStep {
  const tell = { do: 'tell', event: `payment.${order.type}` } as const
  switch (state.at) {
    case 'created':
    case 'declined':
      return to({ at: order.type }, tell)
    case 'collecting':
    case 'ready':
      return to({ at: order.type }, { do: 'end-collection' }, tell)
    default:
      return refuse(state, order)
  }
}

function to(state: PaymentState, ...effects: PaymentEffect[]): PaymentStep {
  return { state, effects }
}

function stay(state: PaymentState): PaymentStep {
  return { state, effects: [] }
}

function refuse(state: PaymentState, order: PaymentOrder): PaymentStep {
  return { state, effects: [], refused: refusedAt(state, order) }
}

function refusedAt(state: PaymentState, order: PaymentOrder): Refused {
  return { order: order.type, at: state.at }
}
