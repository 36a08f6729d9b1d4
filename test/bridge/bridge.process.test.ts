import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { RpcClient } from '../../src/base/rpc/rpc-client.ts'
import type { BridgeContract } from '../../src/contracts/bridge-port.ts'
import { BridgeProcess, newCallId, newCollectionId, type Overrides } from './support/bridge-process.ts'
import { CardSocket } from './support/card-socket.ts'
import { keyed, keysIn, loudestDtmf, ramp, silence } from './support/line-audio.ts'
import { TwilioClient } from './support/twilio-client.ts'

type Joined = { callId: string; caller: TwilioClient; agent: TwilioClient }

let bridge: BridgeProcess
let control: RpcClient<BridgeContract>
const cards: CardSocket[] = []

async function restart(overrides: Overrides = {}): Promise<void> {
  bridge = await BridgeProcess.start(overrides)
  control = await bridge.control()
}

async function join1(callId: string, role: 'caller' | 'agent', masked = false): Promise<TwilioClient> {
  const streamToken = randomBytes(32).toString('base64url')
  await control.call('expect-leg', { callId, role, streamToken, masked })
  const client = await TwilioClient.open(bridge)
  client.start(callId, streamToken)
  const isJoined = () =>
    bridge.events.some((event) => event.type === 'leg-joined' && event.streamSid === client.streamSid)
  await bridge.until(isJoined)
  return client
}

async function joined(masked = false): Promise<Joined> {
  const callId = newCallId()
  const agent = await join1(callId, 'agent', masked)
  const caller = await join1(callId, 'caller', masked)
  return { callId, caller, agent }
}

async function collecting(callId: string): Promise<{ card: CardSocket; collectionId: string }> {
  const collectionId = newCollectionId()
  const ticket = randomBytes(32)
  const digitsPath = join(bridge.dir, `${collectionId}.sock`)
  const card = await CardSocket.listen(digitsPath, ticket)
  cards.push(card)
  const route = { callId, collectionId, digitsPath, ticket: ticket.toString('base64url') }
  await control.call('route-digits', route)
  // The bridge is connected as soon as the kernel says so; the other end hears of it a little later.
  while (card.connections === 0) await settled(2)
  return { card, collectionId }
}

/** Arms while silence flows, as it does on a live call. */
async function masked({ callId, caller }: Joined): Promise<void> {
  await Promise.all([control.call('mask', { callId }), caller.play(silence(400))])
}

async function settled(ms = 100): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

beforeAll(() => restart())
afterAll(() => bridge.stop())
afterEach(async () => {
  for (const card of cards.splice(0)) await card.close()
  const { calls } = await control.call('snapshot', {})
  for (const { callId } of calls) await control.call('release', { callId })
})

describe('a call that is not masked', () => {
  it('carries audio both ways, bit for bit', async () => {
    const { caller, agent } = await joined()
    const [toAgent, toCaller] = [ramp(1_000), ramp(1_000).reverse()]
    await Promise.all([caller.play(toAgent), agent.play(toCaller)])
    await settled(200)
    expect(agent.heard.equals(toAgent)).toBe(true)
    expect(caller.heard.equals(toCaller)).toBe(true)
  })

  it('lets a burst go at the pace of speech', async () => {
    const { caller, agent } = await joined()
    for (let at = 0; at < 2_400; at += 160) caller.media(ramp(300).subarray(at, at + 160))
    await settled(500)
    expect(agent.heard.equals(ramp(300))).toBe(true)
    expect(agent.frameTimesMs.at(-1)! - agent.frameTimesMs[0]!).toBeGreaterThan(190)
  })

  it('is a call of its own: what one caller says, no other agent hears', async () => {
    const [one, other] = [await joined(), await joined()]
    await Promise.all([one.caller.play(ramp(200)), other.caller.play(silence(200))])
    await settled()
    expect(other.agent.heard.every((octet) => octet === 0xff)).toBe(true)
  })
})

describe('a masked call', () => {
  it('is confirmed once audio flows through the delay line, and keeps every tone from the agent', async () => {
    const call = await joined()
    await masked(call)
    call.agent.forget()
    const tones = keyed('4929*#013', 100, 100)
    expect(loudestDtmf(tones)).toBeGreaterThan(0.9)
    expect(keysIn(tones)).toBe('4929*#013')
    await call.caller.play(Buffer.concat([tones, silence(200)]))
    await settled()
    expect(call.agent.heard.length).toBeGreaterThan(tones.length)
    expect(keysIn(call.agent.heard)).toBe('')
    expect(loudestDtmf(call.agent.heard)).toBeLessThan(0.05)
  })

  it('is not confirmed while no audio flows, and stays armed', async () => {
    const { callId } = await joined()
    await expect(control.call('mask', { callId })).rejects.toMatchObject({ code: 'MASK_NOT_CONFIRMED' })
    expect((await control.call('snapshot', {})).calls).toMatchObject([{ callId, masked: true }])
  })

  it('masks the first frame of a leg that was announced as masked', async () => {
    const call = await joined(true)
    await call.caller.play(Buffer.concat([keyed('12', 100, 60), silence(200)]))
    await settled()
    expect(keysIn(call.agent.heard)).toBe('')
    expect(loudestDtmf(call.agent.heard)).toBeLessThan(0.05)
  })

  it('lets speech pass again after unmask, and not before the tone has ended', async () => {
    const call = await joined()
    await masked(call)
    const holding = call.caller.play(Buffer.concat([keyed('7', 4_000, 400)]))
    await settled(300)
    await expect(control.call('unmask', { callId: call.callId })).rejects.toMatchObject({ code: 'TONE_HELD' })
    await holding
    await Promise.all([control.call('unmask', { callId: call.callId }), call.caller.play(silence(400))])
    call.agent.forget()
    await call.caller.play(silence(200))
    await call.caller.play(ramp(300))
    await settled()
    // On a busy machine a frame may be cut after a stall; what is not cut is bit-exact.
    const heard = call.agent.heard
    const passed = Array.from({ length: 15 }, (_, i) => ramp(300).subarray(i * 160, i * 160 + 160))
    expect(passed.filter((frame) => heard.includes(frame)).length).toBeGreaterThan(8)
  })

  it('leaves the agent-to-caller audio untouched, tones included', async () => {
    const call = await joined(true)
    const tones = keyed('159', 80, 60)
    await Promise.all([call.agent.play(tones), call.caller.play(silence(500))])
    await settled(200)
    expect(call.caller.heard.equals(tones)).toBe(true)
  })

  it('keeps its mask when control is lost, and when a caller’s stream drops and comes back', async () => {
    const call = await joined()
    await masked(call)
    control.close()
    await bridge.until(() => bridge.logged('control lost, masks stay').length > 0)
    call.agent.forget()
    await call.caller.play(Buffer.concat([keyed('36', 100, 60), silence(100)]))
    await settled()
    expect(keysIn(call.agent.heard)).toBe('')
    control = await bridge.control()
    const views = (await control.call('snapshot', {})).calls
    expect(views).toMatchObject([{ callId: call.callId, masked: true }])
    expect(views[0]?.legs.map(({ role }) => role).sort()).toEqual(['agent', 'caller'])
    call.caller.socket.terminate()
    const again = await join1(call.callId, 'caller')
    await again.play(Buffer.concat([keyed('36', 100, 60), silence(100)]))
    await settled()
    expect(keysIn(call.agent.heard)).toBe('')
  })
})

describe('the digits of a collection', () => {
  it('arrive in order, once each, when the tone and the provider both tell of them', async () => {
    const call = await joined()
    await masked(call)
    const { card } = await collecting(call.callId)
    const keys = '4929001133#'
    const audio = Buffer.concat([silence(100), keyed(keys, 80, 80), silence(500)])
    // The provider's word comes some frames after the onset, as Twilio's does.
    await call.caller.play(audio, (frame) => {
      const press = (frame - 5 - 6) / 8
      if (Number.isInteger(press) && press >= 0 && press < keys.length) call.caller.dtmf(keys[press]!)
    })
    await settled()
    expect(card.digits).toBe(keys)
  })

  it('arrive when only one of the two tells of them', async () => {
    const call = await joined()
    await masked(call)
    const { card } = await collecting(call.callId)
    await call.caller.play(Buffer.concat([silence(60), keyed('4111', 80, 80), silence(500)]))
    await call.caller.play(silence(1_000), (frame) => {
      const key = '22*#0'[(frame - 5) / 10]
      if (key !== undefined) call.caller.dtmf(key)
    })
    await settled()
    expect(card.digits).toBe('411122*#0')
  })

  it('arrive after a stall of the network, although audio is cut for the agent', async () => {
    const call = await joined()
    await masked(call)
    const { card } = await collecting(call.callId)
    const audio = Buffer.concat([silence(100), keyed('58392017', 80, 80), silence(100)])
    for (let at = 0; at < audio.length; at += 160) call.caller.media(audio.subarray(at, at + 160))
    await settled(600)
    expect(card.digits).toBe('58392017')
    expect(keysIn(call.agent.heard)).toBe('')
  })

  it('count without an agent on the line', async () => {
    const callId = newCallId()
    const caller = await join1(callId, 'caller')
    await Promise.all([control.call('mask', { callId }), caller.play(silence(400))])
    const { card } = await collecting(callId)
    await caller.play(Buffer.concat([silence(60), keyed('58', 80, 80), silence(60)]))
    await settled()
    expect(card.digits).toBe('58')
  })

  it('are never the agent’s, never A to D, and never of a press that began before', async () => {
    const call = await joined()
    await masked(call)
    const early = call.caller.play(keyed('9', 600, 100))
    await settled(250)
    const { card } = await collecting(call.callId)
    await early
    const agent = call.agent.play(keyed('123', 80, 80), (frame) => {
      if (frame === 4) call.agent.dtmf('1')
    })
    await Promise.all([
      agent,
      call.caller.play(Buffer.concat([keyed('A', 80, 80), keyed('6D7', 80, 80), silence(500)])),
    ])
    await settled()
    expect(card.digits).toBe('67')
  })

  it('are refused without a mask, and keep the mask on until they are stopped', async () => {
    const call = await joined()
    const { callId } = call
    await expect(collecting(callId)).rejects.toMatchObject({ code: 'NOT_MASKED' })
    await masked(call)
    const { collectionId } = await collecting(callId)
    await expect(control.call('unmask', { callId })).rejects.toMatchObject({ code: 'DIGITS_ROUTED' })
    expect((await control.call('snapshot', {})).calls).toMatchObject([{ callId, collectionId, masked: true }])
    await control.call('stop-digits', { callId, collectionId })
    await Promise.all([control.call('unmask', { callId }), call.caller.play(silence(200))])
    expect((await control.call('snapshot', {})).calls).toMatchObject([{ callId, masked: false }])
  })

  it('are reported as lost when the collection closes its socket or stops answering, and the mask stays', async () => {
    const call = await joined()
    const { callId } = call
    await masked(call)
    const first = await collecting(callId)
    first.card.hangUp()
    const lost = (id: string) => () =>
      bridge.events.some((event) => event.type === 'digits-lost' && event.collectionId === id)
    await bridge.until(lost(first.collectionId))
    const second = await collecting(callId)
    second.card.answering = false
    await call.caller.play(silence(200))
    call.caller.dtmf('5')
    await bridge.until(lost(second.collectionId))
    expect((await control.call('snapshot', {})).calls).toMatchObject([{ callId, masked: true }])
  })

  it('end with the caller’s leg', async () => {
    const call = await joined()
    await masked(call)
    const { card } = await collecting(call.callId)
    call.caller.stop()
    await bridge.until(() =>
      bridge.events.some((event) => event.type === 'digits-lost' && event.callId === call.callId),
    )
    const left = bridge.events.find((event) => event.type === 'leg-left' && event.callId === call.callId)
    expect(left).toMatchObject({ role: 'caller', why: 'provider-stopped' })
    await settled()
    expect(card.closed).toBe(1)
    expect(await call.caller.untilClosed()).toBe(1000)
  })
})

describe('the door', () => {
  it('answers its health', async () => {
    const answer = await fetch(`http://127.0.0.1:${bridge.port}/healthz`)
    expect(answer.status).toBe(200)
  })

  it('opens only for the provider’s signature', async () => {
    const { url } = bridge
    for (const signature of ['', 'bm8=', randomBytes(20).toString('base64')])
      await expect(TwilioClient.open({ url, signature })).rejects.toThrow('HTTP 403')
    await expect(
      TwilioClient.open({ ...bridge, url: `${url}s`, signature: bridge.signature }),
    ).rejects.toThrow('HTTP 404')
  })

  it('ends a stream that says nothing, a wrong token, a used token, or garbage, and no other', async () => {
    const call = await joined()
    const talking = call.caller.play(ramp(2_000))
    const silent = await TwilioClient.open(bridge)
    const wrong = await TwilioClient.open(bridge)
    wrong.start(call.callId, 'x'.repeat(43))
    const garbage = await TwilioClient.open(bridge)
    garbage.socket.send('{"event":"media","media":')
    const binary = await TwilioClient.open(bridge)
    binary.socket.send(randomBytes(200))
    const oversized = await TwilioClient.open(bridge)
    oversized.socket.send('x'.repeat(70_000))
    const early = await TwilioClient.open(bridge)
    early.dtmf('1')
    const streamToken = randomBytes(32).toString('base64url')
    await control.call('expect-leg', { callId: newCallId(), role: 'caller', streamToken, masked: false })
    for (const stream of [silent, wrong, garbage, binary, early])
      expect(await stream.untilClosed()).toBe(1008)
    expect(await oversized.untilClosed()).toBe(1009)
    await talking
    await settled(200)
    expect(call.agent.heard.equals(ramp(2_000))).toBe(true)
  })

  it('lets a token work once, and a new announcement replace the leg', async () => {
    const callId = newCallId()
    const streamToken = randomBytes(32).toString('base64url')
    await control.call('expect-leg', { callId, role: 'caller', streamToken, masked: false })
    const first = await TwilioClient.open(bridge)
    first.start(callId, streamToken)
    await bridge.until(() =>
      bridge.events.some((event) => 'streamSid' in event && event.streamSid === first.streamSid),
    )
    const thief = await TwilioClient.open(bridge)
    thief.start(callId, streamToken)
    expect(await thief.untilClosed()).toBe(1008)
    expect(first.closed).toBeUndefined()
    const second = await join1(callId, 'caller')
    expect(await first.untilClosed()).toBe(1000)
    expect(bridge.events).toContainEqual({
      type: 'leg-left',
      callId,
      role: 'caller',
      streamSid: first.streamSid,
      why: 'replaced',
    })
    expect((await control.call('snapshot', {})).calls).toMatchObject([
      { callId, legs: [{ role: 'caller', streamSid: second.streamSid }] },
    ])
  })

  it('refuses single messages with a reason and goes on', async () => {
    const { caller, agent } = await joined()
    await caller.play(ramp(100))
    caller.sequence -= 3
    caller.media(silence(20))
    caller.sequence += 10
    caller.say({
      event: 'media',
      media: { track: 'outbound', chunk: '50', timestamp: '1000', payload: 'AAAA' },
    })
    caller.say({ event: 'dtmf', dtmf: { track: 'inbound_track', digit: '12' } })
    caller.say({ event: 'nonsense' })
    caller.say({ event: 'mark', streamSid: 'MZother', mark: { name: 'x' } })
    await bridge.until(() => bridge.logged('message refused').length >= 5)
    const reasons = bridge.logged('message refused').map(({ reason }) => reason)
    expect(reasons).toEqual(
      expect.arrayContaining(['out-of-order', 'wrong-track', 'malformed', 'wrong-stream']),
    )
    agent.forget()
    caller.sequence += 1
    await caller.play(ramp(200))
    await settled(200)
    expect(agent.heard.includes(ramp(200).subarray(160))).toBe(true)
  })

  it('ends a stream that sends nothing but garbage after its start', async () => {
    const { caller, agent } = await joined()
    for (let i = 0; i < 120; i++) caller.socket.send('{]')
    expect(await caller.untilClosed()).toBe(1008)
    expect(agent.closed).toBeUndefined()
  })
})

describe('the log', () => {
  it('names no digit, no token and no audio', () => {
    const text = bridge.lines.join('\n')
    expect(text).not.toMatch(/"digit"|payload|4929|4111/)
    expect(text).not.toContain(bridge.token)
  })
})

describe('a bridge that cannot have its port', () => {
  it('says so and ends with a code of its own', async () => {
    const listen = { host: '127.0.0.1', port: bridge.port }
    await expect(BridgeProcess.start({ listen })).rejects.toThrow('EADDRINUSE')
  })
})

describe('a bridge that is told to stop', () => {
  it('takes no further stream, waits for live calls, and ends cleanly', async () => {
    const { caller } = await joined()
    bridge.child.send({ type: 'stop', deadlineMs: 5_000 })
    await settled(150)
    await expect(TwilioClient.open(bridge)).rejects.toThrow('HTTP 503')
    expect(caller.closed).toBeUndefined()
    const exit = new Promise((resolve) => bridge.child.once('exit', resolve))
    await control.call('release', { callId: (await control.call('snapshot', {})).calls[0]!.callId })
    expect(await exit).toBe(0)
    await restart({ maxCalls: 1 })
  })

  it('ends what is still live at the deadline as going away', async () => {
    const { caller } = await joined()
    const code = bridge.stop(500)
    expect(await caller.untilClosed()).toBe(1001)
    expect(await code).toBe(0)
    await restart({ maxCalls: 1 })
  })

  it('takes no more calls or streams than it may', async () => {
    await joined()
    const streamToken = randomBytes(32).toString('base64url')
    const another = { callId: newCallId(), role: 'caller', streamToken, masked: false } as const
    await expect(control.call('expect-leg', another)).rejects.toMatchObject({ code: 'BRIDGE_FULL' })
    await expect(TwilioClient.open(bridge)).rejects.toThrow('HTTP 503')
  })
})
