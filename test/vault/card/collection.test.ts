import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KeyedField } from '../../../src/contracts/card.ts'
import {
  begin,
  type Event,
  nextDueMs,
  type State,
  type Step,
  step,
} from '../../../src/vault/card/collection.ts'
import type { Judgement } from '../../../src/vault/card/judgement.ts'
import { seeded } from '../support/digits.ts'

const limits = { firstDigitMs: 20_000, betweenDigitsMs: 5_000, wholeMs: 300_000 }
const plan = { fields: ['pan', 'expiry', 'csc'] as const, limits }

const more: Judgement = { ends: false, result: 'too-short', endsBySilence: false }
const valid: Judgement = { ends: true, result: 'valid', endsBySilence: true }
const wrong: Judgement = { ends: true, result: 'luhn', endsBySilence: true }
const enough: Judgement = { ends: false, result: 'valid', endsBySilence: true }
const digit = (judgement: Judgement, length = 1): Event => ({ type: 'digit', length, judgement })

/** Plays events at one moment, or each at its own. */
function play(events: readonly (Event | [atMs: number, Event])[], from = begin(plan, 0)): Step {
  let state = from.state
  let effects = from.effects
  for (const entry of events) {
    const [atMs, event] = Array.isArray(entry) ? entry : [0, entry]
    const next = step(state, event, atMs)
    state = next.state
    effects = next.effects
  }
  return { state, effects }
}

const told = ({ effects }: Step) => effects.flatMap((effect) => (effect.do === 'tell' ? [effect.event] : []))
const collected = [digit(valid), digit(valid), digit(valid)]

describe('a collection', () => {
  it('asks for the first field at once, and for the next when one is complete', () => {
    expect(told(begin(plan, 0))).toEqual([{ type: 'field-asked', field: 'pan' }])
    expect(told(play([digit(valid, 16)]))).toEqual([
      { type: 'field-progressed', field: 'pan', length: 16 },
      { type: 'field-accepted', field: 'pan', length: 16 },
      { type: 'field-asked', field: 'expiry' },
    ])
  })

  it('is collected, and its digits closed, when the last field is valid', () => {
    const { state, effects } = play(collected)
    expect(state.at).toBe('collected')
    expect(effects.at(-1)).toEqual({ do: 'seal' })
  })

  it('empties a field that is not valid before it asks again', () => {
    const { effects } = play([digit(wrong, 16)])
    expect(effects.slice(1)).toEqual([
      { do: 'empty', fields: ['pan'] },
      { do: 'tell', event: { type: 'field-rejected', field: 'pan', fault: 'luhn' } },
      { do: 'tell', event: { type: 'field-asked', field: 'pan' } },
    ])
  })

  it('takes # as the end of a field, and as nothing on an empty one', () => {
    expect(told(play([digit(enough, 13), { type: 'hash' }]))[0]).toMatchObject({
      type: 'field-accepted',
      length: 13,
    })
    expect(told(play([digit(more), { type: 'hash' }]))[0]).toMatchObject({ fault: 'too-short' })
    expect(play([digit(valid), { type: 'hash' }]).effects).toEqual([])
  })

  it('clears the field on *, and ends on a second * right after it', () => {
    expect(told(play([digit(more), { type: 'star' }]))).toEqual([
      { type: 'field-cleared', field: 'pan', by: 'caller' },
      { type: 'field-asked', field: 'pan' },
    ])
    expect(play([{ type: 'star' }, { type: 'star' }]).state).toEqual({ at: 'ended', why: 'caller-cancelled' })
    expect(play([{ type: 'star' }, digit(more), { type: 'star' }]).state.at).toBe('collecting')
  })

  it('empties a field that the agent clears, and everything after it', () => {
    const { state, effects } = play([
      digit(valid),
      digit(valid),
      digit(more),
      { type: 'clear-field', field: 'expiry' },
    ])
    expect(effects[0]).toEqual({ do: 'empty', fields: ['expiry', 'csc'] })
    expect(state).toMatchObject({ at: 'collecting', index: 1, length: 0 })
  })

  it('has nothing to clear in a field that was not asked for yet', () => {
    expect(play([{ type: 'clear-field', field: 'csc' }]).effects).toEqual([])
  })

  it('starts over on restart', () => {
    const { state, effects } = play([digit(valid), digit(more), { type: 'restart' }])
    expect(effects[0]).toEqual({ do: 'empty', fields: ['pan', 'expiry', 'csc'] })
    expect(state).toMatchObject({ at: 'collecting', index: 0 })
  })
})

describe('the time limits of a collection', () => {
  const tick = (atMs: number): [number, Event] => [atMs, { type: 'tick' }]

  it('are told at once, so that the agent sees the time from the beginning', () => {
    expect(begin(plan, 1_000).effects).toContainEqual({ do: 'tell-deadline', dueMs: 301_000 })
  })

  it('end it when no first digit comes', () => {
    expect(play([tick(19_999)]).state.at).toBe('collecting')
    expect(play([tick(20_000)]).state).toEqual({ at: 'ended', why: 'first-digit-timeout' })
  })

  it('end it when the caller stops within a field', () => {
    expect(play([[1_000, digit(more)], tick(6_000)]).state).toEqual({
      at: 'ended',
      why: 'between-digits-timeout',
    })
  })

  it('take silence for # where the digits could be all', () => {
    const silent = play([
      [1_000, digit({ ends: false, result: 'luhn', endsBySilence: true }, 16)],
      tick(6_000),
    ])
    expect(told(silent)[0]).toEqual({ type: 'field-rejected', field: 'pan', fault: 'luhn' })
    expect(silent.state).toMatchObject({ at: 'collecting', digitDueMs: 26_000 })
  })

  it('end it as a whole, also while a collected card waits', () => {
    expect(play([...collected, tick(300_000)]).state).toEqual({ at: 'ended', why: 'whole-timeout' })
  })

  it('rest while the card is being sent', () => {
    const sending = play([...collected, { type: 'send-began', last: false }, tick(900_000)])
    expect(sending.state.at).toBe('sending')
    expect(nextDueMs(sending.state)).toBeUndefined()
  })

  it('stops every time limit while the caller is on hold, and goes on where it was', () => {
    const held = play([
      [0, digit(more)],
      [1_000, { type: 'suspend', suspended: true }],
      [1_000, { type: 'suspend', suspended: true }],
    ])
    expect(nextDueMs(held.state)).toBeUndefined()
    expect(step(held.state, { type: 'tick' }, 10_000_000)).toEqual({ state: held.state, effects: [] })
    const resumed = step(held.state, { type: 'suspend', suspended: false }, 601_000)
    expect(resumed.effects).toEqual([
      { do: 'tell-deadline', dueMs: 900_000 },
      { do: 'tell', event: { type: 'suspended', suspended: false } },
    ])
    // As long as for a first digit: the agent speaks first when the caller is back.
    expect(nextDueMs(resumed.state)).toBe(621_000)
    expect(step(resumed.state, { type: 'tick' }, 620_999).state.at).toBe('collecting')
    expect(step(resumed.state, { type: 'tick' }, 621_000).state).toMatchObject({ at: 'ended' })
  })

  it('counts what is keyed on hold, field by field, and a complete card waits its time', () => {
    const suspended = { type: 'suspend', suspended: true } as const
    const { state } = play([[1_000, suspended], ...collected.map((key): [number, Event] => [601_000, key])])
    expect(state).toEqual({ at: 'collected', wholeDueMs: 900_000 })
    const between = play([
      [1_000, suspended],
      [2_000, digit(valid)],
    ])
    expect(nextDueMs(between.state)).toBeUndefined()
  })

  it('are moved by the agent, both of them', () => {
    const { state, effects } = play([{ type: 'extend', byMs: 60_000 }])
    expect(state).toMatchObject({ digitDueMs: 80_000, wholeDueMs: 360_000 })
    expect(effects).toEqual([{ do: 'tell-deadline', dueMs: 360_000 }])
  })
})

describe('sending', () => {
  const sent = (last: boolean, spent: boolean) =>
    play([...collected, { type: 'send-began', last }, { type: 'send-ended', spent }]).state

  it('ends the collection after the last call', () => {
    expect(sent(true, true)).toEqual({ at: 'ended', why: 'finished' })
  })

  it('keeps the card for another call, and for a retry when nothing left', () => {
    expect(sent(false, true).at).toBe('collected')
    expect(sent(true, false).at).toBe('collected')
  })
})

const judgements = fc.constantFrom(more, valid, wrong, enough)
const field = fc.constantFrom<KeyedField>('pan', 'expiry', 'csc', 'postcode')
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: judgements.map((judgement) => digit(judgement)) },
  fc.constantFrom<Event>({ type: 'hash' }, { type: 'star' }, { type: 'tick' }, { type: 'restart' }),
  field.map((cleared): Event => ({ type: 'clear-field', field: cleared })),
  fc.integer({ min: 1_000, max: 60_000 }).map((byMs): Event => ({ type: 'extend', byMs })),
  fc.boolean().map((suspended): Event => ({ type: 'suspend', suspended })),
  fc.boolean().map((last): Event => ({ type: 'send-began', last })),
  fc.boolean().map((spent): Event => ({ type: 'send-ended', spent })),
)
const anyRun = fc.array(fc.tuple(fc.integer({ min: 0, max: 8_000 }), anyEvent), { maxLength: 60 })

/** Every state and step of a run. */
function* run(
  moves: readonly (readonly [waitMs: number, event: Event])[],
): Generator<Step & { before: State }> {
  let { state } = begin(plan, 0)
  let nowMs = 0
  for (const [waitMs, event] of moves) {
    nowMs += waitMs
    const next = step(state, event, nowMs)
    yield { ...next, before: state }
    state = next.state
  }
}

describe('any collection at all', () => {
  it('ends at most once, and says nothing after it', () => {
    fc.assert(
      fc.property(anyRun, (moves) => {
        for (const { before, effects } of run(moves))
          if (before.at === 'ended' && effects.length > 0) return false
        return true
      }),
      seeded(),
    )
  })

  it('is collected only after each field was accepted since it was last emptied', () => {
    fc.assert(
      fc.property(anyRun, (moves) => {
        const accepted = new Set<KeyedField>()
        for (const { effects } of run(moves)) {
          for (const effect of effects) {
            if (effect.do === 'empty') for (const emptied of effect.fields) accepted.delete(emptied)
            if (effect.do === 'tell' && effect.event.type === 'field-accepted')
              accepted.add(effect.event.field)
            if (effect.do === 'seal' && accepted.size !== plan.fields.length) return false
          }
        }
        return true
      }),
      seeded(),
    )
  })

  it('always has a deadline while it waits for somebody who is not on hold', () => {
    fc.assert(
      fc.property(anyRun, (moves) => {
        for (const { state } of run(moves)) {
          const waits =
            state.at === 'collected' || (state.at === 'collecting' && state.suspendedAtMs === null)
          if (waits !== (nextDueMs(state) !== undefined)) return false
        }
        return true
      }),
      seeded(),
    )
  })

  it('ends from anywhere when it is stopped', () => {
    fc.assert(
      fc.property(anyRun, (moves) => {
        const last = [...run(moves)].at(-1)?.state ?? begin(plan, 0).state
        const stopped = step(last, { type: 'stopped', why: 'control-lost' }, 0)
        return stopped.state.at === 'ended' && (last.at === 'ended' || stopped.effects.at(-1)?.do === 'end')
      }),
      seeded(),
    )
  })
})
