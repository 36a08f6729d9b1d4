import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { CallBook } from '../../src/bridge/call-book.ts'
import type { BridgeEvent } from '../../src/contracts/bridge-port.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { FakeStream } from './support/fake-stream.ts'
import { FakeToneChannel } from './support/fake-tone-channel.ts'

const callId = (n: number) => `call_${String(n).padStart(26, '0')}`
const token = (n: number) => String(n).padStart(43, 't')

let clock: ManualClock
let events: BridgeEvent[]
let book: CallBook

beforeEach(() => {
  clock = new ManualClock()
  events = []
  book = new CallBook({
    clock,
    log: silentLog,
    maxCalls: 2,
    jitterMs: 200,
    newToneChannel: () => new FakeToneChannel(),
    emit: (event) => events.push(event),
  })
})

const expectCaller = (n: number, streamToken = token(n)) =>
  book.expect({ callId: callId(n), role: 'caller', streamToken, masked: false })

function claim(n: number, streamToken = token(n)): FakeStream | undefined {
  const stream = new FakeStream(`MZ${n}`)
  stream.listener = book.claim(callId(n), streamToken, stream)
  return stream.listener && stream
}

describe('the book of calls', () => {
  it('gives a leg to the bearer of its token, once', () => {
    expectCaller(1)
    expect(claim(1, token(9))).toBeUndefined()
    expect(claim(2, token(1))).toBeUndefined()
    expect(claim(1)).toBeDefined()
    expect(claim(1)).toBeUndefined()
  })

  it('replaces a token by a later one of the same role', () => {
    expectCaller(1)
    expectCaller(1, token(7))
    expect(claim(1)).toBeUndefined()
    expect(claim(1, token(7))).toBeDefined()
  })

  it('never takes a mask off by an announcement', () => {
    book.expect({ callId: callId(1), role: 'caller', streamToken: token(1), masked: true })
    expectCaller(1)
    expect(book.views()).toMatchObject([{ masked: true }])
  })

  it('is full at its limit, and has room again after a release', () => {
    expectCaller(1)
    expectCaller(2)
    expect(() => expectCaller(3)).toThrow(expect.objectContaining({ code: 'BRIDGE_FULL' }))
    expectCaller(1, token(8))
    book.release(callId(1))
    book.release(callId(1))
    expectCaller(3)
  })

  it('forgets a call that nobody joins, and none that somebody is on', async () => {
    expectCaller(1)
    expectCaller(2)
    const stream = claim(1)!
    await clock.turn(16 * 60_000)
    expect(book.views().map((view) => view.callId)).toEqual([callId(1)])
    stream.close('stream-lost')
    await clock.turn(16 * 60_000)
    expect(book.views()).toEqual([])
  })

  it('refuses what is asked of a call that it does not know, except to stop and to release', () => {
    expect(() => book.get(callId(1))).toThrow(expect.objectContaining({ code: 'CALL_UNKNOWN' }))
    book.stopDigits(callId(1), `col_${'0'.repeat(26)}`)
    book.release(callId(1))
  })

  it('ends every leg when the bridge stops', () => {
    expectCaller(1)
    const stream = claim(1)!
    book.endAll('bridge-stopping')
    expect(stream.closedFor).toBe('bridge-stopping')
    expect(book.live).toBe(false)
  })
})
