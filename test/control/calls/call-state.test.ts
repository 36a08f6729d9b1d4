import { describe, expect, it } from 'vitest'
import { type CallEvent, type CallState, newCall, step } from '../../../src/control/calls/call-state.ts'

const play = (...events: CallEvent[]): CallState => events.reduce(step, newCall)
const joined = (role: 'caller' | 'agent', streamSid = `MZ${role}`): CallEvent => ({
  type: 'leg-joined',
  role,
  streamSid,
})
const left = (
  role: 'caller' | 'agent',
  why: Extract<CallEvent, { type: 'leg-left' }>['why'],
  streamSid = `MZ${role}`,
): CallEvent => ({ type: 'leg-left', role, streamSid, why, at: 7 })
const live = [joined('caller'), joined('agent')]

describe('a call', () => {
  it('is live once both legs have joined, in either order', () => {
    expect(play(joined('caller')).status).toBe('ringing')
    expect(play(joined('caller'), joined('agent')).status).toBe('live')
    expect(play(joined('agent'), joined('caller')).status).toBe('live')
  })

  it('stays live while a leg reconnects', () => {
    const state = play(...live, left('agent', 'stream-lost'))
    expect(state).toMatchObject({ status: 'live', agent: { state: 'reconnecting', streamSid: null } })
    expect(step(state, joined('agent', 'MZnew'))).toMatchObject({
      status: 'live',
      agent: { state: 'joined', streamSid: 'MZnew' },
    })
  })

  it('ends when the provider stops a party’s stream, because that party has hung up', () => {
    expect(play(...live, left('caller', 'provider-stopped'))).toMatchObject({
      status: 'ended',
      because: 'caller-hung-up',
      endedAt: 7,
      caller: { state: 'left' },
      agent: { state: 'left' },
    })
    expect(play(...live, left('agent', 'provider-stopped')).because).toBe('agent-hung-up')
  })

  it('does not mind the late good-bye of a stream that was replaced', () => {
    const state = play(...live, joined('caller', 'MZsecond'))
    expect(step(state, left('caller', 'replaced'))).toBe(state)
    expect(step(state, left('caller', 'provider-stopped', 'MZcaller'))).toBe(state)
  })

  it('does not say masked when the bridge that said so is gone', () => {
    const masked = play(...live, { type: 'mask-reported', masked: true })
    expect(masked.masked).toBe(true)
    expect(step(masked, { type: 'bridge-lost' })).toMatchObject({
      masked: false,
      status: 'live',
      caller: { state: 'reconnecting' },
      agent: { state: 'reconnecting' },
    })
  })

  it('finds its legs again on a bridge that kept them, and waits for those it did not', () => {
    const state = play(...live, { type: 'bridge-lost' }, { type: 'bridge-found', streams: { caller: 'MZ1' } })
    expect(state).toMatchObject({
      caller: { state: 'joined', streamSid: 'MZ1' },
      agent: { state: 'reconnecting' },
    })
  })

  it('keeps a leg that joined while the bridge was being asked', () => {
    const state = play({ type: 'bridge-lost' }, ...live)
    expect(step(state, { type: 'bridge-found', streams: {} })).toBe(state)
  })

  it('ends once: nothing changes it afterwards', () => {
    const ended = play(...live, { type: 'ended', because: 'ended-by-request', at: 9 })
    const after: CallEvent[] = [
      ...live,
      left('caller', 'provider-stopped'),
      { type: 'bridge-lost' },
      { type: 'mask-reported', masked: true },
      { type: 'ended', because: 'media-lost', at: 10 },
    ]
    for (const event of after) expect(step(ended, event)).toBe(ended)
  })
})
