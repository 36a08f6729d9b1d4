import { describe, expect, it } from 'vitest'
import { AgentStreams } from '../../src/desk/agent-streams.ts'
import { dotGroups } from '../../src/desk/dot-groups.ts'
import { verdictOf } from '../../src/desk/verdict.ts'
import { aField, aPayment } from './examples.ts'

describe('the dots of a field', () => {
  for (const [name, field, brand, groups] of [
    ['an empty card number', aField('pan'), null, [4, 4, 4, 4]],
    ['American Express', aField('pan', { length: 4 }), 'amex', [4, 6, 5]],
    ['Diners Club', aField('pan', { length: 4 }), 'diners', [4, 6, 4]],
    ['nineteen digits', aField('pan', { length: 19 }), 'unionpay', [4, 4, 4, 4, 3]],
    [
      'an accepted card number of thirteen',
      aField('pan', { length: 13, state: 'accepted' }),
      'visa',
      [4, 4, 4, 1],
    ],
    ['an expiry date', aField('expiry', { length: 1 }), null, [2, 2]],
    ['a security code', aField('csc'), 'visa', [3]],
    ['a security code of American Express', aField('csc'), 'amex', [4]],
    ['an empty postcode', aField('postcode'), null, []],
    ['a sort code', aField('sort-code', { length: 2 }), null, [2, 2, 2]],
    ['a routing number', aField('routing-number'), null, [3, 3, 3]],
    ['an account number of twelve', aField('account-number', { length: 12 }), null, [4, 4, 4]],
    ['a postcode of five digits', aField('postcode', { length: 5 }), null, [4, 1]],
  ] as const) {
    it(`are grouped as on the card: ${name}`, () => expect(dotGroups(field, brand)).toEqual(groups))
  }
})

describe('a result', () => {
  it('never says that an unknown outcome failed, nor offers another card for it', () => {
    const verdict = verdictOf(aPayment({ status: 'unknown' }))
    expect(verdict).toMatchObject({ kind: 'unknown', tryAnotherCard: false })
    expect(verdict.advice).toMatch(/Do not take the payment again/)
  })
  it('says of a debit that nothing is taken before the bank has paid, and offers no other account meanwhile', () => {
    const verdict = verdictOf(aPayment({ status: 'unknown', brand: 'bank-account', method: 'bank-account' }))
    expect(verdict).toMatchObject({ kind: 'unknown', title: 'Not paid yet', tryAnotherCard: false })
    expect(verdict.advice).toMatch(/Nothing is taken before the bank pays: do not take the payment again/)
  })
  it("gives the platform's own advice on a decline, and another card only where that may help", () => {
    const decline = (retry: 'other-card' | 'pay-link') =>
      verdictOf(
        aPayment({
          status: 'declined',
          decline: {
            reason: 'insufficient-funds',
            gatewayCode: '51',
            retry,
            advice: 'Ask for another card.',
          },
        }),
      )
    expect(decline('other-card')).toMatchObject({ advice: 'Ask for another card.', tryAnotherCard: true })
    expect(decline('pay-link')).toMatchObject({ tryAnotherCard: false })
  })
  it('says that the earlier card was declined when the next one did not come', () => {
    const decline = {
      reason: 'other',
      gatewayCode: '05',
      retry: 'other-card',
      advice: 'Ask for another card.',
    } as const
    const back = aPayment({ status: 'declined', decline }, { state: 'ended', why: 'caller-cancelled' })
    expect(verdictOf(back).advice).toBe(
      'The caller cancelled with **. No other card was charged. Before that: Ask for another card.',
    )
  })
  it('says that nothing was charged when the collection ended without a card', () => {
    const ended = aPayment({ status: 'expired' }, { state: 'ended', why: 'first-digit-timeout' })
    expect(verdictOf(ended).advice).toBe('The caller keyed nothing in time. Nothing was charged.')
  })
})

describe("the agent's streams", () => {
  const start = (streamSid: string, callSid: string, callId: string) =>
    ({ event: 'start', streamSid, start: { callSid, customParameters: { callId } } }) as const
  it('are told apart by call, and the newest of a call is heard', () => {
    const streams = new AgentStreams()
    streams.take(start('MZ1', 'CA1', 'call_1'))
    streams.take(start('MZ2', 'CA2', 'call_2'))
    streams.take(start('MZ3', 'CA1', 'call_1'))
    expect([streams.sidOf('call_1'), streams.sidOf('call_2'), streams.sidOf(null)]).toEqual([
      'MZ3',
      'MZ2',
      undefined,
    ])
    streams.take({ event: 'stop', stop: { callSid: 'CA1' } })
    expect(streams.sidOf('call_1')).toBeUndefined()
  })
})
