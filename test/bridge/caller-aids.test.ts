import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { CallBridge } from '../../src/bridge/call-bridge.ts'
import type { BridgeEvent } from '../../src/contracts/bridge-port.ts'
import { encodeG711, g711Tables } from '../../src/dsp/g711.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { FakeStream } from './support/fake-stream.ts'
import { FakeToneChannel } from './support/fake-tone-channel.ts'

const callId = `call_${'0'.repeat(26)}`
const { decode } = g711Tables('mulaw')
const frame = (octet: number) => Buffer.alloc(160, octet)

/** `ms` of a steady level, which no speech has and every frame shows. */
function level(linear: number, ms: number): Uint8Array {
  const octets = new Uint8Array(ms * 8)
  encodeG711('mulaw', new Int16Array(ms * 8).fill(linear), octets)
  return octets
}

let clock: ManualClock
let channel: FakeToneChannel
let events: BridgeEvent[]
let call: CallBridge
let caller: FakeStream

function join(role: 'caller' | 'agent', streamSid: string): FakeStream {
  const stream = new FakeStream(streamSid)
  stream.listener = call.join(role, stream)
  return stream
}

const press = (key: string) => {
  // A press has to have begun after it was asked for: some of the caller's media lies before it.
  for (let i = 0; i < 8; i++) caller.listener!.media(frame(0x7f))
  caller.listener!.digit(key.charCodeAt(0))
}
const told = (type: BridgeEvent['type']) => events.filter((event) => event.type === type)

beforeEach(() => {
  clock = new ManualClock()
  events = []
  call = new CallBridge({
    ...{ callId, clock, log: silentLog, jitterMs: 200 },
    newToneChannel: () => {
      channel = new FakeToneChannel()
      return channel
    },
    emit: (event) => events.push(event),
  })
  caller = join('caller', 'MZcaller')
})

describe('a prompt', () => {
  it('is heard by the caller at the pace of speech, and its end is told', async () => {
    call.aids.play({ playId: 'one', audio: [level(4_000, 100)], bargeIn: true })
    await clock.turn(40)
    expect(caller.heard.length).toBeLessThanOrEqual(5)
    await clock.turn(200)
    expect(told('played')).toEqual([{ type: 'played', callId, playId: 'one', how: 'finished' }])
    const loud = Buffer.concat(caller.heard).filter((octet) => Math.abs(decode[octet]!) > 3_000)
    expect(loud).toHaveLength(800)
  })

  it('ends at any key of the caller’s, with what is played at the far end a moment longer', async () => {
    call.aids.play({ playId: 'one', audio: [level(4_000, 5_000)], bargeIn: true })
    await clock.turn(100)
    press('5')
    expect(told('played')).toEqual([{ type: 'played', callId, playId: 'one', how: 'interrupted' }])
    const before = caller.heard.length
    await clock.turn(200)
    const after = Buffer.concat(caller.heard.slice(before))
    expect(after.every((octet) => octet === 0xff)).toBe(true)
  })

  it('goes on over keys when it must be heard to its end', async () => {
    call.aids.play({ playId: 'one', audio: [level(4_000, 300)], bargeIn: false })
    press('5')
    expect(told('played')).toEqual([])
    await clock.turn(500)
    expect(told('played')).toMatchObject([{ how: 'finished' }])
  })

  it('takes the place of the one before', () => {
    call.aids.play({ playId: 'one', audio: [level(4_000, 300)], bargeIn: true })
    call.aids.play({ playId: 'two', audio: [level(4_000, 300)], bargeIn: true })
    expect(told('played')).toMatchObject([{ playId: 'one', how: 'replaced' }])
  })

  it('is for the caller only, who hears the agent behind it', async () => {
    const agent = join('agent', 'MZagent')
    call.aids.play({ playId: 'one', audio: [level(8_000, 400)], bargeIn: true })
    agent.listener!.media(level(4_000, 20))
    await clock.turn(100)
    const linear = [...Buffer.concat(caller.heard)].map((octet) => decode[octet]!)
    const both = linear.filter((sample) => Math.abs(sample - 9_000) < 400)
    expect(both).toHaveLength(160)
    expect(agent.heard).toEqual([])
    await clock.turn(500)
    const before = caller.heard.length
    agent.listener!.media(level(4_000, 20))
    expect(decode[caller.heard[before]![0]!]).toBeCloseTo(4_000, -3)
  })

  it('leaves a stream that goes on to a caller who is alone, and none beside an agent', async () => {
    call.aids.play({ playId: 'one', audio: [level(4_000, 20)], bargeIn: true })
    await clock.turn(1_000)
    expect(caller.heard.length).toBeGreaterThan(48)
    join('agent', 'MZagent')
    const before = caller.heard.length
    await clock.turn(1_000)
    expect(caller.heard.length - before).toBeLessThanOrEqual(1)
  })

  it('ends with the call', async () => {
    call.aids.play({ playId: 'one', audio: [level(4_000, 5_000)], bargeIn: true })
    caller.close('provider-stopped')
    expect(told('played')).toMatchObject([{ how: 'stopped' }])
    await clock.turn(10_000)
  })
})

describe('keys of a menu', () => {
  it('are told one by one, by name only where that was asked for, and no more than asked', () => {
    call.aids.takeKeys({ keys: '12', most: 3 })
    for (const key of '1972') press(key)
    expect(told('key').map((event) => (event.type === 'key' ? event.key : ''))).toEqual([
      '1',
      'other',
      'other',
    ])
  })

  it('are nobody’s while none is asked for', () => {
    press('1')
    call.aids.takeKeys({ keys: '12', most: 3 })
    call.aids.dropKeys()
    press('1')
    expect(told('key')).toEqual([])
  })
})

describe('a caller who reads the card aloud', () => {
  it('is silence to the agent while muted, which only a masked line can be, and is heard again with the mask off', async () => {
    const agent = join('agent', 'MZagent')
    expect(() => call.aids.mute(true)).toThrowError(expect.objectContaining({ code: 'NOT_MASKED' }))
    call.arm()
    call.aids.mute(true)
    caller.listener!.media(frame(0x10))
    expect(agent.heard.at(-1)).toEqual(frame(0xff))
    await clock.turn(20)
    await call.unmask()
    caller.listener!.media(frame(0x10))
    expect(agent.heard.at(-1)).toEqual(frame(0x10))
  })
})
