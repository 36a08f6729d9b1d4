import { describe, expect, it } from 'vitest'
import { announcements } from '../../src/desk/announce.ts'
import { type DeskAction, type DeskState, firstState, recordShown, reduce } from '../../src/desk/state.ts'
import { aCall, anOperation, aPayment, aSession, callId } from './examples.ts'

const query = { reference: 'INV-7', customer: '', status: '' } as const
const paid = aPayment({ status: 'captured', capturedMinor: 1050, updatedAt: 2 })
const withRefund = { ...paid, updatedAt: 3, operations: [anOperation()] }
const found = (...data: (typeof paid)[]): DeskAction => ({
  type: 'found',
  query,
  page: { data, nextCursor: null },
  more: false,
})
const opened: DeskAction = { type: 'record-read', payment: { ...paid, operations: [] }, opens: true }
const play = (actions: readonly DeskAction[], from: DeskState = firstState) => actions.reduce(reduce, from)
const ready = play([{ type: 'logged-in', session: aSession }, found(paid), opened])

describe('payments that were looked up', () => {
  it('are kept page by page, each once', () => {
    const older = { ...paid, id: 'pay_0older' }
    const next: DeskAction = {
      type: 'found',
      query,
      page: { data: [paid, older], nextCursor: null },
      more: true,
    }
    expect(play([next], ready).lookup.found?.data.map(({ id }) => id)).toEqual([paid.id, older.id])
  })
  it('follow the event stream, and keep their operations until these are read again', () => {
    const read = play([{ type: 'record-read', payment: withRefund, opens: false }], ready)
    const told = { ...paid, updatedAt: 4, status: 'partly-refunded' as const, refundedMinor: 400 }
    const after = reduce(read, { type: 'event', event: { type: 'payment', payment: told } })
    expect(after.lookup.open).toMatchObject({
      status: 'partly-refunded',
      operations: [{ id: anOperation().id }],
    })
    expect(after.lookup.found?.data[0]?.status).toBe('partly-refunded')
  })
  it('are not taken back by an answer that an event has overtaken', () => {
    const told = { ...paid, updatedAt: 9, status: 'refunded' as const }
    const after = reduce(ready, { type: 'event', event: { type: 'payment', payment: told } })
    const late = reduce(after, { type: 'record-read', payment: paid, opens: false })
    expect(late.lookup.open?.status).toBe('refunded')
  })
  it('open nothing when the answer comes after the record was closed', () => {
    const closed = play([{ type: 'record-closed' }], ready)
    expect(play([{ type: 'record-read', payment: paid, opens: false }], closed).lookup.open).toBeNull()
  })
})

describe('the record that is open', () => {
  it('gives way to a card that is being taken, whose light must be seen, and to a call that is chosen', () => {
    const collecting = aPayment({ id: 'pay_02', status: 'collecting' }, {})
    const onCall = play(
      [
        { type: 'event', event: { type: 'call', call: aCall() } },
        { type: 'event', event: { type: 'payment', payment: collecting } },
      ],
      ready,
    )
    expect(recordShown(onCall)).toBeNull()
    const over = { ...collecting, status: 'cancelled' as const }
    expect(
      recordShown(play([{ type: 'event', event: { type: 'payment', payment: over } }], onCall)),
    ).not.toBeNull()
    expect(recordShown(play([{ type: 'call-selected', callId }], ready))).toBeNull()
  })
  it('tells the screen reader what was found, and what became of an order', () => {
    const before = play([{ type: 'logged-in', session: aSession }])
    expect(announcements(before, reduce(before, found(paid)))).toEqual([
      { text: 'One payment found.', now: false },
    ])
    expect(announcements(before, reduce(before, found()))[0]?.text).toBe('No payments found.')
    const after = reduce(ready, { type: 'record-read', payment: withRefund, opens: false })
    expect(announcements(ready, after)).toEqual([{ text: '£4.00 given back.', now: false }])
    expect(announcements(after, after)).toEqual([])
  })
})
