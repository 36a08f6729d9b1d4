import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type OperationFact,
  type OperationOrder,
  openBooks,
  type PaidState,
  stepBooks,
} from '../../../src/control/payments/books.ts'

const seed = Number(process.env.SEED ?? Date.now())
const approval = { gatewayRef: 'gw_1', authCode: null, amountMinor: 1_000 }
type Input = OperationOrder | OperationFact

function play(inputs: readonly Input[], from: PaidState = openBooks('captured', approval)): PaidState {
  return inputs.reduce((state, input) => stepBooks(state, input).state, from)
}

const order = (kind: OperationOrder['kind'], operationId: string, amountMinor?: number): OperationOrder => ({
  type: 'operation-ordered',
  operationId,
  kind,
  ...(amountMinor === undefined ? {} : { amountMinor }),
})
const fact = (what: 'done' | 'failed' | 'pending' | 'uncertain', operationId: string): OperationFact => ({
  type: `operation-${what}`,
  operationId,
})

describe('the books of a payment', () => {
  it('hold a pending refund’s amount back, and give it free when the refund fails', () => {
    const pending = play([order('refund', 'a', 700), fact('pending', 'a')])
    expect(stepBooks(pending, order('refund', 'b', 301)).refused).toBe('amount')
    const freed = play([fact('failed', 'a'), order('refund', 'b', 1_000), fact('done', 'b')], pending)
    expect(freed).toMatchObject({ at: 'refunded', books: { refundedMinor: 1_000 } })
  })

  it('let one operation through at a time', () => {
    const open = play([order('refund', 'a', 1)])
    expect(stepBooks(open, order('refund', 'b', 1)).refused).toBe('under-way')
    expect(stepBooks(open, order('void', 'b')).refused).toBe('under-way')
    const unknown = play([fact('uncertain', 'a')], open)
    expect(stepBooks(unknown, order('refund', 'b', 1)).refused).toBe('unknown')
  })

  it('never go back: what is done is done, however late another answer comes', () => {
    const done = play([order('refund', 'a', 1_000), fact('done', 'a')])
    for (const late of ['failed', 'pending', 'uncertain', 'done'] as const)
      expect(stepBooks(done, fact(late, 'a'))).toEqual({ state: done, effects: [] })
  })

  it('tell of every operation’s end once', () => {
    const open = play([order('refund', 'a', 400)])
    expect(stepBooks(open, fact('done', 'a')).effects).toEqual([
      {
        do: 'tell',
        event: 'payment.refunded',
        operation: { id: 'a', kind: 'refund', amountMinor: 400, state: 'done' },
      },
    ])
  })
})

const ids = ['a', 'b', 'c', 'd', 'e']
const anyInput: fc.Arbitrary<Input> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('capture', 'void', 'refund'),
      fc.constantFrom(...ids),
      fc.option(fc.integer({ min: -1, max: 1_100 })),
    )
    .map(([kind, id, amount]) => order(kind, id, amount ?? undefined)),
  fc
    .tuple(fc.constantFrom('done', 'failed', 'pending', 'uncertain'), fc.constantFrom(...ids))
    .map(([what, id]) => fact(what, id)),
)
const anyStart = fc.constantFrom<'authorised' | 'captured'>('authorised', 'captured')

/** Inputs as a bad network brings them: some lost, some twice, some late. */
const bumpy = fc
  .array(fc.tuple(anyInput, fc.constantFrom('once', 'lost', 'twice', 'late')), { maxLength: 60 })
  .map((inputs) => {
    const late = inputs.filter(([, fate]) => fate === 'late').map(([input]) => input)
    const now = inputs.flatMap(([input, fate]) => {
      if (fate === 'once') return [input]
      return fate === 'twice' ? [input, input] : []
    })
    return [...now, ...late]
  })

describe('whatever happens in whatever order, lost, late or twice', () => {
  it(`captured ≤ authorised, refunded and held back ≤ captured, one open at a time (seed ${seed})`, () => {
    fc.assert(
      fc.property(anyStart, bumpy, (start, inputs) => {
        let state = openBooks(start, approval)
        for (const input of inputs) {
          state = stepBooks(state, input).state
          const { capturedMinor, refundedMinor, live } = state.books
          expect(capturedMinor).toBeLessThanOrEqual(approval.amountMinor)
          const refunds = live.filter(({ kind }) => kind === 'refund')
          const held = refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
          expect(refundedMinor + held).toBeLessThanOrEqual(capturedMinor)
          const blocking = live.filter(({ kind, state: at }) => kind !== 'refund' || at !== 'pending')
          expect(blocking.length).toBeLessThanOrEqual(1)
          for (const { amountMinor } of live) expect(amountMinor).toBeGreaterThan(0)
        }
      }),
      { seed, numRuns: 3_000 },
    )
  })

  it('terminal states stay, and only one event tells of each operation’s end', () => {
    fc.assert(
      fc.property(anyStart, bumpy, (start, inputs) => {
        let state = openBooks(start, approval)
        const ends = new Map<string, number>()
        const orders = new Map<string, number>()
        for (const input of inputs) {
          const next = stepBooks(state, input)
          if (state.at === 'refunded' || state.at === 'voided') expect(next.state.at).toBe(state.at)
          for (const effect of next.effects) {
            const { id } = effect.operation
            if (effect.do === 'operate') orders.set(id, (orders.get(id) ?? 0) + 1)
            if (effect.do === 'tell' && /captured|voided|refunded|failed/.test(effect.event))
              ends.set(id, (ends.get(id) ?? 0) + 1)
          }
          state = next.state
        }
        for (const [id, times] of ends) expect(times).toBeLessThanOrEqual(orders.get(id) ?? 0)
      }),
      { seed, numRuns: 3_000 },
    )
  })

  it('an operation can always still come to an end', () => {
    fc.assert(
      fc.property(anyStart, bumpy, (start, inputs) => {
        const state = play(inputs, openBooks(start, approval))
        for (const { id } of state.books.live) {
          const failed = stepBooks(state, fact('failed', id)).state
          expect(failed.books.live.some((operation) => operation.id === id)).toBe(false)
          const done = stepBooks(state, fact('done', id)).state
          expect(done.books.live.some((operation) => operation.id === id)).toBe(false)
        }
      }),
      { seed, numRuns: 2_000 },
    )
  })
})
