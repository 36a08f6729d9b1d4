import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PaymentStatus } from '../../../src/contracts/payment-events.ts'
import {
  type PaymentInput,
  type PaymentState,
  type PaymentStep,
  step,
} from '../../../src/control/payments/machine.ts'

const seed = Number(process.env.SEED ?? Date.now())
console.info(`payment machine: seed ${seed}`)

const card = { brand: 'visa', last4: '4242' } as const
const declined = { reason: 'insufficient-funds', gatewayCode: '51', retry: 'other-card', card } as const
const approval = { gatewayRef: 'gw_1', authCode: null, amountMinor: 1_050 }
const created = { at: 'created' } as PaymentState

function play(inputs: readonly PaymentInput[], from: PaymentState = created): PaymentStep {
  let last: PaymentStep = { state: from, effects: [] }
  for (const input of inputs) last = step(last.state, input)
  return last
}

const armed: PaymentInput = { type: 'armed' }
const collected: PaymentInput = { type: 'collected', card }
const confirmed: PaymentInput = { type: 'confirmed', attemptId: 'att_1' }
const authorising = [armed, collected, confirmed]
const of = (attemptId: string) => ({
  approved: { type: 'approved', attemptId, captured: true, approval } as const,
  declined: { type: 'declined', attemptId, declined } as const,
  uncertain: { type: 'uncertain', attemptId } as const,
})

describe('a payment', () => {
  it('is collected when armed, ready when the card is complete, and authorising when confirmed', () => {
    expect(play([armed])).toMatchObject({ state: { at: 'collecting' }, effects: [{ do: 'collect' }] })
    expect(play([armed, collected])).toMatchObject({ state: { at: 'ready', card }, effects: [] })
    expect(play(authorising).effects).toEqual([{ do: 'authorise', attemptId: 'att_1', card }])
  })

  it('tells the merchant of every outcome, once', () => {
    const { approved, uncertain } = of('att_1')
    expect(play([...authorising, approved]).effects).toEqual([{ do: 'tell', event: 'payment.captured' }])
    expect(play([...authorising, approved, approved]).effects).toEqual([])
    expect(play([...authorising, uncertain]).effects).toEqual([
      { do: 'tell', event: 'payment.unknown' },
      { do: 'inquire', attemptId: 'att_1' },
    ])
    expect(play([...authorising, uncertain, uncertain]).effects).toEqual([])
  })

  it('may be tried with another card after a decline, and goes back to it when there is none', () => {
    const again = play([...authorising, of('att_1').declined, armed])
    expect(again.state).toMatchObject({ at: 'collecting', declined })
    expect(step(again.state, { type: 'collection-ended' }).state).toEqual({ at: 'declined', declined })
  })

  it('pays no attention to what comes late about an attempt that is over', () => {
    const second = play([
      ...authorising,
      of('att_1').declined,
      armed,
      collected,
      { ...confirmed, attemptId: 'att_2' },
    ])
    expect(step(second.state, of('att_1').approved)).toEqual({ state: second.state, effects: [] })
  })

  const impossible: readonly [PaymentStatus, readonly PaymentInput[], PaymentInput][] = [
    ['created', [], confirmed],
    ['collecting', [armed], armed],
    ['collecting', [armed], confirmed],
    ['ready', [armed, collected], armed],
    ['authorising', authorising, { type: 'cancelled' }],
    ['authorising', authorising, armed],
    ['unknown', [...authorising, of('att_1').uncertain], { type: 'cancelled' }],
    ['unknown', [...authorising, of('att_1').uncertain], { type: 'confirmed', attemptId: 'att_2' }],
    ['captured', [...authorising, of('att_1').approved], { type: 'cancelled' }],
    ['cancelled', [{ type: 'cancelled' }], armed],
    ['expired', [{ type: 'expired' }], armed],
  ]
  it.each(impossible)(
    'that is %s refuses, by that name, an order that makes no sense',
    (at, before, order) => {
      const { state } = play(before)
      expect(step(state, order)).toEqual({ state, effects: [], refused: { order: order.type, at } })
    },
  )
})

const attempts = ['att_1', 'att_2', 'att_3']
const anyInput: fc.Arbitrary<PaymentInput> = fc.oneof(
  fc.constantFrom<PaymentInput>(armed, collected, { type: 'collection-ended' }),
  fc.constantFrom<PaymentInput>({ type: 'cancelled' }, { type: 'expired' }),
  fc.constantFrom(...attempts).map((attemptId): PaymentInput => ({ type: 'confirmed', attemptId })),
  fc
    .tuple(fc.constantFrom(...attempts), fc.constantFrom('approved', 'declined', 'uncertain'), fc.boolean())
    .map(([attemptId, type, captured]): PaymentInput => {
      const fact = of(attemptId)[type]
      return fact.type === 'approved' ? { ...fact, captured } : fact
    }),
)

describe('whatever happens in whatever order', () => {
  const final = new Set<PaymentStatus>(['authorised', 'captured', 'cancelled', 'expired'])

  it('no payment is approved twice, has two open attempts, or leaves a final state', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 60 }), (inputs) => {
        let state = created
        let approvals = 0
        const open = new Set<string>()
        for (const input of inputs) {
          const before = state
          const next = step(state, input)
          state = next.state
          if (final.has(before.at)) expect(state).toBe(before)
          for (const effect of next.effects) {
            if (effect.do === 'authorise') {
              expect(open.size).toBe(0)
              open.add(effect.attemptId)
            }
            if (effect.do === 'tell' && /captured|authorised/.test(effect.event)) approvals++
          }
          if (state.at !== 'authorising' && state.at !== 'unknown') open.clear()
          expect(approvals).toBeLessThanOrEqual(1)
        }
      }),
      { seed, numRuns: 2_000 },
    )
  })

  it('a fact or a refused order that changes nothing has no effect, and the same fact twice is one', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 40 }), anyInput, (inputs, input) => {
        const { state } = play(inputs)
        const once = step(state, input)
        if (once.state === state) expect(once.effects).toEqual([])
        if (once.refused) expect(once.state).toBe(state)
        const isFact = !['armed', 'confirmed', 'cancelled', 'expired'].includes(input.type)
        if (isFact) expect(step(once.state, input)).toEqual({ state: once.state, effects: [] })
      }),
      { seed, numRuns: 2_000 },
    )
  })

  it('a payment that is being asked after can still come to an end', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 40 }), (inputs) => {
        const { state } = play(inputs)
        if (state.at !== 'authorising' && state.at !== 'unknown') return
        const { approved, declined: refused } = of(state.attemptId)
        expect(step(state, approved).state.at).toBe('captured')
        expect(step(state, refused).state.at).toBe('declined')
      }),
      { seed, numRuns: 2_000 },
    )
  })
})
