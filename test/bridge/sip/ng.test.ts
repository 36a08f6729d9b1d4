import { createSocket, type Socket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/base/log.ts'
import { CallBook } from '../../../src/bridge/call-book.ts'
import { type BencodeValue, decodeBencode, encodeBencode } from '../../../src/bridge/sip/bencode.ts'
import { type SipEntry, startSip } from '../../../src/bridge/sip/sip-entry.ts'
import type { BridgeEvent } from '../../../src/contracts/bridge-port.ts'
import type { BridgeSip } from '../../../src/contracts/process-config/bridge-config.ts'
import { createToneChannel } from '../../../src/dsp/tone-guard.ts'
import { MediaPhone } from '../../sip/support/media-phone.ts'

const seed = Number(process.env.SEED ?? Date.now())
type Reply = Record<string, BencodeValue>

let dir: string
let book: CallBook
let sip: SipEntry
let events: BridgeEvent[]
let proxy: Socket
let edge: Socket
let caller: MediaPhone
let agent: MediaPhone
let cookies = 0
/** Whether a party may be talked with in the clear. */
let srtp: BridgeSip['srtp']
const portMin = 50_000 + 100 * Math.floor(Math.random() * 100)

async function open(): Promise<void> {
  events = []
  const emit = (event: BridgeEvent) => void events.push(event)
  book = new CallBook({
    ...{ clock: systemClock, log: silentLog, maxCalls: 10, jitterMs: 200, emit },
    newToneChannel: (law) => createToneChannel({ law, lookaheadMs: 20, fill: 'noise' }),
  })
  const media = {
    host: '127.0.0.1',
    advertised: null,
    portMin,
    portMax: portMin + 19,
    sockets: 'native' as const,
  }
  sip = await startSip({
    config: {
      ...{
        ng: { host: '127.0.0.1', port: 0 },
        ngPeers: ['127.0.0.1'],
        media,
        portsDir: path.join(dir, 'calls'),
      },
      ...{
        source: 'strict',
        callerInterface: 'external',
        callerOtherwise: 'offerer',
        silentMs: 60_000,
        srtp,
      },
      drachtio: null,
      edges: [{ host: '127.0.0.1', port: edge.address().port }],
    },
    ...{ book, clock: systemClock, log: silentLog, emit },
  })
}

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'ng-'))
  srtp = { caller: 'accepted', agent: 'accepted' }
  edge = createSocket('udp4')
  await new Promise<void>((resolve) => edge.bind(0, '127.0.0.1', resolve))
  await open()
  proxy = createSocket('udp4')
  await new Promise<void>((resolve) => proxy.bind(0, '127.0.0.1', resolve))
  ;[caller, agent] = await Promise.all([MediaPhone.open(), MediaPhone.open()])
})

afterEach(() => {
  sip.close()
  book.endAll('bridge-stopping')
  proxy.close()
  edge.close()
  caller.close()
  agent.close()
  rmSync(dir, { recursive: true, force: true })
})

function raw(datagram: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no reply')), 3_000)
    proxy.once('message', (bytes) => {
      clearTimeout(timer)
      resolve(bytes)
    })
    proxy.send(datagram, sip.port, '127.0.0.1')
  })
}

async function ng(request: Reply): Promise<Reply> {
  const cookie = `c${++cookies}`
  const reply = await raw(Buffer.concat([Buffer.from(`${cookie} `), encodeBencode(request)]))
  expect(reply.toString('latin1').startsWith(`${cookie} `)).toBe(true)
  return decodeBencode(reply.subarray(cookie.length + 1)) as Reply
}

type Audio = { codecs?: string; direction?: string; events?: number }
function sdp(
  phone: MediaPhone,
  { codecs = '0 8', direction = 'sendrecv', events = 101 }: Audio = {},
): string {
  return [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
    `m=audio ${phone.port} RTP/AVP ${codecs} ${events}`,
    ...[`a=rtpmap:${events} telephone-event/8000`, `a=${direction}`, ''],
  ].join('\r\n')
}

const portIn = (reply: Reply) => Number(/m=audio (\d+)/.exec(String(reply.sdp))?.[1])
const named = { 'call-id': 'c1', 'from-tag': 'a' }

/** A call, both parties described; answers with the bridge's ports that face them. */
async function call({
  offer,
  answer,
  label = 'caller',
}: {
  offer?: Audio
  answer?: Audio
  label?: string
} = {}) {
  const offered = await ng({
    command: 'offer',
    ...named,
    label,
    metadata: 'from:+441|to:1000',
    sdp: sdp(caller, offer),
  })
  const answered = await ng({ command: 'answer', ...named, 'to-tag': 'b', sdp: sdp(agent, answer) })
  const facing = { agent: portIn(offered), caller: portIn(answered) }
  return { facing, talk: talkers(facing) }
}

function talkers(facing: { agent: number; caller: number }) {
  return {
    both() {
      caller.talk({ address: '127.0.0.1', port: facing.caller })
      agent.talk({ address: '127.0.0.1', port: facing.agent })
    },
  }
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(condition(), what).toBe(true)
}

const theCall = () => book.get(book.views()[0]!.callId)

describe('the NG protocol', () => {
  it('answers a ping, in bencode and in JSON, with the cookie that came', async () => {
    expect(await ng({ command: 'ping' })).toMatchObject({ result: 'pong' })
    const reply = await raw(Buffer.from('j1 {"command":"ping"}'))
    expect(reply.toString()).toBe('j1 {"result":"pong"}')
  })

  it('refuses what it does not do by its name', async () => {
    expect(await ng({ command: 'start recording', ...named })).toMatchObject({
      result: 'error',
      'error-reason': 'not supported: start recording',
    })
    expect(await ng({ command: 'stop recording', ...named })).toMatchObject({ result: 'ok' })
  })

  it.each([
    ['an answer to nothing', { command: 'answer', ...named, 'to-tag': 'b', sdp: 'v=0\r\no=-\r\n' }],
    ['an offer without a call', { command: 'offer', 'from-tag': 'a', sdp: 'v=0\r\no=-\r\n' }],
    ['an offer without a description', { command: 'offer', ...named }],
    ['a description that is none', { command: 'offer', ...named, sdp: 'nonsense' }],
    [
      'SRTP',
      { command: 'offer', ...named, sdp: 'v=0\r\no=-\r\nm=audio 9 RTP/SAVP 0\r\nc=IN IP4 127.0.0.1\r\n' },
    ],
    ['ICE', { command: 'offer', ...named, ICE: 'force', sdp: 'v=0\r\no=-\r\n' }],
    ['a question about an unknown call', { command: 'query', ...named }],
  ])('refuses %s, and takes no port for it', async (_, request) => {
    expect(await ng(request)).toMatchObject({ result: 'error' })
    expect(book.views()).toEqual([])
  })

  it('does a repeated request once', async () => {
    const request = Buffer.concat([
      Buffer.from('same '),
      encodeBencode({ command: 'offer', ...named, sdp: sdp(caller) }),
    ])
    expect((await raw(request)).equals(await raw(request))).toBe(true)
    expect(book.views()).toHaveLength(1)
  })

  it('tells of its calls', async () => {
    await call()
    expect(await ng({ command: 'list' })).toMatchObject({ calls: ['c1'] })
    const { tags } = (await ng({ command: 'query', 'call-id': 'c1' })) as { tags: Record<string, Reply> }
    expect(Object.keys(tags).sort()).toEqual(['a', 'b'])
    expect(tags.a).toMatchObject({ label: 'caller', 'in dialogue with': 'b' })
    const { statistics } = (await ng({ command: 'statistics' })) as { statistics: Record<string, Reply> }
    expect(statistics.currentstatistics).toMatchObject({ sessionstotal: 1 })
  })

  it(`answers anything with an error or not at all, and other calls go on (seed ${seed})`, async () => {
    const { talk } = await call()
    const keys = fc.constantFrom(
      'command',
      'call-id',
      'from-tag',
      'to-tag',
      'sdp',
      'flags',
      'code',
      'metadata',
      'limit',
    )
    const values = fc.oneof(
      fc.constantFrom('offer', 'answer', 'delete', 'block DTMF', 'play DTMF', 'c2', 'x'),
      fc.string({ maxLength: 30 }),
      fc.integer(),
      fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
    )
    const request = fc.dictionary(keys, values as fc.Arbitrary<BencodeValue>).map(encodeBencode)
    const body = fc.oneof(
      request,
      fc.uint8Array({ maxLength: 80 }).map((any) => Buffer.from(any)),
    )
    for (const bytes of fc.sample(body, { seed, numRuns: 400 }))
      proxy.send(Buffer.concat([Buffer.from(`f${++cookies} `), bytes]), sip.port, '127.0.0.1')
    talk.both()
    await until('the call goes on', () => agent.heard.length > 5 && caller.heard.length > 5)
    proxy.removeAllListeners('message')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await ng({ command: 'ping' })).toMatchObject({ result: 'pong' })
  })
})

describe('the port of the NG protocol', () => {
  it('that somebody else has is named when the bridge starts', async () => {
    const config = {
      ...{
        ng: { host: '127.0.0.1', port: sip.port },
        ngPeers: ['127.0.0.1'],
        ...{ portsDir: path.join(dir, 'others'), edges: [], drachtio: null },
      },
      ...{
        media: {
          host: '127.0.0.1',
          advertised: null,
          portMin,
          portMax: portMin + 19,
          sockets: 'native' as const,
        },
        silentMs: 60_000,
      },
      ...({ source: 'strict', callerInterface: 'external', callerOtherwise: 'offerer', srtp } as const),
    }
    const started = startSip({ config, book, clock: systemClock, log: silentLog, emit: () => {} })
    await expect(started).rejects.toMatchObject({ code: 'NG_PORT_TAKEN' })
  })
})

describe('a call over SIP', () => {
  it('is told to control with its facts, and both legs', async () => {
    await call()
    const sipFacts = { callerCallId: 'c1', agentCallId: 'c1', direction: 'inbound', from: '+441', to: '1000' }
    expect(events[0]).toMatchObject({ type: 'sip-call', sip: sipFacts })
    expect(events.slice(1)).toMatchObject([
      { type: 'leg-joined', role: 'caller' },
      { type: 'leg-joined', role: 'agent' },
    ])
    expect(book.views()[0]).toMatchObject({ masked: false, sip: sipFacts })
  })

  it('is with the agent whom the answer names, and the agent after a transfer', async () => {
    await call()
    const answer = (agentName: string) => ({
      ...{ command: 'answer', ...named, 'to-tag': 'b', sdp: sdp(agent) },
      metadata: `agent:${agentName}|from:somebody`,
    })
    const told = () => events.flatMap((event) => (event.type === 'sip-call' ? [event.sip] : []))
    await ng(answer('2001'))
    await ng(answer('2001'))
    await ng(answer('2002'))
    expect(told().map(({ agentExtension }) => agentExtension)).toEqual(['1000', '2001', '2002'])
    expect(told().map(({ from }) => from)).toEqual(['+441', '+441', '+441'])
  })

  it('has the name of its agent when it is live', async () => {
    await ng({ command: 'offer', ...named, label: 'caller', metadata: 'to:1000', sdp: sdp(caller) })
    await ng({
      ...{ command: 'answer', ...named, 'to-tag': 'b', label: 'agent', metadata: 'agent:2001' },
      sdp: sdp(agent),
    })
    expect(events.map(({ type }) => type)).toEqual(['sip-call', 'sip-call', 'leg-joined', 'leg-joined'])
  })

  it('is hung up at the edge when control ends it, and not when the edge did', async () => {
    const asked: string[] = []
    edge.on('message', (bytes, { port, address }) => {
      asked.push(bytes.toString())
      edge.send('SIP/2.0 200 OK\r\n\r\n', port, address)
    })
    await call()
    await ng({ command: 'delete', ...named })
    await call()
    const [view] = book.views()
    book.release(view!.callId)
    await until('the edge was asked', () => asked.length > 0)
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatch(/^NOTIFY sip:hang-up@127.0.0.1:\d+ SIP\/2.0\r\n/)
    for (const line of ['Event: tonewall-hang-up', 'X-Dialog-Call-Id: c1', 'X-Dialog-From-Tag: a'])
      expect(asked[0]).toContain(`\r\n${line}\r\n`)
    expect(asked[0]).toContain('\r\nX-Dialog-To-Tag: b\r\n')
  })

  it('has its caller by label, whoever made the offer', async () => {
    await call({ label: 'agent' })
    expect(events[0]).toMatchObject({ sip: { direction: 'outbound' } })
    expect(
      book
        .views()[0]!
        .legs.map(({ role }) => role)
        .sort(),
    ).toEqual(['agent', 'caller'])
  })

  it('carries audio both ways, bit by bit, and no stranger’s', async () => {
    const { facing, talk } = await call()
    const stranger = await MediaPhone.open()
    stranger.talk({ address: '127.0.0.1', port: facing.caller })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(agent.heard).toEqual([])
    talk.both()
    await until('audio', () => agent.heard.length > 10 && caller.heard.length > 10)
    expect(new Set(agent.octets())).toEqual(new Set([0xf0]))
    expect(new Set(agent.heard.map(({ ssrc }) => ssrc)).size).toBe(1)
    expect(stranger.heard).toEqual([])
    stranger.close()
  })

  it('survives any packet on its media ports', async () => {
    const { facing, talk } = await call()
    talk.both()
    await until('audio', () => agent.heard.length > 3)
    caller.hush()
    for (const bytes of fc.sample(fc.uint8Array({ maxLength: 200 }), { seed, numRuns: 300 }))
      caller.send(bytes[0] ?? 0, bytes, bytes.length * 977)
    const before = agent.heard.length
    talk.both()
    await until('audio goes on', () => agent.heard.length > before + 5)
    expect(facing.agent).not.toBe(facing.caller)
  })

  it('masks, and while it does, passes no event, negotiated or not, and no other codec', async () => {
    const { talk } = await call({ offer: { codecs: '0 8 9' }, answer: { codecs: '0 8 9' } })
    talk.both()
    await until('audio', () => agent.heard.length > 3)
    caller.send(101, Buffer.from([5, 10, 0, 160]), 1)
    await until('an event in the clear', () => agent.others().length === 1)
    await theCall().mask()
    for (const payloadType of [101, 96, 9, 13])
      for (let i = 0; i < 3; i++) caller.send(payloadType, Buffer.from([6, 10, 0, 160]), 90_000)
    agent.send(101, Buffer.from([7, 10, 0, 160]), 1)
    await until('the agent’s own keys pass', () => caller.others().length === 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(agent.others()).toHaveLength(1)
  })

  it('sends an event under the number that the other party knows it by', async () => {
    const { talk } = await call({ answer: { events: 96 } })
    talk.both()
    await until('audio', () => agent.heard.length > 3)
    caller.send(101, Buffer.from([5, 10, 0, 160]), 1)
    await until('the event', () => agent.others().length === 1)
    expect(agent.others()[0]!.payloadType).toBe(96)
  })

  it('relays another codec untouched, and refuses to be masked with a clear reason', async () => {
    await call({ offer: { codecs: '9' }, answer: { codecs: '9' } })
    const { facing } = { facing: book.views()[0]! }
    expect(facing.masked).toBe(false)
    await expect(theCall().mask()).rejects.toMatchObject({ code: 'CODEC_NOT_MASKABLE' })
    expect(book.views()[0]!.masked).toBe(false)
  })

  it('converts between the laws where the parties differ', async () => {
    const { talk } = await call({ answer: { codecs: '8' }, offer: { codecs: '0 8' } })
    talk.both()
    await until('audio', () => agent.heard.length > 3)
    expect(new Set(agent.heard.map(({ payloadType }) => payloadType))).toEqual(new Set([8]))
  })

  it('is silent for a party on hold, and goes on after it', async () => {
    const { talk } = await call()
    talk.both()
    await until('audio', () => agent.heard.length > 3)
    await ng({ command: 'offer', ...named, 'to-tag': 'b', sdp: sdp(caller, { direction: 'sendonly' }) })
    await ng({ command: 'answer', ...named, 'to-tag': 'b', sdp: sdp(agent, { direction: 'recvonly' }) })
    await new Promise((resolve) => setTimeout(resolve, 60))
    const held = caller.heard.length
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(caller.heard.length).toBe(held)
    await ng({ command: 'offer', ...named, 'to-tag': 'b', sdp: sdp(caller) })
    await ng({ command: 'answer', ...named, 'to-tag': 'b', sdp: sdp(agent) })
    await until('audio again', () => caller.heard.length > held + 3)
  })

  it('is on hold by sendonly, inactive or 0.0.0.0, of either party, until both hear each other again', async () => {
    await call()
    const holds = () => events.flatMap((event) => (event.type === 'hold' ? [event.held] : []))
    const reinvite = async (offer: string, answer: string, back = false) => {
      const [from, to] = back ? ['b', 'a'] : ['a', 'b']
      await ng({ command: 'offer', 'call-id': 'c1', 'from-tag': from!, 'to-tag': to!, sdp: offer })
      await ng({ command: 'answer', 'call-id': 'c1', 'from-tag': from!, 'to-tag': to!, sdp: answer })
    }
    const [held, listens] = [{ direction: 'sendonly' }, { direction: 'recvonly' }]
    await reinvite(sdp(agent, held), sdp(caller, listens), true)
    expect(holds()).toEqual([true])
    await reinvite(sdp(agent, { direction: 'inactive' }), sdp(caller, { direction: 'inactive' }), true)
    expect(holds()).toEqual([true])
    await reinvite(sdp(agent), sdp(caller), true)
    expect(holds()).toEqual([true, false])
    await reinvite(sdp(caller).replace('c=IN IP4 127.0.0.1', 'c=IN IP4 0.0.0.0'), sdp(agent, listens))
    expect(holds()).toEqual([true, false, true])
    await reinvite(sdp(caller, { codecs: '8' }), sdp(agent, { codecs: '8' }))
    expect(holds()).toEqual([true, false, true, false])
  })

  it('changes nothing for an offer that is refused or crosses another', async () => {
    const { talk } = await call()
    talk.both()
    await until('audio', () => agent.heard.length > 3)
    await ng({ command: 'offer', ...named, 'to-tag': 'b', sdp: sdp(caller, { direction: 'inactive' }) })
    await ng({
      command: 'offer',
      'call-id': 'c1',
      'from-tag': 'b',
      'to-tag': 'a',
      sdp: sdp(agent, { direction: 'inactive' }),
    })
    const before = caller.heard.length
    await until('audio goes on', () => caller.heard.length > before + 5)
  })

  it('follows a party that moves to another port', async () => {
    const { facing, talk } = await call()
    talk.both()
    await until('audio', () => agent.heard.length > 3)
    const moved = await MediaPhone.open()
    const offered = await ng({
      command: 'offer',
      'call-id': 'c1',
      'from-tag': 'b',
      'to-tag': 'a',
      sdp: sdp(moved),
    })
    await ng({ command: 'answer', 'call-id': 'c1', 'from-tag': 'b', 'to-tag': 'a', sdp: sdp(caller) })
    expect(portIn(offered)).toBe(facing.caller)
    moved.talk({ address: '127.0.0.1', port: facing.agent })
    await until('audio there', () => moved.heard.length > 5)
    expect(new Set([...agent.heard, ...moved.heard].map(({ ssrc }) => ssrc)).size).toBe(1)
    moved.close()
  })

  it('answers forks at one port, and the fork that answered last counts', async () => {
    await ng({ command: 'offer', ...named, label: 'caller', sdp: sdp(caller) })
    const fork = await MediaPhone.open()
    await ng({ command: 'answer', ...named, 'to-tag': 'f1', sdp: sdp(fork) })
    const answered = await ng({ command: 'answer', ...named, 'to-tag': 'f2', sdp: sdp(agent) })
    caller.talk({ address: '127.0.0.1', port: portIn(answered) })
    await until('audio at the last fork', () => agent.heard.length > 3)
    expect(fork.heard).toEqual([])
    expect(await ng({ command: 'delete', ...named, 'to-tag': 'f1' })).toMatchObject({ result: 'ok' })
    expect(book.views()).toHaveLength(1)
    fork.close()
  })

  it('keeps a party from hearing, or tones from passing, at the signalling’s wish', async () => {
    const { talk } = await call()
    talk.both()
    await until('audio', () => agent.heard.length > 3)
    await ng({ command: 'block media', ...named })
    await new Promise((resolve) => setTimeout(resolve, 60))
    const before = agent.heard.length
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(agent.heard.length).toBe(before)
    await ng({ command: 'unblock media', ...named })
    await until('audio again', () => agent.heard.length > before + 3)
    await ng({ command: 'block DTMF', ...named })
    caller.send(101, Buffer.from([5, 0x8a, 0, 160]), 1)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(agent.others()).toEqual([])
    expect(book.views()[0]!.masked).toBe(false)
    expect(await ng({ command: 'unblock DTMF', ...named })).toMatchObject({ result: 'ok' })
    expect(theCall().hides).toBe(false)
  })

  it('ends by the party that hung up, at once or with the delay that is asked for', async () => {
    await call()
    expect(await ng({ command: 'delete', ...named, 'to-tag': 'b', 'delete-delay': 1 })).toMatchObject({
      result: 'ok',
    })
    expect(book.views()).toHaveLength(1)
    await ng({ command: 'delete', 'call-id': 'c1', 'from-tag': 'b', 'to-tag': 'a' })
    expect(book.views()).toEqual([])
    expect(events.filter(({ type }) => type === 'leg-left')).toMatchObject([
      { role: 'agent', why: 'provider-stopped' },
      { role: 'caller', why: 'provider-stopped' },
    ])
    expect(await ng({ command: 'delete', ...named })).toMatchObject({ result: 'ok' })
  })

  it('that nobody answered is over for control too', async () => {
    await ng({ command: 'offer', ...named, label: 'caller', sdp: sdp(caller) })
    await ng({ command: 'delete', ...named })
    expect(events.at(-1)).toMatchObject({ type: 'sip-ended', role: 'caller' })
  })

  it('is refused when no port is left', async () => {
    const offer = (n: number) =>
      ng({ command: 'offer', 'call-id': `n${n}`, 'from-tag': 'a', sdp: sdp(caller) })
    // Four ports a call; others on this machine may hold some of the twenty.
    const results: unknown[] = []
    for (let n = 0; n < 6; n++) results.push((await offer(n)).result)
    expect(results[0]).toBe('ok')
    expect(results[5]).toBe('error')
    expect(results.filter((result) => result === 'ok')).toHaveLength(book.views().length)
  })

  it('is taken up again after a crash: the same ports, at once, and masked', async () => {
    const { facing, talk } = await call()
    talk.both()
    await until('audio', () => agent.heard.length > 3)
    const before = book.views()[0]!.callId
    sip.close()
    await open()
    expect(book.views()).toMatchObject([
      { callId: before, masked: true, legs: [{ role: 'caller' }, { role: 'agent' }] },
    ])
    agent.heard.length = 0
    await until('audio again', () => agent.heard.length > 3)
    expect(agent.peerPort).toBe(facing.agent)
    // For a while nothing takes the mask off: a card may be half keyed.
    await expect(theCall().unmask()).rejects.toMatchObject({ code: 'TONE_HELD' })
    expect(await ng({ command: 'delete', ...named, 'to-tag': 'b' })).toMatchObject({ result: 'ok' })
    expect(book.views()).toEqual([])
  })

  it('whose file cannot be read is forgotten, and the bridge starts', async () => {
    await call()
    sip.close()
    writeFileSync(path.join(dir, 'calls', 'call_x.json'), '{"version":1')
    await open()
    expect(book.views()).toHaveLength(1)
  })
})
