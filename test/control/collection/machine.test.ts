import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CollectionEffect,
  type CollectionEvent,
  type CollectionState,
  type CollectionStep,
  idle,
  step,
} from '../../../src/control/collection/machine.ts'

const seed = Number(process.env.SEED ?? Date.now())
console.info(`collection machine: seed ${seed}`)

const card = { brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2030 } as const
const opened = { ticket: 't'.repeat(43), digitsPath: '/run/digits' }
const armed: readonly CollectionEvent[] = [
  { type: 'started' },
  { type: 'masked' },
  { type: 'vault-opened', opened },
  { type: 'digits-routed' },
]
const complete: readonly CollectionEvent[] = [...armed, { type: 'collected', card }]
const sending: readonly CollectionEvent[] = [...complete, { type: 'send-began' }]

function play(events: readonly CollectionEvent[]): CollectionStep & { readonly all: CollectionEffect[] } {
  const all: CollectionEffect[] = []
  let last: CollectionStep = { state: idle, effects: [] }
  for (const event of events) {
    last = step(last.state, event)
    all.push(...last.effects)
  }
  return { ...last, all }
}

const names = (effects: readonly CollectionEffect[]) => effects.map((effect) => effect.do)

describe('a collection', () => {
  it('masks first, opens the vault second, and lets digits flow third', () => {
    expect(play(armed.slice(0, 1))).toMatchObject({ state: { at: 'arming', step: 'mask' } })
    expect(names(play(armed).all)).toEqual(['mask', 'open-vault', 'route-digits'])
    expect(play(armed).state).toEqual({ at: 'collecting', digits: 'routed' })
  })

  it('discards first and unmasks last when the caller hangs up', () => {
    const { state, effects } = play([...armed, { type: 'stopped', why: 'caller-hung-up' }])
    expect(state).toEqual({ at: 'ended', why: 'caller-hung-up' })
    expect(names(effects)).toEqual(['stop-digits', 'discard', 'unmask'])
  })

  it('keeps the mask when another collection follows at once', () => {
    const stopped = { type: 'stopped', why: 'agent-cancelled', keepMask: true } as const
    expect(names(play([...complete, stopped]).effects)).toEqual(['stop-digits', 'discard'])
  })

  it('stops its time while the caller is on hold, from the moment that digits can come', () => {
    const held = { type: 'held', held: true } as const
    expect(play([...armed.slice(0, 3), held]).effects).toEqual([{ do: 'suspend', suspended: true }])
    expect(play([...armed, held])).toMatchObject({ state: { at: 'collecting', digits: 'routed' } })
    expect(play([...armed, held, { type: 'held', held: false }]).effects).toEqual([
      { do: 'suspend', suspended: false },
    ])
    expect(play([...complete, held]).effects).toEqual([])
  })

  it('ends when the bridge goes while digits are expected, and not once the card is complete', () => {
    expect(play([...armed, { type: 'bridge-lost' }]).state).toEqual({ at: 'ended', why: 'bridge-lost' })
    expect(play([...complete, { type: 'bridge-lost' }]).state).toMatchObject({ at: 'collected' })
  })

  it('waits for the vault’s word before it believes that digits are lost', () => {
    const lost = [...armed, { type: 'digits-lost' } as const]
    expect(names(play(lost).effects)).toEqual(['wait-for-the-vault'])
    expect(play([...lost, { type: 'collected', card }]).state).toMatchObject({ at: 'collected' })
    expect(play([...lost, { type: 'digits-lost-for-good' }]).state).toMatchObject({ why: 'digits-lost' })
  })

  it('that is being sent is stopped by nobody', () => {
    for (const why of ['caller-hung-up', 'agent-cancelled', 'control-restarted'] as const)
      expect(play([...sending, { type: 'stopped', why }]).state).toMatchObject({ at: 'sending' })
    expect(play([...sending, { type: 'spent' }]).state).toEqual({ at: 'ended', why: 'finished' })
    expect(play([...sending, { type: 'vault-lost' }]).state).toEqual({ at: 'ended', why: 'vault-lost' })
  })
})

const anyEvent: fc.Arbitrary<CollectionEvent> = fc.constantFrom<CollectionEvent[]>(
  ...complete,
  { type: 'send-began' },
  { type: 'spent' },
  { type: 'digits-lost' },
  { type: 'digits-lost-for-good' },
  { type: 'bridge-lost' },
  { type: 'vault-lost' },
  { type: 'vault-ended', why: 'finished' },
  { type: 'vault-ended', why: 'caller-cancelled' },
  { type: 'stopped', why: 'caller-hung-up' },
  { type: 'held', held: true },
  { type: 'held', held: false },
)

describe('whatever happens in whatever order', () => {
  it('no digit flows before mask and vault, no card is sent incomplete, and the end is the end', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let state: CollectionState = idle
        const done: string[] = []
        for (const event of events) {
          const before = state
          const next = step(state, event)
          state = next.state
          if (before.at === 'ended') expect(next).toEqual({ state: before, effects: [] })
          if (state.at === 'sending' && before.at !== 'sending') expect(before.at).toBe('collected')
          done.push(...names(next.effects))
        }
        const at = (name: string) => done.indexOf(name)
        if (done.includes('route-digits')) {
          expect(at('mask')).toBeLessThan(at('open-vault'))
          expect(at('open-vault')).toBeLessThan(at('route-digits'))
        }
        if (done.includes('unmask')) {
          expect(done.at(-1)).toBe('unmask')
          expect(at('discard')).toBe(done.length - 2)
        }
        if (state.at === 'ended' && done.includes('mask')) expect(done.at(-1)).toBe('unmask')
        for (const once of ['mask', 'open-vault', 'route-digits', 'discard', 'unmask'])
          expect(done.filter((name) => name === once).length).toBeLessThanOrEqual(1)
      }),
      { seed, numRuns: 3_000 },
    )
  })
})
