import type {
  CallResource,
  DeskEvent,
  PaymentResource,
  Problem,
  SessionResource,
} from '../contracts/desk-port.ts'
import {
  type Lookup,
  type LookupAction,
  nothingLookedUp,
  reduceLookup,
  withPayment as seen,
} from './lookup.ts'

/** What the agent asked for last and is not yet answered, or was refused. One at a time: the desk waits for it. */
export type IntentName =
  | 'log-in'
  | 'log-out'
  | 'take-payment'
  | 'arm'
  | 'clear-field'
  | 'another-card'
  | 'extend'
  | 'confirm'
  | 'cancel'
  | 'search'
  | 'open-record'
  | 'capture'
  | 'void'
  | 'refund'

/** A refusal that is shown until the next intent. `problem` null: no readable answer came. */
export type Refusal = { readonly intent: IntentName; readonly problem: Problem | null }

/**
 * The event stream. `checking`: it is open again, but whether what the desk shows is still true has not been
 * confirmed. Only `live` lets the light be green.
 */
export type StreamState = 'connecting' | 'checking' | 'live' | 'lost'

export type Platform = { readonly vault: 'up' | 'down'; readonly bridge: 'up' | 'down' }

export type DeskState = {
  /** `undefined` until the server has said whether there is a session. */
  readonly session: SessionResource | null | undefined
  /** True when a session ended that the agent did not end. */
  readonly sessionLost: boolean
  readonly stream: StreamState
  /** Null until the platform has said so. */
  readonly platform: Platform | null
  readonly calls: ReadonlyMap<string, CallResource>
  readonly payments: ReadonlyMap<string, PaymentResource>
  readonly selectedCallId: string | null
  /** Payments whose result the agent has put away. */
  readonly putAway: ReadonlySet<string>
  readonly underWay: ReadonlySet<IntentName>
  readonly refusal: Refusal | null
  readonly lookup: Lookup
  /** The page about the gateways is open, above the calls. */
  readonly statusOpen: boolean
}

export type DeskAction =
  | { readonly type: 'logged-in'; readonly session: SessionResource }
  | { readonly type: 'logged-out'; readonly lost: boolean }
  | { readonly type: 'stream'; readonly stream: StreamState }
  /** From the event stream. */
  | { readonly type: 'event'; readonly event: DeskEvent }
  /**
   * A payment as a request answered it. `held` is what the desk held when it asked: when an event has come since,
   * the event is newer and stays.
   */
  | {
      readonly type: 'payment-read'
      readonly payment: PaymentResource
      readonly held: PaymentResource | undefined
    }
  | { readonly type: 'call-selected'; readonly callId: string }
  /** An ended call that is no longer looked at. */
  | { readonly type: 'call-closed'; readonly callId: string }
  | { readonly type: 'result-put-away'; readonly paymentId: string }
  | LookupAction
  | { readonly type: 'status-toggled' }
  | { readonly type: 'intent-sent'; readonly intent: IntentName }
  | { readonly type: 'intent-done'; readonly intent: IntentName }
  | { readonly type: 'intent-refused'; readonly intent: IntentName; readonly problem: Problem | null }

export const firstState: DeskState = {
  session: undefined,
  sessionLost: false,
  stream: 'connecting',
  platform: null,
  calls: new Map(),
  payments: new Map(),
  selectedCallId: null,
  putAway: new Set(),
  underWay: new Set(),
  refusal: null,
  lookup: nothingLookedUp,
  statusOpen: false,
}

/**
 * All that the desk shows, as one pure function of what happened.
 *
 *   session:  undefined → (null ⇄ agent)
 *   stream:   connecting → live → lost → checking → live
 */
export function reduce(state: DeskState, action: DeskAction): DeskState {
  switch (action.type) {
    case 'logged-in':
      return { ...firstState, session: action.session }
    case 'logged-out':
      return { ...firstState, session: null, sessionLost: action.lost }
    case 'stream':
      return { ...state, stream: action.stream }
    case 'event':
      return onEvent(state, action.event)
    case 'payment-read':
      if (state.payments.get(action.payment.id) !== action.held) return state
      return withPayment(state, action.payment)
    case 'call-selected':
      return {
        ...state,
        selectedCallId: action.callId,
        refusal: null,
        lookup: { ...state.lookup, open: null },
      }
    case 'call-closed':
      return closeCall(state, action.callId)
    case 'result-put-away': {
      const next = { ...state, putAway: new Set([...state.putAway, action.paymentId]), refusal: null }
      const callId = state.payments.get(action.paymentId)?.callId
      return callId === undefined || paymentOf(next, callId) ? next : closeCall(next, callId)
    }
    case 'found':
    case 'record-read':
    case 'record-closed':
      return { ...state, lookup: reduceLookup(state.lookup, action) }
    case 'status-toggled':
      return { ...state, statusOpen: !state.statusOpen }
    case 'intent-sent':
      return { ...state, underWay: new Set([...state.underWay, action.intent]), refusal: null }
    case 'intent-done':
      return { ...state, underWay: without(state.underWay, action.intent) }
    case 'intent-refused':
      return {
        ...state,
        underWay: without(state.underWay, action.intent),
        refusal: { intent: action.intent, problem: action.problem },
      }
  }
}

function onEvent(state: DeskState, event: DeskEvent): DeskState {
  switch (event.type) {
    case 'reset':
      // What follows is the state as it is now. The selection stays, so that the agent does not lose the place.
      return { ...state, calls: new Map(), payments: new Map(), platform: null }
    case 'platform':
      return { ...state, platform: { vault: event.vault, bridge: event.bridge } }
    case 'call':
      return withCall(state, event.call)
    case 'payment':
      return withPayment(state, event.payment)
  }
}

function withCall(state: DeskState, call: CallResource): DeskState {
  const calls = new Map(state.calls).set(call.id, call)
  for (const [id, other] of calls) {
    if (other.status === 'ended' && id !== call.id && id !== state.selectedCallId) calls.delete(id)
  }
  const selected = state.selectedCallId === null ? undefined : state.calls.get(state.selectedCallId)
  // A call that comes to an idle desk opens by itself; it never takes the place of one that is being worked on.
  const idle = !selected || (selected.status === 'ended' && paymentOf(state, selected.id) === undefined)
  const selectedCallId = idle && call.status !== 'ended' ? call.id : state.selectedCallId
  return { ...state, calls, selectedCallId }
}

/** Leaves a call that has ended, and forgets it; one that goes on stays where it is. */
function closeCall(state: DeskState, callId: string): DeskState {
  if (state.calls.get(callId)?.status !== 'ended') return state
  const calls = new Map(state.calls)
  calls.delete(callId)
  const selectedCallId = state.selectedCallId === callId ? null : state.selectedCallId
  return { ...state, calls, selectedCallId, refusal: null }
}

function withPayment(state: DeskState, payment: PaymentResource): DeskState {
  const payments = new Map(state.payments).set(payment.id, payment)
  return { ...state, payments, lookup: seen(state.lookup, payment) }
}

function without<T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> {
  const next = new Set(set)
  next.delete(item)
  return next
}

/**
 * The payment that a call's panel shows, of those that have not been put away: the one whose card is being taken,
 * else the newest that a card was asked for, else the newest. Two desks, or a desk and the merchant's own system, can
 * have created one each; the one that waits must not hide the other's light or result.
 */
export function paymentOf(state: DeskState, callId: string): PaymentResource | undefined {
  let shown: PaymentResource | undefined
  for (const payment of state.payments.values()) {
    if (payment.callId !== callId || state.putAway.has(payment.id)) continue
    if (!shown || comesBefore(payment, shown)) shown = payment
  }
  return shown
}

function comesBefore(one: PaymentResource, other: PaymentResource): boolean {
  const difference = progressOf(one) - progressOf(other)
  // Ids sort by age.
  return difference > 0 || (difference === 0 && one.id > other.id)
}

function progressOf({ status, collection }: PaymentResource): number {
  if (status === 'collecting' || status === 'ready' || status === 'authorising') return 2
  return status === 'created' && collection === null ? 0 : 1
}

/**
 * The record that the desk shows in the place of the call: none while a card is being taken there, whose light must
 * never be out of sight.
 */
export function recordShown(state: DeskState): PaymentResource | null {
  const { selectedCallId, lookup } = state
  const payment = selectedCallId === null ? undefined : paymentOf(state, selectedCallId)
  return payment && progressOf(payment) === 2 ? null : lookup.open
}

/** Calls of the list: those going on, oldest first, and the selected one while it is looked at. */
export function listedCalls(state: DeskState): CallResource[] {
  return [...state.calls.values()]
    .filter((call) => call.status !== 'ended' || call.id === state.selectedCallId)
    .sort((a, b) => a.startedAt - b.startedAt)
}

/** Payments of ended calls whose outcome is still open: somebody must not take them again. */
export function openOutcomes(state: DeskState): PaymentResource[] {
  return [...state.payments.values()].filter((payment) => {
    const call = state.calls.get(payment.callId)
    return payment.status === 'unknown' && (!call || call.status === 'ended')
  })
}
