import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { AgentExchange, type AgentHandset } from '../../../src/simulator/carrier/agent-exchange.ts'
import { Call, type Network, type Party } from '../../../src/simulator/carrier/call.ts'
import { StatusCallbacks } from '../../../src/simulator/carrier/status-callbacks.ts'
import { Webhooks } from '../../../src/simulator/carrier/webhooks.ts'
import type { ToHandset } from '../../../src/simulator/handset-protocol.ts'
import { Ticker } from '../../../src/simulator/ticker.ts'
import { ManualClock } from '../../support/manual-clock.ts'

let clock: ManualClock
let exchange: AgentExchange
let network: Network

beforeEach(() => {
  clock = new ManualClock()
  exchange = new AgentExchange(clock)
  const webhooks = new Webhooks({ authToken: 'token', clock, log: silentLog })
  network = {
    accountSid: 'AC0',
    authToken: 'token',
    clock,
    log: silentLog,
    webhooks,
    ticker: new Ticker(clock),
  }
})

/** A call that rings at an agent's end, whose robot says 0x11. */
function ringing(identity: string): { call: Call; line: Party } {
  const line = exchange.line(identity)
  const callbacks = new StatusCallbacks({
    webhooks: network.webhooks,
    clock,
    target: undefined,
    events: new Set(),
  })
  const call = new Call({
    network,
    direction: 'outbound-api',
    from: '+442079460000',
    to: `client:${identity}`,
    party: line,
    idle: () => Buffer.alloc(160, 0x11),
    callbacks,
  })
  call.advance('ringing')
  return { call, line }
}

function attach(identity: string, parameters: Record<string, string> = {}) {
  const heard: ToHandset[] = []
  const handset: AgentHandset = { identity, parameters, send: (message) => void heard.push(message) }
  exchange.attach(handset)
  return { handset, heard, events: () => heard.map(({ event }) => event) }
}

const say = (octet: number) =>
  ({ event: 'media', media: { payload: Buffer.alloc(160, octet).toString('base64') } }) as const
const said = (call: Call) => {
  const frames: Array<number | undefined> = []
  call.uplink.pull((frame) => void frames.push(frame[0]))
  return frames
}

describe("the agents' end of the network", () => {
  it('gives every listener of an identity the same audio, and others none', () => {
    const listeners = [attach('priya'), attach('priya'), attach('*')]
    const other = attach('sam')
    const { call, line } = ringing('priya')
    line.start(call, 'MZ1', {})
    line.hear('MZ1', Buffer.alloc(160, 1), 1)
    for (const { events } of listeners) expect(events()).toEqual(['state', 'start', 'media'])
    expect(other.heard).toEqual([])
  })

  it('tells a handset that joins a call under way what it has missed', () => {
    const { call, line } = ringing('priya')
    call.answer()
    line.start(call, 'MZ1', { callId: 'call_1', token: 'secret' })
    const late = attach('priya')
    expect(late.heard[0]).toMatchObject({ event: 'state', state: 'answered' })
    expect(late.heard[1]).toMatchObject({ start: { customParameters: { callId: 'call_1' } } })
    expect(JSON.stringify(late.heard)).not.toContain('secret')
  })

  it('keeps a handset to the call that it asked for by a parameter', () => {
    const mine = attach('*', { callId: 'call_2' })
    const [one, two] = [ringing('priya'), ringing('priya')]
    one.line.start(one.call, 'MZ1', { callId: 'call_1' })
    two.line.start(two.call, 'MZ2', { callId: 'call_2' })
    one.line.hear('MZ1', Buffer.alloc(160, 1), 1)
    two.line.hear('MZ2', Buffer.alloc(160, 2), 1)
    expect(mine.events()).toEqual(['state', 'start', 'media'])
    two.call.end('completed', 'hung-up-by-platform')
    expect(mine.heard.at(-1)).toEqual({
      event: 'stop',
      stop: { callSid: two.call.sid, reason: 'hung-up-by-platform' },
    })
  })

  it('lets what a handset says take the place of the robot, until the handset is gone', () => {
    const { call } = ringing('priya')
    const { handset } = attach('priya')
    expect(said(call)).toEqual([0x11])
    exchange.take(handset, say(0x22))
    expect(said(call)).toEqual([0x22])
    exchange.detach(handset)
    expect(said(call)).toEqual([0x11])
  })

  it('lets one talk at a time: the next when the first has been silent for a second', async () => {
    const { call } = ringing('priya')
    const [first, second] = [attach('priya').handset, attach('priya').handset]
    exchange.take(first, say(1))
    exchange.take(second, say(2))
    expect(said(call)).toEqual([1])
    await clock.turn(1_001)
    exchange.take(second, say(2))
    expect(said(call)).toEqual([2])
  })

  it('hangs up the call that is named, or the newest', () => {
    const [one, two] = [ringing('priya').call, ringing('priya').call]
    const { handset } = attach('priya')
    exchange.take(handset, { event: 'stop', callSid: one.sid })
    expect([one.status, two.status]).toEqual(['completed', 'ringing'])
    exchange.take(handset, { event: 'stop' })
    expect(two.status).toBe('completed')
  })
})
