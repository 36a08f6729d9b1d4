import { existsSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Rtpengine } from '../../benchmarks/tones/rtpengine/daemon.ts'
import { suites } from '../../src/bridge/sip/srtp/suite.ts'
import { NgBridge, until } from '../bridge/sip/support/ng-bridge.ts'
import { MediaPhone } from './support/media-phone.ts'

/** Another implementation of SRTP: Debian's rtpengine, which turns RTP into it and back. */
const isThere = existsSync('/usr/bin/rtpengine')
if (!isThere && process.env.CI === 'true') throw new Error('SRTP tests need rtpengine-daemon')
if (!isThere) console.warn('SRTP tests need rtpengine-daemon: skipped')

let peer: Rtpengine
let bridge: NgBridge
let caller: MediaPhone
let agent: MediaPhone

const sdp = (phone: MediaPhone) =>
  [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
    ...[`m=audio ${phone.port} RTP/AVP 0 101`, 'a=rtpmap:101 telephone-event/8000', 'a=sendrecv', ''],
  ].join('\r\n')
const portIn = (description: string) => Number(/m=audio (\d+)/.exec(description)?.[1])
/** Of the keys that are offered, those of one suite only. */
const only = (suite: string, description: string) =>
  description.replaceAll(/a=crypto:\d+ (\S+) .*\r\n/g, (line, name) => (name === suite ? line : ''))

type Asked = { ask: (request: Record<string, string>) => Promise<Readonly<Record<string, unknown>>> }
async function described(of: Asked, request: Record<string, string>): Promise<string> {
  const reply = await of.ask(request)
  expect(reply, `${request.command}: ${String(reply['error-reason'])}`).toMatchObject({ result: 'ok' })
  return String(reply.sdp)
}

/** caller ══ `first` ══ `second` ══ agent, with SRTP of one suite between the two. */
async function dial(first: Asked, second: Asked, suite: string): Promise<void> {
  const named = { 'call-id': `srtp-${suite}-${Math.random()}`, 'from-tag': 'a' }
  const between = await described(first, {
    ...{ command: 'offer', ...named, label: 'caller', sdp: sdp(caller), ICE: 'remove' },
    'transport-protocol': 'RTP/SAVP',
  })
  expect(between).toContain('RTP/SAVP')
  const toAgent = await described(second, {
    ...{ command: 'offer', ...named, label: 'caller', sdp: only(suite, between), ICE: 'remove' },
    'transport-protocol': 'RTP/AVP',
  })
  expect(toAgent).toContain('RTP/AVP')
  const answer = { command: 'answer', ...named, 'to-tag': 'b', ICE: 'remove' }
  const back = await described(second, { ...answer, sdp: sdp(agent) })
  expect(back.match(/a=crypto:\d+ (\S+)/g)).toHaveLength(1)
  const toCaller = await described(first, { ...answer, sdp: back })
  caller.talk({ address: '127.0.0.1', port: portIn(toCaller) })
  agent.talk({ address: '127.0.0.1', port: portIn(toAgent) })
}

describe.skipIf(!isThere)('SRTP with another implementation of it', () => {
  beforeAll(async () => {
    const started = await Rtpengine.start()
    if (!started) throw new Error('rtpengine does not answer')
    peer = started
    bridge = await NgBridge.open({ source: 'address' })
  })
  afterEach(() => {
    for (const phone of [caller, agent]) phone.close()
  })
  afterAll(() => {
    peer?.stop()
    bridge?.close()
  })

  const ours: Asked = { ask: (request) => bridge.ask(request) }
  const theirs: Asked = { ask: (request) => peer.ask(request) }
  const places = [
    ['the caller’s', theirs, ours],
    ['the agent’s', ours, theirs],
  ] as const

  it.each(places.flatMap((place) => suites.map((suite) => [suite, ...place] as const)))(
    '%s on %s leg: audio both ways, an event, and nothing of it while masked',
    async (suite, _, first, second) => {
      ;[caller, agent] = await Promise.all([MediaPhone.open(), MediaPhone.open()])
      await dial(first, second, suite)
      await until('audio', () => agent.heard.length > 20 && caller.heard.length > 20)
      expect(new Set(agent.octets())).toEqual(new Set([0xf0]))
      expect(new Set(caller.octets())).toEqual(new Set([0xf0]))
      const call = bridge.book.get(bridge.book.views().at(-1)!.callId)
      const press = (code: number, timestamp: number) =>
        caller.send(101, Buffer.from([code, 0x8a, 3, 32]), timestamp, true)
      press(5, 70_000)
      await until('an event in the clear', () => agent.others().length > 0)
      await call.mask()
      const events = agent.others().length
      press(6, 90_000)
      const heard = agent.heard.length
      await until('audio goes on', () => agent.heard.length > heard + 20)
      expect(agent.others()).toHaveLength(events)
    },
  )
})
