import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DeskEvent } from '../../src/contracts/desk-port.ts'
import { announcements } from '../../src/desk/announce.ts'
import { lightOf } from '../../src/desk/light.ts'
import { platformTrouble, whyNoPayment } from '../../src/desk/platform-trouble.ts'
import {
  type DeskAction,
  type DeskState,
  firstState,
  listedCalls,
  openOutcomes,
  paymentOf,
  reduce,
} from '../../src/desk/state.ts'
import { aCall, aField, aPayment, aSession, callId } from './examples.ts'

const event = (value: DeskEvent): DeskAction => ({ type: 'event', event: value })
const call = (changes = {}) => event({ type: 'call', call: aCall(changes) })
const payment = (...args: Parameters<typeof aPayment>) =>
  event({ type: 'payment', payment: aPayment(...args) })
const up = event({ type: 'platform', vault: 'up', bridge: 'up' })
const stream = (state: DeskState['stream']): DeskAction => ({ type: 'stream', stream: state })

const play = (actions: readonly DeskAction[], from = firstState) => actions.reduce(reduce, from)
const ready = [{ type: 'logged-in', session: aSession } as const, stream('live'), up, call()]
const light = (state: DeskState) =>
  lightOf({ ...state, call: state.calls.get(callId), payment: paymentOf(state, callId) })

describe('the light', () => {
  it('is green only while the collection says that it is secured', () => {
    expect(light(play(ready))).toBe('open')
    expect(light(play([...ready, payment({}, { state: 'arming', secured: false })]))).toBe('securing')
    // The mask is confirmed, and the digits have no way to the card process yet: keys would be lost.
    expect(light(play([...ready, payment({}, { state: 'arming', secured: true })]))).toBe('securing')
    expect(light(play([...ready, payment({}, { secured: true })]))).toBe('secured')
    expect(light(play([...ready, payment({}, { secured: true }), payment({}, { secured: false })]))).toBe(
      'lost',
    )
    const ended = payment({}, { state: 'ended', secured: false })
    expect(light(play([...ready, call({ masked: true }), ended]))).toBe('closed')
    expect(light(play([...ready, call({ masked: false }), ended]))).toBe('open')
  })

  it('is not green from the moment the stream is lost until what it shows has been read again', () => {
    const green = [...ready, payment({}, { secured: true })]
    expect(light(play([...green, stream('lost')]))).toBe('unknown')
    expect(light(play([...green, stream('lost'), stream('checking')]))).toBe('unknown')
    expect(light(play([...green, stream('lost'), stream('checking'), stream('live')]))).toBe('secured')
  })

  it('is red when the bridge is away while the card is keyed, and never green', () => {
    const away = event({ type: 'platform', vault: 'up', bridge: 'down' })
    expect(light(play([...ready, payment({}, { secured: true }), away]))).toBe('lost')
    expect(light(play([...ready, payment({}, { state: 'collected', secured: true }), away]))).toBe('unknown')
    expect(light(play([...ready, away]))).toBe('unknown')
  })

  it('is not green after a reset until the payment has been told again', () => {
    const green = [...ready, payment({}, { secured: true })]
    expect(light(play([...green, event({ type: 'reset' })]))).toBe('open')
  })

  it('is never green in any history whose last word on the mask, or on the stream, is not "yes"', () => {
    const anyAction = fc.oneof(
      fc.constantFrom<DeskAction>(
        stream('live'),
        stream('lost'),
        stream('checking'),
        event({ type: 'reset' }),
        up,
        event({ type: 'platform', vault: 'up', bridge: 'down' }),
      ),
      fc.boolean().map((masked) => call({ masked })),
      fc
        .record({
          secured: fc.boolean(),
          state: fc.constantFrom(
            'arming' as const,
            'collecting' as const,
            'collected' as const,
            'ended' as const,
          ),
        })
        .map((collection) => payment({}, collection)),
    )
    fc.assert(
      fc.property(fc.array(anyAction, { maxLength: 40 }), (history) => {
        const state = play([...ready, ...history])
        const shown = paymentOf(state, callId)
        if (light(state) !== 'secured') return
        expect(state.stream).toBe('live')
        expect(state.platform?.bridge).not.toBe('down')
        expect(shown?.collection?.secured).toBe(true)
      }),
    )
  })
})

describe('the list of calls', () => {
  it('opens a call that comes to an idle desk, and leaves a busy one alone', () => {
    expect(play(ready).selectedCallId).toBe(callId)
    const other = call({ id: 'call_other', startedAt: 2_000_000_000_000 })
    const state = play([...ready, other])
    expect(state.selectedCallId).toBe(callId)
    expect(listedCalls(state).map(({ id }) => id)).toEqual([callId, 'call_other'])
  })

  it('keeps an ended call while it is looked at, and forgets it then', () => {
    const ended = [...ready, payment({ status: 'captured' }), call({ status: 'ended' })]
    expect(listedCalls(play(ended)).map(({ id }) => id)).toEqual([callId])
    const next = play([...ended, call({ id: 'call_other' })])
    expect(next.selectedCallId).toBe(callId)
    const moved = play([{ type: 'call-selected', callId: 'call_other' }, call({ id: 'call_other' })], next)
    expect(listedCalls(moved).map(({ id }) => id)).toEqual(['call_other'])
  })

  it('moves on from an ended call on which nothing was paid', () => {
    const state = play([...ready, call({ status: 'ended' }), call({ id: 'call_other' })])
    expect(state.selectedCallId).toBe('call_other')
  })

  it('leaves an ended call when its result is put away, and a call that goes on when it is not', () => {
    const result = payment({ id: 'pay_1', status: 'captured' })
    const away: DeskAction = { type: 'result-put-away', paymentId: 'pay_1' }
    expect(play([...ready, result, away]).selectedCallId).toBe(callId)
    const left = play([...ready, result, call({ status: 'ended' }), away])
    expect(left.selectedCallId).toBeNull()
    expect(listedCalls(left)).toEqual([])
    const unpaid = play([...ready, call({ status: 'ended' }), { type: 'call-closed', callId }])
    expect(unpaid.selectedCallId).toBeNull()
  })

  it('shows an outcome that is open after its call has ended', () => {
    const unknown = payment({ status: 'unknown' })
    expect(openOutcomes(play([...ready, unknown]))).toEqual([])
    expect(openOutcomes(play([...ready, unknown, call({ status: 'ended' })]))).toHaveLength(1)
  })
})

describe('a payment on the desk', () => {
  it('is the newest of the call that has not been put away', () => {
    const first = payment({ id: 'pay_1', status: 'declined' })
    const second = payment({ id: 'pay_2', status: 'collecting' })
    expect(paymentOf(play([...ready, second, first]), callId)?.id).toBe('pay_2')
    const away = play([...ready, first, { type: 'result-put-away', paymentId: 'pay_1' }])
    expect(paymentOf(away, callId)).toBeUndefined()
  })

  it('is the one whose card is being taken, whatever else was created for the call meanwhile', () => {
    const collecting = payment({ id: 'pay_1', status: 'collecting' }, { secured: true })
    const waiting = payment({ id: 'pay_2', status: 'created' })
    const both = play([...ready, collecting, waiting])
    expect(paymentOf(both, callId)?.id).toBe('pay_1')
    expect(light(both)).toBe('secured')
    const done = play([payment({ id: 'pay_1', status: 'captured' }, { state: 'ended' })], both)
    expect(paymentOf(done, callId)?.id).toBe('pay_1')
    const away = play([{ type: 'result-put-away', paymentId: 'pay_1' }], done)
    expect(paymentOf(away, callId)?.id).toBe('pay_2')
  })

  it('is not overwritten by an answer that is older than the last event', () => {
    const before = play([...ready, payment({}, { secured: true })])
    const held = paymentOf(before, callId)
    const newer = play([payment({}, { secured: false })], before)
    const stale = reduce(newer, { type: 'payment-read', payment: aPayment({}, { secured: true }), held })
    expect(light(stale)).toBe('lost')
    const fresh = reduce(before, { type: 'payment-read', payment: aPayment({}, { secured: false }), held })
    expect(light(fresh)).toBe('lost')
  })

  it('remembers what was refused until the next intent', () => {
    const refused = play([
      ...ready,
      { type: 'intent-sent', intent: 'arm' },
      { type: 'intent-refused', intent: 'arm', problem: null },
    ])
    expect(refused.refusal).toEqual({ intent: 'arm', problem: null })
    expect(refused.underWay.size).toBe(0)
    expect(reduce(refused, { type: 'intent-sent', intent: 'arm' }).refusal).toBeNull()
  })

  it('leaves nothing of one agent for the next', () => {
    const state = play([...ready, payment(), { type: 'logged-out', lost: true }])
    expect(state).toEqual({ ...firstState, session: null, sessionLost: true })
  })
})

describe('taking a payment', () => {
  const why = (actions: readonly DeskAction[]) => {
    const state = play(actions)
    return whyNoPayment(state, state.calls.get(callId) ?? aCall())
  }

  it('is possible on a live call while vault and bridge are up', () => {
    expect(why(ready)).toBeNull()
  })

  for (const [name, action, words] of [
    ['the vault is down', event({ type: 'platform', vault: 'down', bridge: 'up' }), /card vault/],
    ['the bridge is down', event({ type: 'platform', vault: 'up', bridge: 'down' }), /phone connection/],
    [
      'both are down',
      event({ type: 'platform', vault: 'down', bridge: 'down' }),
      /phone connection and the card vault/,
    ],
    ['the stream is lost', stream('lost'), /Reconnecting/],
    ['the call rings', call({ status: 'ringing' }), /not connected yet/],
    ['the call has ended', call({ status: 'ended' }), /has ended/],
    ["the caller's line is away", call({ caller: 'reconnecting' }), /reconnecting/],
  ] as const) {
    it(`is not possible, and says why, when ${name}`, () => {
      expect(why([...ready, action])).toMatch(words)
    })
  }

  it('shows no trouble before the platform has said anything', () => {
    expect(platformTrouble(firstState)).toBeNull()
  })
})

describe('what a screen reader is told', () => {
  const said = (history: readonly DeskAction[], action: DeskAction) => {
    const before = play(history)
    return announcements(before, reduce(before, action)).map(({ text }) => text)
  }

  it('securing, secured, and at once when the protection is lost', () => {
    const arming = payment({}, { state: 'arming', secured: false })
    const secured = payment({}, { secured: true })
    expect(said(ready, arming)).toEqual(['Securing the line.'])
    expect(said([...ready, arming], secured)).toEqual(['Secured. The caller can key the card.'])
    const before = play([...ready, secured])
    const lost = announcements(before, reduce(before, payment({}, { secured: false })))
    expect(lost).toEqual([{ text: 'Protection lost. Ask the caller to stop keying.', now: true }])
  })

  it('a field that was accepted or not, and no single dot', () => {
    const keying = payment({}, { fields: [aField('pan', { state: 'keying', length: 12 })] })
    const more = payment({}, { fields: [aField('pan', { state: 'keying', length: 13 })] })
    expect(said([...ready, keying], more)).toEqual([])
    const accepted = payment(
      {},
      { fields: [aField('pan', { state: 'accepted', length: 16 })], brand: 'visa', last4: '4242' },
    )
    expect(said([...ready, more], accepted)).toEqual(['Card number accepted: Visa ending 4242.'])
    const rejected = payment({}, { fields: [aField('pan', { state: 'rejected', fault: 'luhn' })] })
    expect(said([...ready, more], rejected)[0]).toMatch(/^Card number not accepted\. A digit is wrong/)
  })

  it('the result', () => {
    const secured = payment({}, { secured: true })
    const over = { state: 'ended', secured: false } as const
    expect(said([...ready, secured], payment({ status: 'captured' }, over))).toContain('Approved: £10.50.')
    expect(said([...ready, secured], payment({ status: 'unknown' }, over))).toContain(
      'Outcome not yet known. Do not take the payment again.',
    )
  })

  it('that the connection is lost, and that it is back', () => {
    expect(said(ready, stream('lost'))).toEqual(['Connection to the platform lost. Reconnecting.'])
    expect(said([...ready, stream('lost'), stream('checking')], stream('live'))).toEqual(['Connected again.'])
  })
})
