import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LegCipher } from '../../../../src/bridge/sip/srtp/leg-cipher.ts'
import { newKeying, readCryptoLines, writeCryptoLine } from '../../../../src/bridge/sip/srtp/sdes.ts'
import { type Keying, type Suite, suites } from '../../../../src/bridge/sip/srtp/suite.ts'
import { MediaPhone } from '../../../sip/support/media-phone.ts'
import { NgBridge, type NgReply, until } from '../support/ng-bridge.ts'

let bridge: NgBridge
let caller: MediaPhone
let agent: MediaPhone

beforeEach(async () => {
  bridge = await NgBridge.open()
  ;[caller, agent] = await Promise.all([MediaPhone.open(), MediaPhone.open()])
})
afterEach(() => {
  bridge.close()
  caller.close()
  agent.close()
})

const named = { 'call-id': 'c1', 'from-tag': 'a' }

/** `lines`: tag and key of each `a=crypto`; none for a phone without SRTP. */
function sdp(phone: MediaPhone, lines: readonly { tag: number; keying: Keying }[] = []): string {
  return [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
    `m=audio ${phone.port} RTP/${lines.length > 0 ? 'S' : ''}AVP 0 101`,
    ...lines.map(writeCryptoLine),
    ...['a=rtpmap:101 telephone-event/8000', ''],
  ].join('\r\n')
}

const portIn = (reply: NgReply) => Number(/m=audio (\d+)/.exec(String(reply.sdp))?.[1])
const linesIn = (reply: NgReply) => readCryptoLines(String(reply.sdp).split('\r\n'))

/** A call on which the caller, the agent, or both speak SRTP. */
async function dial({ callerSuite, agentSuite }: { callerSuite?: Suite; agentSuite?: Suite }) {
  const callerLine = callerSuite && { tag: 5, keying: newKeying(callerSuite) }
  const offered = await bridge.ask({
    ...{ command: 'offer', ...named, label: 'caller', sdp: sdp(caller, callerLine ? [callerLine] : []) },
    'transport-protocol': agentSuite ? 'RTP/SAVP' : 'RTP/AVP',
  })
  const asked = linesIn(offered).find(({ keying }) => keying.suite === agentSuite)
  const agentLine = asked && { tag: asked.tag, keying: newKeying(asked.keying.suite) }
  const answered = await bridge.ask({
    ...{ command: 'answer', ...named, 'to-tag': 'b', sdp: sdp(agent, agentLine ? [agentLine] : []) },
  })
  expect(answered['error-reason']).toBeUndefined()
  const [accepted] = linesIn(answered)
  if (callerLine)
    caller.cipher = new LegCipher({ ours: callerLine.keying, theirs: accepted!.keying }, undefined, {})
  if (agentLine && asked)
    agent.cipher = new LegCipher({ ours: agentLine.keying, theirs: asked.keying }, undefined, {})
  return { facing: { agent: portIn(offered), caller: portIn(answered) }, accepted }
}

function talk(facing: { agent: number; caller: number }): void {
  caller.talk({ address: '127.0.0.1', port: facing.caller })
  agent.talk({ address: '127.0.0.1', port: facing.agent })
}

const [long, short] = suites
const combinations = [
  ['the caller', { callerSuite: long }],
  ['the caller, with short tags', { callerSuite: short }],
  ['the agent', { agentSuite: long }],
  ['the agent, with short tags', { agentSuite: short }],
  ['both, in different suites', { callerSuite: short, agentSuite: long }],
] as const

describe('a call with SRTP', () => {
  it.each(combinations)('of %s carries audio both ways, bit by bit', async (_, suitesOf) => {
    const { facing, accepted } = await dial(suitesOf)
    if ('callerSuite' in suitesOf)
      expect(accepted).toMatchObject({ tag: 5, keying: { suite: suitesOf.callerSuite } })
    talk(facing)
    await until('audio', () => agent.heard.length > 10 && caller.heard.length > 10)
    expect(new Set(agent.octets())).toEqual(new Set([0xf0]))
    expect(new Set(caller.octets())).toEqual(new Set([0xf0]))
    expect([caller.unreadable, agent.unreadable]).toEqual([0, 0])
  })

  it('is masked like any other', async () => {
    const { facing } = await dial({ callerSuite: long, agentSuite: short })
    talk(facing)
    await until('audio', () => agent.heard.length > 3)
    caller.send(101, Buffer.from([5, 10, 0, 160]), 1)
    await until('an event in the clear', () => agent.others().length === 1)
    await bridge.call.mask()
    caller.send(101, Buffer.from([6, 10, 0, 160]), 90_000)
    const before = agent.heard.length
    await until('audio goes on', () => agent.heard.length > before + 5)
    expect(agent.others()).toHaveLength(1)
  })

  it('believes nobody without the key: neither what is in the clear, nor another’s', async () => {
    const { facing } = await dial({ callerSuite: long })
    const { cipher } = caller
    caller.cipher = undefined
    caller.talk({ address: '127.0.0.1', port: facing.caller })
    await new Promise((resolve) => setTimeout(resolve, 100))
    const keying = newKeying(long)
    caller.cipher = new LegCipher({ ours: keying, theirs: keying }, undefined, {})
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(agent.heard).toEqual([])
    caller.cipher = cipher
    await until('audio with the right key', () => agent.heard.length > 3)
  })

  it('goes on with a new key after a re-INVITE', async () => {
    const { facing } = await dial({ callerSuite: long })
    talk(facing)
    await until('audio', () => agent.heard.length > 3)
    const line = { tag: 1, keying: newKeying(short) }
    await bridge.ask({
      command: 'offer',
      ...named,
      'to-tag': 'b',
      sdp: sdp(caller, [line]),
      'transport-protocol': 'RTP/AVP',
    })
    const answered = await bridge.ask({ command: 'answer', ...named, 'to-tag': 'b', sdp: sdp(agent) })
    caller.cipher = new LegCipher(
      { ours: line.keying, theirs: linesIn(answered)[0]!.keying },
      caller.cipher,
      {},
    )
    const [heard, said] = [agent.heard.length, caller.heard.length]
    await until(
      'audio in the new key',
      () => agent.heard.length > heard + 5 && caller.heard.length > said + 5,
    )
  })

  it('is taken up again after a crash, with the same keys, masked', async () => {
    const { facing } = await dial({ callerSuite: long, agentSuite: short })
    talk(facing)
    await until('audio', () => agent.heard.length > 3 && caller.heard.length > 3)
    bridge.crash()
    await bridge.start()
    const [heard, said] = [agent.heard.length, caller.heard.length]
    await until('audio again', () => agent.heard.length > heard + 5 && caller.heard.length > said + 5)
    expect(bridge.book.views()[0]).toMatchObject({ masked: true })
    expect([caller.unreadable, agent.unreadable]).toEqual([0, 0])
  })

  it('tells of its profile', async () => {
    await dial({ callerSuite: long })
    const { tags } = (await bridge.ask({ command: 'query', 'call-id': 'c1' })) as {
      tags: Record<string, NgReply>
    }
    expect([tags.a, tags.b].map((tag) => JSON.stringify(tag).match(/RTP\/S?AVP/)?.[0])).toEqual([
      'RTP/SAVP',
      'RTP/AVP',
    ])
  })
})

describe('a call that may not be in the clear', () => {
  it('is refused when a party offers it so, and leaves no port behind', async () => {
    bridge.close()
    bridge = await NgBridge.open({ srtp: { caller: 'required', agent: 'accepted' } })
    const refused = await bridge.ask({ command: 'offer', ...named, label: 'caller', sdp: sdp(caller) })
    expect(refused).toMatchObject({
      result: 'error',
      'error-reason': expect.stringContaining('sip.srtpCaller'),
    })
    expect(bridge.book.views()).toEqual([])
  })

  it('asks the other party for SRTP by itself', async () => {
    bridge.close()
    bridge = await NgBridge.open({ srtp: { caller: 'accepted', agent: 'required' } })
    const offered = await bridge.ask({ command: 'offer', ...named, label: 'caller', sdp: sdp(caller) })
    expect(offered.sdp).toContain('RTP/SAVP')
    expect(linesIn(offered)).toHaveLength(2)
    const refused = await bridge.ask({ command: 'answer', ...named, 'to-tag': 'b', sdp: sdp(agent) })
    expect(refused).toMatchObject({ 'error-reason': 'an answer has to be as encrypted as its offer' })
  })
})
