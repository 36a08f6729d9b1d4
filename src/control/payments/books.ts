import { exhaustive } from '../../base/exhaustive.ts'
import type { ShownBrand } from '../../contracts/card.ts'
import type { OperationFacts, OperationKind } from '../../contracts/operations.ts'
import type { PaymentEventType } from '../../contracts/payment-events.ts'

/**
 * The money of an approved payment. Pure: no clock, no row, no gateway.
 *
 *   authorised ──capture──▶ captured ──refund──▶ partly-refunded ──refund──▶ refunded
 *       │                      │    └───────────────refund──────────────────────▲
 *       └────────void──────────┴──▶ voided                (of captured money: until the gateway settles it)
 *
 * and each operation by itself:
 *
 *   ordered ──▶ open ──▶ done | failed
 *                │ └───▶ pending ──▶ done | failed        (received; a webhook tells)
 *                └─────▶ unknown ──▶ done | failed | pending
 *
 * One operation at a time: the next order waits until the last is known. Only refunds that the gateway has received
 * stand aside; their amounts stay reserved, so that what is refunded never comes to more than what was captured.
 * One capture for each payment; what it leaves is released by the gateway. `voided` and `refunded` are never left.
 */
export type PaidStatus = 'authorised' | 'captured' | 'partly-refunded' | 'refunded' | 'voided'

export type Approval = {
  readonly gatewayRef: string
  readonly authCode: string | null
  /** What was authorised, in minor units. */
  readonly amountMinor: number
  /** Of a card that nobody keyed here: who paid by a link. */
  readonly card?: { readonly brand: ShownBrand; readonly last4: string }
}

/** An operation whose outcome is not known yet. */
export type LiveOperation = {
  readonly id: string
  readonly kind: OperationKind
  readonly amountMinor: number
  readonly state: 'open' | 'unknown' | 'pending'
}

export type Books = {
  readonly capturedMinor: number
  readonly refundedMinor: number
  readonly live: readonly LiveOperation[]
}

export type PaidState = { readonly at: PaidStatus; readonly approval: Approval; readonly books: Books }

export type OperationOrder = {
  readonly type: 'operation-ordered'
  readonly operationId: string
  readonly kind: OperationKind
  /** All that can be, unless told. A void has no amount of its own. */
  readonly amountMinor?: number
}

export type OperationFact = {
  readonly type: 'operation-done' | 'operation-pending' | 'operation-failed' | 'operation-uncertain'
  readonly operationId: string
}

export type OperationEffect =
  /** The operation's row is written with the new state; only then is anything sent. */
  | { readonly do: 'operate'; readonly operation: LiveOperation }
  | { readonly do: 'resolve'; readonly operation: LiveOperation }
  | { readonly do: 'tell'; readonly event: PaymentEventType; readonly operation: OperationFacts }

/** Why an order was refused. */
export type OperationRefusal = 'state' | 'under-way' | 'unknown' | 'amount'

export type BooksStep = {
  readonly state: PaidState
  readonly effects: readonly OperationEffect[]
  readonly refused?: OperationRefusal
}

export function openBooks(at: 'authorised' | 'captured', approval: Approval): PaidState {
  const capturedMinor = at === 'captured' ? approval.amountMinor : 0
  return { at, approval, books: { capturedMinor, refundedMinor: 0, live: [] } }
}

export function stepBooks(state: PaidState, input: OperationOrder | OperationFact): BooksStep {
  if (input.type === 'operation-ordered') return order(state, input)
  const operation = state.books.live.find(({ id }) => id === input.operationId)
  if (!operation) return stay(state)
  switch (input.type) {
    case 'operation-done':
      return done(state, operation)
    case 'operation-failed':
      return told(close(state, operation), 'payment.operation-failed', { ...operation, state: 'failed' })
    case 'operation-pending': {
      if (operation.state === 'pending') return stay(state)
      const pending = { ...operation, state: 'pending' } as const
      return told(replace(state, pending), 'payment.operation-pending', pending)
    }
    case 'operation-uncertain': {
      if (operation.state !== 'open') return stay(state)
      const unknown = { ...operation, state: 'unknown' } as const
      const next = told(replace(state, unknown), 'payment.operation-unknown', unknown)
      return { ...next, effects: [...next.effects, { do: 'resolve', operation: unknown }] }
    }
    default:
      return exhaustive(input)
  }
}

function order(state: PaidState, input: OperationOrder): BooksStep {
  const refused = whyNot(state, input)
  if (refused) return { ...stay(state), refused }
  const { operationId: id, kind, amountMinor = mostOf(state, kind) } = input
  const operation: LiveOperation = { id, kind, amountMinor, state: 'open' }
  const books = { ...state.books, live: [...state.books.live, operation] }
  return { state: { ...state, books }, effects: [{ do: 'operate', operation }] }
}

function whyNot(state: PaidState, { kind, amountMinor }: OperationOrder): OperationRefusal | undefined {
  const { live } = state.books
  if (!fits(state, kind)) return 'state'
  if (live.some((operation) => operation.state === 'unknown')) return 'unknown'
  // A refund that is pending leaves room for others, but nothing can be undone under it.
  if (live.some((operation) => operation.kind !== 'refund' || operation.state === 'open' || kind === 'void'))
    return 'under-way'
  const most = mostOf(state, kind)
  if (most < 1 || (amountMinor !== undefined && (amountMinor < 1 || amountMinor > most))) return 'amount'
  return undefined
}

function fits({ at }: PaidState, kind: OperationKind): boolean {
  if (kind === 'capture') return at === 'authorised'
  if (kind === 'void') return at === 'authorised' || at === 'captured'
  return at === 'captured' || at === 'partly-refunded'
}

/** The largest amount that the operation can have now. */
function mostOf({ at, approval, books }: PaidState, kind: OperationKind): number {
  if (kind === 'capture' || (kind === 'void' && at === 'authorised')) return approval.amountMinor
  const reserved = books.live.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  return books.capturedMinor - books.refundedMinor - reserved
}

function done(state: PaidState, operation: LiveOperation): BooksStep {
  const closed = close(state, operation)
  const facts = { ...operation, state: 'done' } as const
  const { books } = closed
  switch (operation.kind) {
    case 'capture': {
      const captured = { ...books, capturedMinor: operation.amountMinor }
      return told({ ...closed, at: 'captured', books: captured }, 'payment.captured', facts)
    }
    case 'void':
      return told({ ...closed, at: 'voided', books: { ...books, capturedMinor: 0 } }, 'payment.voided', facts)
    case 'refund': {
      const refundedMinor = books.refundedMinor + operation.amountMinor
      const at = refundedMinor === books.capturedMinor ? 'refunded' : 'partly-refunded'
      return told({ ...closed, at, books: { ...books, refundedMinor } }, 'payment.refunded', facts)
    }
    default:
      return exhaustive(operation.kind)
  }
}

function close(state: PaidState, { id }: LiveOperation): PaidState {
  const live = state.books.live.filter((operation) => operation.id !== id)
  return { ...state, books: { ...state.books, live } }
}

function replace(state: PaidState, changed: LiveOperation): PaidState {
  const live = state.books.live.map((operation) => (operation.id === changed.id ? changed : operation))
  return { ...state, books: { ...state.books, live } }
}

function told(state: PaidState, event: PaymentEventType, operation: OperationFacts): BooksStep {
  return { state, effects: [{ do: 'tell', event, operation }] }
}

function stay(state: PaidState): BooksStep {
  return { state, effects: [] }
}
