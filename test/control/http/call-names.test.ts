import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/base/ids.ts'
import type { SipFacts } from '../../../src/contracts/bridge-port.ts'
import { ask, type Harness, harness, liveCall, theirs } from './control-harness.ts'

let control: Harness
beforeEach(async () => {
  control = await harness()
})
afterEach(() => control.close())

let count = 0

/** A call over SIP as the bridge tells of it; both parties on the line unless it rings. */
function sipCall(facts: Partial<SipFacts> = {}, { rings = false } = {}): string {
  const callId = newId('call', ++count)
  const sip: SipFacts = {
    ...{ callerCallId: `a${count}@trunk`, agentCallId: `b${count}@pbx`, direction: 'inbound' },
    ...{ from: '+441', to: '1000', agentExtension: '1000', metadata: {} },
    ...facts,
  }
  control.bridge.say({ type: 'sip-call', callId, sip })
  for (const role of rings ? [] : (['caller', 'agent'] as const))
    control.bridge.say({ type: 'leg-joined', callId, role, streamSid: `leg_${role}`, masked: false })
  return callId
}

const pay = (names: object, key?: string) => {
  const body = { ...names, amountMinor: 100, currency: 'GBP', reference: 'r' }
  return ask(control, { method: 'POST', url: '/v1/payments', body, ...(key ? { key } : {}) })
}

describe('a payment', () => {
  it('is created by our id, by the SIP Call-ID of either leg, or by the extension of the agent', async () => {
    const callId = sipCall({ callerCallId: 'left@trunk', agentCallId: 'right@pbx', agentExtension: '2001' })
    sipCall({ agentExtension: '2002' })
    const names = [
      { callId },
      { sipCallId: 'left@trunk' },
      { sipCallId: 'right@pbx' },
      { agentExtension: '2001' },
    ]
    for (const name of names) {
      const answer = await pay(name)
      expect(answer.statusCode, JSON.stringify(name)).toBe(201)
      expect(answer.json()).toMatchObject({ callId })
    }
  })

  it('names its call exactly once', async () => {
    const callId = sipCall()
    for (const names of [{}, { callId, agentExtension: '1000' }]) {
      const answer = await pay(names)
      expect(answer.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID', field: '/callId' })
      expect(answer.json().detail).toContain('one of callId, sipCallId and agentExtension')
    }
  })

  it('means the live one of an agent’s calls, and asks which when that does not tell', async () => {
    const live = sipCall()
    const ringing = sipCall({}, { rings: true })
    expect((await pay({ agentExtension: '1000' })).json()).toMatchObject({ callId: live })
    const another = sipCall()
    const refused = (await pay({ agentExtension: '1000' })).json()
    expect(refused).toMatchObject({ status: 409, code: 'CALL_AMBIGUOUS', field: '/agentExtension' })
    for (const id of [live, ringing, another]) expect(refused.detail).toContain(id)
  })

  it('finds no call that has ended, or is another merchant’s', async () => {
    const callId = sipCall({ callerCallId: 'x@trunk', agentExtension: '7' })
    expect((await pay({ agentExtension: '7' }, theirs.key)).json()).toMatchObject({
      ...{ status: 404, code: 'CALL_NOT_FOUND', field: '/agentExtension' },
    })
    await ask(control, { method: 'POST', url: `/v1/calls/${callId}/hang-up` })
    expect((await pay({ sipCallId: 'x@trunk' })).json()).toMatchObject({ status: 404, field: '/sipCallId' })
  })

  it('goes to the agent whom the PBX says it put the call through to', async () => {
    const callId = sipCall({ to: '0800', agentExtension: '0800' })
    const sip = { ...{ callerCallId: 'c', agentCallId: 'c', direction: 'inbound' as const }, metadata: {} }
    control.bridge.say({
      ...{ type: 'sip-call', callId },
      sip: { ...sip, from: '+441', to: '0800', agentExtension: '2003' },
    })
    expect((await pay({ agentExtension: '2003' })).json()).toMatchObject({ callId })
    expect((await pay({ agentExtension: '0800' })).json()).toMatchObject({ status: 404 })
  })

  it('is found by the address of the agent over other providers, too', async () => {
    const callId = await liveCall(control)
    expect((await pay({ agentExtension: 'client:agent' })).json()).toMatchObject({ callId })
  })
})

describe('the list of calls', () => {
  it('is looked through by SIP Call-ID and by extension', async () => {
    const [one, two] = [sipCall({ agentExtension: '1' }), sipCall({ callerCallId: 'z@trunk' })]
    const ids = async (query: string) =>
      (await ask(control, { url: `/v1/calls?${query}` })).json().data.map(({ id }: { id: string }) => id)
    expect(await ids('agentExtension=1')).toEqual([one])
    expect(await ids('sipCallId=z%40trunk')).toEqual([two])
    expect(await ids('sipCallId=z%40trunk&agentExtension=1')).toEqual([])
  })
})

describe('what the edge says of a call', () => {
  const facts = {
    callerCallId: 'told@trunk',
    agentCallId: 'told@trunk',
    direction: 'inbound',
    to: '0800',
  } as const
  const tell = (callId: string, metadata: Record<string, string>) =>
    control.bridge.say({
      ...{ type: 'sip-call', callId },
      sip: { ...facts, from: '+441', agentExtension: '1', metadata },
    })
  const told = async (callId: string) => (await ask(control, { url: `/v1/calls/${callId}` })).json().metadata

  it('is the call’s metadata, without what looks like a card number, and what it says later too', async () => {
    const callId = sipCall({
      metadata: { crmRecord: 'Case:500', card: '4242424242424242', 'not a key': 'x' },
    })
    expect(await told(callId)).toEqual({ crmRecord: 'Case:500' })
    tell(callId, { crmRecord: 'Case:501', invoice: 'INV-7' })
    await expect
      .poll(() => told(callId), { timeout: 10_000 })
      .toEqual({ crmRecord: 'Case:501', invoice: 'INV-7' })
  })

  it('does not undo what a person said of it meanwhile, not even after a restart', async () => {
    const callId = sipCall({ metadata: { crmRecord: 'Case:500', note: 'x' } })
    const metadata = { crmRecord: 'Case:502', note: null }
    const said = await ask(control, { method: 'PATCH', url: `/v1/calls/${callId}`, body: { metadata } })
    expect(said.json()).toMatchObject({ id: callId, metadata: { crmRecord: 'Case:502' } })
    tell(callId, { crmRecord: 'Case:500', note: 'x' })
    control = await control.restart()
    tell(callId, { crmRecord: 'Case:500', note: 'x' })
    expect(await told(callId)).toEqual({ crmRecord: 'Case:502' })
  })

  it('takes no card number from a person either, and nothing from whom the call does not belong to', async () => {
    const callId = sipCall()
    const say = (metadata: object, key?: string) =>
      ask(control, {
        method: 'PATCH',
        url: `/v1/calls/${callId}`,
        body: { metadata },
        ...(key ? { key } : {}),
      })
    const card = await say({ crmRecord: '4242 4242 4242 4242' })
    expect(card.json()).toMatchObject({ code: 'CARD_NUMBER_IN_TEXT', field: '/metadata/crmRecord' })
    expect((await say({ crmRecord: 'Case:500' }, theirs.key)).json()).toMatchObject({
      code: 'CALL_NOT_FOUND',
    })
    expect((await say({ 'no key': 'x' })).json()).toMatchObject({ code: 'REQUEST_INVALID' })
    expect(await told(callId)).toEqual({})
  })
})

describe('a transfer', () => {
  const ordered = (body: object) => ask(control, { method: 'POST', url: '/v1/transfers', body })

  it('has a number of its own, for one agent and for its time', async () => {
    const answer = await ordered({ agentExtension: '2001', validSeconds: 60 })
    expect(answer.statusCode).toBe(201)
    const [asked] = control.bridge.requests('expect-transfer')
    expect(asked).toMatchObject({ agent: '2001', merchantId: 'mer_ours', validMs: 60_000, metadata: {} })
    expect(answer.json()).toEqual({ dial: `8000${asked?.token}`, expiresAt: control.clock.now() + 60_000 })
    await ordered({ agentExtension: '2001' })
    expect(control.bridge.requests('expect-transfer')[1]?.token).not.toBe(asked?.token)
  })

  it('says which record the call will be about, and nothing that only the edge may say', async () => {
    const metadata = { crmRecord: 'Case:500' }
    expect((await ordered({ agentExtension: '2001', metadata })).statusCode).toBe(201)
    expect(control.bridge.requests('expect-transfer')[0]).toMatchObject({ metadata })
    for (const wrong of [
      { 'self-service': 'yes' },
      { merchant: 'mer_theirs' },
      { x: 'a|merchant:mer_theirs' },
    ])
      expect((await ordered({ agentExtension: '2001', metadata: wrong })).json()).toMatchObject({
        code: 'REQUEST_INVALID',
      })
    const card = await ordered({ agentExtension: '2001', metadata: { x: '4242424242424242' } })
    expect(card.json()).toMatchObject({ code: 'CARD_NUMBER_IN_TEXT', field: '/metadata/x' })
  })

  it('needs a drachtio server, a bridge, and an agent that can be dialled', async () => {
    control.bridge.takesTransfers = false
    expect((await ordered({ agentExtension: '1' })).json()).toMatchObject({
      code: 'TRANSFERS_NOT_CONFIGURED',
    })
    control.bridge.goAway()
    expect((await ordered({ agentExtension: '1' })).json()).toMatchObject({ code: 'PLATFORM_NOT_READY' })
    const injected = await ordered({ agentExtension: '1@evil.example' })
    expect(injected.json()).toMatchObject({ code: 'REQUEST_INVALID', field: '/agentExtension' })
  })
})

describe('a self-service call', () => {
  const alone = { selfService: true } as const

  it('is live with its caller, for as long as that is there', async () => {
    const callId = sipCall(alone, { rings: true })
    control.bridge.say({ type: 'leg-joined', callId, role: 'caller', streamSid: 'leg_c', masked: false })
    await control.clock.turn(10 * 60_000)
    const call = () => ask(control, { url: `/v1/calls/${callId}` })
    expect((await call()).json()).toMatchObject({ status: 'live', caller: 'joined', agent: 'left' })
    const left = { type: 'leg-left', callId, role: 'caller', streamSid: 'leg_c' } as const
    control.bridge.say({ ...left, why: 'provider-stopped' })
    expect((await call()).json()).toMatchObject({ status: 'ended' })
  })

  it('is live over a restart of control', async () => {
    const callId = sipCall(alone, { rings: true })
    control.bridge.say({ type: 'leg-joined', callId, role: 'caller', streamSid: 'leg_c', masked: false })
    control = await control.restart()
    const sip = { ...{ callerCallId: 'a', agentCallId: 'a', direction: 'inbound' as const }, metadata: {} }
    control.bridge.comeBack([
      {
        ...{ callId, masked: true, legs: [{ role: 'caller', streamSid: 'leg_c' }] },
        sip: { ...sip, ...alone, from: '+441', to: '8100', agentExtension: '8100' },
      },
    ])
    await control.clock.turn(10 * 60_000)
    expect((await ask(control, { url: `/v1/calls/${callId}` })).json()).toMatchObject({ status: 'live' })
  })
})
