import { exhaustive } from '../../base/exhaustive.ts'
import type { KeyedField } from '../../contracts/card.ts'
import type { CollectionEnd, CollectionLimits } from '../../contracts/vault-port.ts'
import type { CardEvent } from '../card-messages.ts'
import type { Judgement } from './judgement.ts'

export type Plan = { readonly fields: readonly KeyedField[]; readonly limits: CollectionLimits }

export type Collecting = {
  readonly at: 'collecting'
  readonly plan: Plan
  /** Which of the plan's fields is asked for. */
  readonly index: number
  readonly length: number
  /** Of the digits held; null while there are none. */
  readonly judgement: Judgement | null
  /** The last key was `*`: another one cancels. */
  readonly starred: boolean
  readonly digitDueMs: number
  readonly wholeDueMs: number
  /** The caller is on hold since: nothing runs out. Null: not on hold. */
  readonly suspendedAtMs: number | null
}

export type State =
  | Collecting
  | { readonly at: 'collected'; readonly wholeDueMs: number }
  | { readonly at: 'sending'; readonly last: boolean; readonly wholeDueMs: number }
  | { readonly at: 'ended'; readonly why: CollectionEnd | 'finished' }

export type Event =
  | { readonly type: 'digit'; readonly length: number; readonly judgement: Judgement; readonly brand?: Brand }
  | { readonly type: 'star' }
  | { readonly type: 'hash' }
  /** Time has passed; look at the deadlines. */
  | { readonly type: 'tick' }
  | { readonly type: 'clear-field'; readonly field: KeyedField }
  | { readonly type: 'restart' }
  | { readonly type: 'extend'; readonly byMs: number }
  /** The caller was put on hold, or is back. */
  | { readonly type: 'suspend'; readonly suspended: boolean }
  | { readonly type: 'send-began'; readonly last: boolean }
  /** `spent`: the request may have reached the gateway. */
  | { readonly type: 'send-ended'; readonly spent: boolean }
  | { readonly type: 'stopped'; readonly why: CollectionEnd }

type Brand = NonNullable<Extract<CardEvent, { type: 'field-progressed' }>['brand']>

export type Effect =
  | { readonly do: 'tell'; readonly event: Exclude<CardEvent, { type: 'collected' | 'deadline-moved' }> }
  | { readonly do: 'tell-deadline'; readonly dueMs: number }
  /** Zeroes these fields. */
  | { readonly do: 'empty'; readonly fields: readonly KeyedField[] }
  /** All fields are valid: close the digits, tell brand and last four. */
  | { readonly do: 'seal' }
  /** Zeroes everything, tells why, exits. */
  | { readonly do: 'end'; readonly why: CollectionEnd | 'finished' }

export type Step = { readonly state: State; readonly effects: readonly Effect[] }

/** The agent is told until when, and the first field is asked for. `nowMs` is monotonic, here as in `step`. */
export function begin(plan: Plan, nowMs: number): Step {
  const wholeDueMs = nowMs + plan.limits.wholeMs
  const asked = ask({ plan, wholeDueMs, suspendedAtMs: null }, 0, nowMs)
  return { state: asked.state, effects: [{ do: 'tell-deadline', dueMs: wholeDueMs }, ...asked.effects] }
}

/**
 * The collection of one card, field by field. Pure: no clock, no socket, no digit; of a digit it sees what the
 * rules made of it.
 *
 *              digit · # · silence: valid              last field valid         send-began
 *   collecting ──────────────────────▶ next field … ─────────────────▶ collected ────────▶ sending
 *     ▲   │ invalid, `*`, clear-field: emptied, asked again               ▲                   │
 *     └───┘                                                              └───────────────────┤ not sent, or not the last
 *   `**`, a time limit, discard, control lost, from anywhere ──▶ ended ◀──────────────────────┘ spent, and the last
 *
 * While the caller is on hold nothing runs out. The time limit of the whole collection also bounds how long a collected card waits; it rests during a send.
 */
export function step(state: State, event: Event, nowMs: number): Step {
  if (state.at === 'ended') return { state, effects: [] }
  if (event.type === 'stopped') return end(event.why)
  switch (state.at) {
    case 'collecting':
      return stepCollecting(state, event, nowMs)
    case 'collected':
      return stepCollected(state, event, nowMs)
    case 'sending':
      if (event.type === 'extend') return extend(state, event.byMs)
      if (event.type !== 'send-ended') return { state, effects: [] }
      if (state.last && event.spent) return end('finished')
      return { state: { at: 'collected', wholeDueMs: state.wholeDueMs }, effects: [] }
    default:
      return exhaustive(state)
  }
}

/** When `step` wants its next tick; undefined for never. */
export function nextDueMs(state: State): number | undefined {
  if (state.at === 'collecting') {
    return state.suspendedAtMs === null ? Math.min(state.digitDueMs, state.wholeDueMs) : undefined
  }
  return state.at === 'collected' ? state.wholeDueMs : undefined
}

function stepCollecting(state: Collecting, event: Event, nowMs: number): Step {
  const field = state.plan.fields[state.index]!
  switch (event.type) {
    case 'digit': {
      const { length, judgement, brand } = event
      const digitDueMs = nowMs + state.plan.limits.betweenDigitsMs
      const kept: Collecting = { ...state, length, judgement, starred: false, digitDueMs }
      const progressed = brand
        ? { type: 'field-progressed' as const, field, length, brand }
        : { type: 'field-progressed' as const, field, length }
      const told: Step = { state: kept, effects: [{ do: 'tell', event: progressed }] }
      return judgement.ends ? after(told, finishField(kept, nowMs)) : told
    }
    case 'hash':
      // A caller's habit: `#` after a field that ended by itself belongs to that one.
      return finishField({ ...state, starred: false }, nowMs)
    case 'star':
      if (state.starred) return end('caller-cancelled')
      return clear(state, state.index, 'caller', nowMs)
    case 'tick':
      return tick(state, nowMs)
    case 'clear-field': {
      const index = state.plan.fields.indexOf(event.field)
      // What was not asked for yet is empty already.
      return index < 0 || index > state.index ? { state, effects: [] } : clear(state, index, 'agent', nowMs)
    }
    case 'restart':
      return clear(state, 0, 'agent', nowMs)
    case 'suspend':
      return event.suspended ? suspend(state, nowMs) : resume(state, nowMs)
    case 'extend':
      return extend({ ...state, digitDueMs: state.digitDueMs + event.byMs }, event.byMs)
    default:
      return { state, effects: [] }
  }
}

function stepCollected(state: Extract<State, { at: 'collected' }>, event: Event, nowMs: number): Step {
  if (event.type === 'send-began') {
    return { state: { at: 'sending', last: event.last, wholeDueMs: state.wholeDueMs }, effects: [] }
  }
  if (event.type === 'tick' && nowMs >= state.wholeDueMs) return end('whole-timeout')
  return event.type === 'extend' ? extend(state, event.byMs) : { state, effects: [] }
}

function suspend(state: Collecting, nowMs: number): Step {
  if (state.suspendedAtMs !== null) return { state, effects: [] }
  const told: Effect = { do: 'tell', event: { type: 'suspended', suspended: true } }
  return { state: { ...state, suspendedAtMs: nowMs }, effects: [told] }
}

/** Back on the line, the caller gets the time for a first digit, in the middle of a field, too. */
function resume(state: Collecting, nowMs: number): Step {
  if (state.suspendedAtMs === null) return { state, effects: [] }
  const wholeDueMs = wholeDueOf(state, nowMs)
  const digitDueMs = nowMs + state.plan.limits.firstDigitMs
  const told: Effect = { do: 'tell', event: { type: 'suspended', suspended: false } }
  return {
    state: { ...state, wholeDueMs, digitDueMs, suspendedAtMs: null },
    effects: [{ do: 'tell-deadline', dueMs: wholeDueMs }, told],
  }
}

/** The whole limit, as if the hold ended now. */
function wholeDueOf({ wholeDueMs, suspendedAtMs }: Collecting, nowMs: number): number {
  return suspendedAtMs === null ? wholeDueMs : wholeDueMs + nowMs - suspendedAtMs
}

function tick(state: Collecting, nowMs: number): Step {
  if (state.suspendedAtMs !== null) return { state, effects: [] }
  if (nowMs >= state.wholeDueMs) return end('whole-timeout')
  if (nowMs < state.digitDueMs) return { state, effects: [] }
  if (state.judgement?.endsBySilence) return finishField(state, nowMs)
  return end(state.length === 0 ? 'first-digit-timeout' : 'between-digits-timeout')
}

function finishField(state: Collecting, nowMs: number): Step {
  const { plan, index, judgement, length } = state
  if (!judgement) return { state, effects: [] }
  const field = plan.fields[index]!
  if (judgement.result !== 'valid') {
    const rejected: Effect[] = [
      { do: 'empty', fields: [field] },
      { do: 'tell', event: { type: 'field-rejected', field, fault: judgement.result } },
    ]
    return after({ state, effects: rejected }, ask(state, index, nowMs))
  }
  const accepted: Step = {
    state,
    effects: [{ do: 'tell', event: { type: 'field-accepted', field, length } }],
  }
  if (index + 1 < plan.fields.length) return after(accepted, ask(state, index + 1, nowMs))
  // A complete card waits as long as it may, on hold or not.
  return {
    state: { at: 'collected', wholeDueMs: wholeDueOf(state, nowMs) },
    effects: [...accepted.effects, { do: 'seal' }],
  }
}

/** Empties the plan's field at `index` and all after it, and asks again. */
function clear(state: Collecting, index: number, by: 'caller' | 'agent', nowMs: number): Step {
  const { plan } = state
  const field = plan.fields[index]!
  const cleared: Effect[] = [
    { do: 'empty', fields: plan.fields.slice(index) },
    { do: 'tell', event: { type: 'field-cleared', field, by } },
  ]
  const asked = ask(state, index, nowMs)
  return { state: { ...asked.state, starred: by === 'caller' }, effects: [...cleared, ...asked.effects] }
}

function ask(
  { plan, wholeDueMs, suspendedAtMs }: Pick<Collecting, 'plan' | 'wholeDueMs' | 'suspendedAtMs'>,
  index: number,
  nowMs: number,
): { state: Collecting; effects: readonly Effect[] } {
  const digitDueMs = nowMs + plan.limits.firstDigitMs
  return {
    state: {
      at: 'collecting',
      plan,
      index,
      length: 0,
      judgement: null,
      starred: false,
      digitDueMs,
      wholeDueMs,
      suspendedAtMs,
    },
    effects: [{ do: 'tell', event: { type: 'field-asked', field: plan.fields[index]! } }],
  }
}

function extend(state: Exclude<State, { at: 'ended' }>, byMs: number): Step {
  const wholeDueMs = state.wholeDueMs + byMs
  return { state: { ...state, wholeDueMs }, effects: [{ do: 'tell-deadline', dueMs: wholeDueMs }] }
}

function after(first: Step, second: Step): Step {
  return { state: second.state, effects: [...first.effects, ...second.effects] }
}

function end(why: CollectionEnd | 'finished'): Step {
  return { state: { at: 'ended', why }, effects: [{ do: 'end', why }] }
}
