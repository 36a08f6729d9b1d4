import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/base/ids.ts'
import { missingLegMs } from '../../../src/control/calls/missing-legs.ts'
import { settle } from '../../support/manual-clock.ts'
import { ask, type Harness, harness, liveCall, ours } from '../http/control-harness.ts'

let control: Harness
beforeEach(async () => {
  control = await harness()
})
afterEach(() => control.close())

const statusOf = (callId: string) => control.calls.get(ours.id, callId)?.status
const hangUp = (callId: string) => ask(control, { method: 'POST', url: `/v1/calls/${callId}/hang-up` })

describe('a call that is ended by request', () => {
  it('stops its collection first, then its media, then both parties, exactly once', async () => {
    const callId = await liveCall(control)
    const answers = await Promise.all([hangUp(callId), hangUp(callId), hangUp(callId)])
    for (const answer of answers) expect(answer.json()).toMatchObject({ id: callId, status: 'ended' })
    expect(control.payments.ended).toEqual([callId])
    expect(control.bridge.requests('release')).toEqual([{ callId }])
    expect(control.rest.hungUp.sort()).toEqual(['CAagent0', 'CAcaller'])
  })

  it('stays readable afterwards, and in the list of ended ones', async () => {
    const callId = await liveCall(control)
    await hangUp(callId)
    await control.clock.turn(60 * 60_000)
    expect(control.calls.get(ours.id, callId)).toBeUndefined()
    expect((await ask(control, { url: `/v1/calls/${callId}` })).json()).toMatchObject({
      status: 'ended',
      caller: 'left',
    })
    expect((await ask(control, { url: '/v1/calls' })).json().data).toEqual([])
    expect((await ask(control, { url: '/v1/calls?status=ended' })).json().data).toHaveLength(1)
  })
})

describe('ended calls', () => {
  it('are listed newest first, page by page', async () => {
    const ids: string[] = []
    for (let i = 0; i < 5; i++) {
      ids.push(await liveCall(control, { sid: `CA${i}` }))
      await hangUp(ids.at(-1) ?? '')
      await control.clock.turn(1)
    }
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await ask(control, {
        url: `/v1/calls?status=ended&limit=2${cursor && `&cursor=${cursor}`}`,
      })
      seen.push(...page.json().data.map((call: { id: string }) => call.id))
      cursor = page.json().nextCursor
    }
    expect(seen).toEqual(ids.reverse())
  })
})

describe('a caller who hangs up', () => {
  it('is seen at once from the media, without waiting for a webhook, and the agent is let go', async () => {
    const callId = await liveCall(control)
    control.bridge.say({
      type: 'leg-left',
      callId,
      role: 'caller',
      streamSid: 'MZCAcallerc',
      why: 'provider-stopped',
    })
    expect(statusOf(callId)).toBe('ended')
    expect(control.payments.ended).toEqual([callId])
    expect(control.rest.hungUp).toEqual(['CAagent0'])
  })
})

describe('a call over a restart of the bridge', () => {
  it('waits for its legs, and is live all the while', async () => {
    const callId = await liveCall(control)
    control.calls.setMasked(callId, true)
    control.bridge.goAway()
    expect(control.calls.get(ours.id, callId)).toMatchObject({
      status: 'live',
      caller: 'reconnecting',
      agent: 'reconnecting',
      masked: false,
    })
    control.bridge.comeBack()
    for (const role of ['caller', 'agent'] as const)
      control.bridge.say({ type: 'leg-joined', callId, role, streamSid: `MZ${role}2`, masked: true })
    await control.clock.turn(missingLegMs * 2)
    expect(control.calls.get(ours.id, callId)).toMatchObject({
      status: 'live',
      caller: 'joined',
      agent: 'joined',
    })
  })

  it('is given up when a leg does not come back', async () => {
    const callId = await liveCall(control)
    control.bridge.goAway()
    control.bridge.comeBack()
    control.bridge.say({ type: 'leg-joined', callId, role: 'caller', streamSid: 'MZ2', masked: true })
    await control.clock.turn(missingLegMs - 1)
    expect(statusOf(callId)).toBe('live')
    await control.clock.turn(1)
    expect(statusOf(callId)).toBe('ended')
    expect(control.rest.hungUp.sort()).toEqual(['CAagent0', 'CAcaller'])
  })
})

describe('a call over SIP', () => {
  const sipCall = (name: string) => {
    const sip = { ...{ callerCallId: name, agentCallId: name, direction: 'inbound' as const }, metadata: {} }
    const callId = newId('call', control.clock.now())
    control.bridge.say({
      type: 'sip-call',
      callId,
      sip: { ...sip, from: '+441', to: '1', agentExtension: '1' },
    })
    for (const role of ['caller', 'agent'] as const)
      control.bridge.say({ type: 'leg-joined', callId, role, streamSid: `leg_${role}`, masked: false })
    return callId
  }
  const legs = (['caller', 'agent'] as const).map((role) => ({ role, streamSid: `leg_${role}2` }))

  it('is over at once when the bridge comes back without it: nobody else could bring its legs', async () => {
    const [ended, goesOn] = [sipCall('a@trunk'), sipCall('b@trunk')]
    control.bridge.goAway()
    expect(statusOf(ended)).toBe('live')
    control.bridge.comeBack([{ callId: goesOn, legs, masked: true }])
    await settle()
    expect([statusOf(ended), statusOf(goesOn)]).toEqual(['ended', 'live'])
    expect(control.calls.live(ended)?.state.because).toBe('media-lost')
  })

  it('that begins while the bridge tells what it holds goes on', async () => {
    control.bridge.goAway()
    control.bridge.comeBack([])
    const callId = sipCall('young@trunk')
    await settle()
    expect(statusOf(callId)).toBe('live')
  })
})

describe('a call over a restart of control', () => {
  it('is found again with the legs that the bridge still holds', async () => {
    const callId = await liveCall(control)
    control = await control.restart()
    expect(control.calls.get(ours.id, callId)).toMatchObject({ status: 'live', caller: 'reconnecting' })
    const legs = (['caller', 'agent'] as const).map((role) => ({ role, streamSid: `MZ${role}` }))
    control.bridge.comeBack([{ callId, legs, masked: true }])
    await settle()
    expect(control.calls.get(ours.id, callId)).toMatchObject({
      status: 'live',
      caller: 'joined',
      agent: 'joined',
    })
    expect(control.bridge.requests('release')).toEqual([])
    await hangUp(callId)
    expect(control.rest.hungUp.sort()).toEqual(['CAagent0', 'CAcaller'])
  })

  it('is found again although the bridge could not say at first what it holds: nobody is hung up on', async () => {
    const callId = await liveCall(control)
    control = await control.restart()
    const legs = (['caller', 'agent'] as const).map((role) => ({ role, streamSid: `MZ${role}` }))
    control.bridge.snapshotsRefused = 3
    control.bridge.comeBack([{ callId, legs, masked: false }])
    await settle()
    expect(control.calls.get(ours.id, callId)).toMatchObject({ caller: 'reconnecting' })
    await control.clock.turn(30_000)
    expect(control.calls.get(ours.id, callId)).toMatchObject({ caller: 'joined', agent: 'joined' })
    const asked = control.bridge.requests('snapshot').length
    await control.clock.turn(missingLegMs)
    expect(statusOf(callId)).toBe('live')
    expect(control.bridge.requests('snapshot')).toHaveLength(asked)
  })

  it('is ended after a while when nobody has it any more', async () => {
    const callId = await liveCall(control)
    control = await control.restart()
    await control.clock.turn(missingLegMs)
    expect(statusOf(callId)).toBe('ended')
    control = await control.restart()
    expect(control.calls.current(ours.id)).toEqual([])
  })

  it('is ended soon when its caller hung up meanwhile, and every word of that was lost', async () => {
    const callId = await liveCall(control)
    control = await control.restart()
    await control.clock.turn(10_000)
    expect(statusOf(callId)).toBe('live')
    control.rest.over.add('CAcaller')
    await control.clock.turn(10_000)
    expect(statusOf(callId)).toBe('ended')
    expect(control.calls.live(callId)?.state.because).toBe('caller-hung-up')
    expect(control.rest.hungUp).toEqual(['CAagent0'])
  })

  it('is released on the bridge when it ended while the bridge was away', async () => {
    const callId = await liveCall(control)
    control.bridge.goAway()
    await hangUp(callId)
    control.bridge.comeBack([{ callId, legs: [], masked: true }])
    await settle()
    expect(control.bridge.requests('release')).toEqual([{ callId }])
  })
})
