import type { z } from 'zod'
import { exhaustive } from '../../base/exhaustive.ts'
import type { LegEnd, LegRole } from '../../contracts/bridge-port.ts'
import type { CallResource } from '../../contracts/desk-port.ts'

/** Why a call ended: kept with its row. */
export type CallEnd =
  | 'caller-hung-up'
  | 'agent-hung-up'
  | 'agent-unreachable'
  | 'ended-by-request'
  /** The flow that served the caller has come to its end. */
  | 'served'
  | 'media-lost'
  | 'bridge-away'

export type LegState = CallResource['caller']
export type Leg = { readonly state: LegState; readonly streamSid: string | null }

/**
 * The signalling and media state of one call.
 *
 *   ringing ──both legs joined──▶ live ──▶ ended
 *      └──────────────────────────────────▶ ended
 *
 * A leg:  ringing ──▶ joined ⇄ reconnecting ──▶ left. A live call stays live while a leg reconnects.
 */
export type CallState = {
  readonly status: CallResource['status']
  readonly caller: Leg
  readonly agent: Leg
  /** True only while the bridge vouches for the mask. */
  readonly masked: boolean
  readonly endedAt: number | null
  readonly because: CallEnd | null
}

export type CallEvent =
  | { readonly type: 'leg-joined'; readonly role: LegRole; readonly streamSid: string }
  | {
      readonly type: 'leg-left'
      readonly role: LegRole
      readonly streamSid: string
      readonly why: z.infer<typeof LegEnd>
      readonly at: number
    }
  | { readonly type: 'bridge-lost' }
  /** The bridge is back, or control is, and these are the streams that it holds of the call. */
  | { readonly type: 'bridge-found'; readonly streams: { readonly [R in LegRole]?: string | undefined } }
  /** An agent is being called for a caller who had none; or they do not come after all. */
  | { readonly type: 'agent-called' }
  | { readonly type: 'agent-missed' }
  | { readonly type: 'mask-reported'; readonly masked: boolean }
  | { readonly type: 'ended'; readonly because: CallEnd; readonly at: number }

const ringing: Leg = { state: 'ringing', streamSid: null }

export const newCall: CallState = {
  status: 'ringing',
  caller: ringing,
  agent: ringing,
  masked: false,
  endedAt: null,
  because: null,
}

/** A call without an agent: there is one leg, and it is live with that. */
export const newSelfService: CallState = { ...newCall, agent: { state: 'left', streamSid: null } }

/** Pure. The same object comes back when nothing changed; nothing changes a call that has ended. */
export function step(state: CallState, event: CallEvent): CallState {
  if (state.status === 'ended') return state
  switch (event.type) {
    case 'leg-joined':
      return settle({ ...state, [event.role]: { state: 'joined', streamSid: event.streamSid } })
    case 'leg-left':
      return legLeft(state, event)
    case 'bridge-lost':
      return withLegs({ ...state, masked: false }, lost(state.caller), lost(state.agent), state)
    case 'bridge-found': {
      const { caller, agent } = event.streams
      return withLegs(state, found(state.caller, caller), found(state.agent, agent), state)
    }
    case 'agent-called':
      return state.agent.state === 'left' ? { ...state, agent: ringing } : state
    case 'agent-missed':
      return state.agent.state === 'ringing' ? { ...state, agent: newSelfService.agent } : state
    case 'mask-reported':
      return state.masked === event.masked ? state : { ...state, masked: event.masked }
    case 'ended':
      return end(state, event.because, event.at)
    default:
      return exhaustive(event)
  }
}

function legLeft(state: CallState, event: Extract<CallEvent, { type: 'leg-left' }>): CallState {
  // A stream that a newer one replaced says its good-bye late: it is no longer this leg's.
  const { streamSid } = state[event.role]
  if (event.why === 'replaced' || (streamSid !== null && streamSid !== event.streamSid)) return state
  if (event.why === 'provider-stopped') {
    // A two-way stream is stopped by its provider only when that party's call is over.
    return end(state, event.role === 'caller' ? 'caller-hung-up' : 'agent-hung-up', event.at)
  }
  return { ...state, [event.role]: { state: 'reconnecting', streamSid: null } }
}

function end(state: CallState, because: CallEnd, at: number): CallState {
  const left: Leg = { state: 'left', streamSid: null }
  return { ...state, status: 'ended', caller: left, agent: left, masked: false, endedAt: at, because }
}

function lost(leg: Leg): Leg {
  return leg.state === 'joined' ? { state: 'reconnecting', streamSid: null } : leg
}

function found(leg: Leg, streamSid: string | undefined): Leg {
  return streamSid === undefined || streamSid === leg.streamSid ? leg : { state: 'joined', streamSid }
}

function withLegs(state: CallState, caller: Leg, agent: Leg, before: CallState): CallState {
  const same = caller === before.caller && agent === before.agent && state.masked === before.masked
  return same ? before : settle({ ...state, caller, agent })
}

function settle(state: CallState): CallState {
  const { caller, agent } = state
  const isAlone = agent.state === 'left' && state.status !== 'ended'
  const complete = caller.state === 'joined' && (agent.state === 'joined' || isAlone)
  return complete ? { ...state, status: 'live' } : state
}
