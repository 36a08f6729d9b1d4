import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { CallBridge } from '../../src/bridge/call-bridge.ts'
import type { BridgeEvent } from '../../src/contracts/bridge-port.ts'
import { ManualClock, settle } from '../support/manual-clock.ts'
import { FakeStream } from './support/fake-stream.ts'
import { FakeToneChannel } from './support/fake-tone-channel.ts'

const callId = `call_${'0'.repeat(26)}`
const frame = (octet: number) => Buffer.alloc(160, octet)

let clock: ManualClock
let channels: FakeToneChannel[]
let events: BridgeEvent[]
let call: CallBridge
let caller: FakeStream
let agent: FakeStream

const channel = () => channels.at(-1)!

function join(role: 'caller' | 'agent', streamSid: string): FakeStream {
  const stream = new FakeStream(streamSid)
  stream.listener = call.join(role, stream)
  return stream
}

beforeEach(() => {
  clock = new ManualClock()
  channels = []
  events = []
  call = new CallBridge({
    callId,
    clock,
    log: silentLog,
    jitterMs: 200,
    newToneChannel: () => {
      channels.push(new FakeToneChannel())
      return channel()
    },
    emit: (event) => events.push(event),
  })
  agent = join('agent', 'MZagent')
  caller = join('caller', 'MZcaller')
})

describe('a mask', () => {
  it('is confirmed by a secured channel, once a frame has gone through it since it was asked for', async () => {
    let confirmed = false
    const asked = call.mask().then(() => {
      confirmed = true
    })
    channel().secured = true
    await settle()
    expect(confirmed).toBe(false)
    caller.listener!.media(frame(1))
    await asked
    expect(confirmed).toBe(true)
  })

  it('is not confirmed within two seconds when the delay line does not stand, and stays armed', async () => {
    const asked = expect(call.mask()).rejects.toMatchObject({ code: 'MASK_NOT_CONFIRMED' })
    caller.listener!.media(frame(1))
    await clock.turn(2_000)
    await asked
    expect(call.view().masked).toBe(true)
    expect(channel().armed).toBe(true)
  })

  it('belongs to the call: a caller who comes back is masked from the first frame', () => {
    call.arm()
    caller.close('stream-lost')
    expect(channels[0]!.released).toBe(true)
    join('caller', 'MZagain')
    expect(channels).toHaveLength(2)
    expect(channel().armed).toBe(true)
    expect(events.at(-1)).toMatchObject({ type: 'leg-joined', role: 'caller', masked: true })
  })

  it('comes off when the line is quiet, and not while a tone is held', async () => {
    call.arm()
    channel().quiet = false
    const held = expect(call.unmask()).rejects.toMatchObject({ code: 'TONE_HELD' })
    await clock.turn(3_000)
    await held
    expect(channel().armed).toBe(true)
    const unmasked = call.unmask()
    channel().quiet = true
    caller.listener!.media(frame(1))
    await unmasked
    expect([channel().armed, call.view().masked]).toEqual([false, false])
  })

  it('stays on until the caller has been calm for as long as is asked, and is refused at once before', async () => {
    call.arm()
    await clock.turn(5_900)
    await expect(call.unmask(6_000)).rejects.toMatchObject({ code: 'TONE_HELD' })
    expect(channel().armed).toBe(true)
    await clock.turn(200)
    const unmasked = call.unmask(6_000)
    caller.listener!.media(frame(1))
    await unmasked
    expect(channel().armed).toBe(false)
  })

  it('that is asked for again stops an unmask that still waits', async () => {
    call.arm()
    channel().quiet = false
    const unmasked = expect(call.unmask()).rejects.toMatchObject({ code: 'TONE_HELD' })
    call.arm()
    channel().quiet = true
    caller.listener!.media(frame(1))
    await unmasked
    expect(channel().armed).toBe(true)
  })
})

describe('tone processing that fails', () => {
  it('mutes the caller for good, keeps the mask on and drops what the agent’s provider holds', async () => {
    caller.listener!.media(frame(1))
    expect(agent.heard).toHaveLength(1)
    channel().broken = true
    for (let i = 0; i < 5; i++) {
      caller.listener!.media(frame(2))
      await clock.turn(20)
    }
    channel().broken = false
    caller.listener!.media(frame(3))
    await clock.turn(100)
    expect(agent.heard).toHaveLength(1)
    expect(agent.cleared).toBe(1)
    expect(call.view().masked).toBe(true)
    await expect(call.unmask()).rejects.toMatchObject({ code: 'TONE_GUARD_FAILED' })
    await expect(call.mask()).rejects.toMatchObject({ code: 'TONE_GUARD_FAILED' })
  })

  it('leaves the agent’s voice alone', async () => {
    channel().broken = true
    caller.listener!.media(frame(2))
    agent.listener!.media(frame(7))
    await clock.turn(100)
    expect(caller.heard).toEqual([frame(7)])
  })
})

describe('the two legs', () => {
  it('process the caller’s audio without an agent, and play it to nobody', () => {
    agent.close('provider-stopped')
    caller.listener!.media(frame(1))
    expect(channel().octets).toBe(160)
  })

  it('mask what is held, and what is still queued, at the provider’s word for a key', async () => {
    for (let i = 0; i < 5; i++) caller.listener!.media(frame(1))
    caller.listener!.digit(0x35)
    expect(channel().heldMs).toEqual([240])
    agent.listener!.digit(0x35)
    expect(channel().heldMs).toHaveLength(1)
  })

  it('tell of their end once, with the reason, and of a replaced one before the one that replaces it', () => {
    join('caller', 'MZnew')
    expect(events.slice(2)).toEqual([
      { type: 'leg-left', callId, role: 'caller', streamSid: 'MZcaller', why: 'replaced' },
      { type: 'leg-joined', callId, role: 'caller', streamSid: 'MZnew', masked: false },
    ])
    call.end('call-released')
    expect(events.slice(4).map((event) => 'why' in event && event.why)).toEqual([
      'call-released',
      'call-released',
    ])
    expect(call.hasLegs).toBe(false)
  })
})
