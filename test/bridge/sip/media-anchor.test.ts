import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BridgeSip } from '../../../src/contracts/process-config/bridge-config.ts'
import { MediaPhone } from '../../sip/support/media-phone.ts'
import { NgBridge, type NgReply, until } from './support/ng-bridge.ts'

const seed = Number(process.env.SEED ?? Date.now())
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
type Described = { media?: readonly string[]; events?: number; codecs?: string; address?: string }
function sdp(
  phone: MediaPhone,
  { media, events = 101, codecs = '0', address = '127.0.0.1' }: Described = {},
): string {
  const audio = [
    `m=audio ${phone.port} RTP/AVP ${codecs} ${events}`,
    `a=rtpmap:${events} telephone-event/8000`,
  ]
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    ...(media ?? audio),
    '',
  ].join('\r\n')
}
const portIn = (reply: NgReply) => Number(/m=audio (\d+)/.exec(String(reply.sdp))?.[1])
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function reopen(overrides: Partial<BridgeSip>): Promise<void> {
  bridge.close()
  bridge = await NgBridge.open(overrides)
}

async function dial({ offer, answer }: { offer?: Described; answer?: Described } = {}) {
  const offered = await bridge.ask({ command: 'offer', ...named, label: 'caller', sdp: sdp(caller, offer) })
  const answered = await bridge.ask({ command: 'answer', ...named, 'to-tag': 'b', sdp: sdp(agent, answer) })
  return { toAgent: portIn(offered), toCaller: portIn(answered) }
}

function talk({ toAgent, toCaller }: { toAgent: number; toCaller: number }): void {
  caller.talk({ address: '127.0.0.1', port: toCaller })
  agent.talk({ address: '127.0.0.1', port: toAgent })
}

describe('offers and answers of a call', () => {
  it('are anchored as Kamailio’s module sends them, in JSON as well', async () => {
    const request = {
      ...{ command: 'offer', 'call-id': 'c1', 'from-tag': 'a', 'via-branch': 'z9hG4bK-1', label: 'caller' },
      ...{ 'received from': ['IP4', '127.0.0.1'], direction: ['external', 'internal'], ICE: 'remove' },
      ...{
        flags: ['trust-address'],
        replace: ['origin', 'session-connection'],
        'transport protocol': 'RTP/AVP',
      },
    }
    const reply = await bridge.raw(Buffer.from(`j1 ${JSON.stringify({ ...request, sdp: sdp(caller) })}`))
    expect(JSON.parse(reply.subarray(3).toString())).toMatchObject({ result: 'ok' })
    expect(bridge.book.views()[0]).toMatchObject({ sip: { direction: 'inbound' } })
  })

  it('carry early media, and go on when the call is answered', async () => {
    const ports = await dial()
    talk(ports)
    await until('early media', () => caller.heard.length > 3)
    const again = await bridge.ask({ command: 'answer', ...named, 'to-tag': 'b', sdp: sdp(agent) })
    expect(portIn(again)).toBe(ports.toCaller)
    const before = caller.heard.length
    await until('audio goes on', () => caller.heard.length > before + 5)
    expect(new Set(caller.heard.map(({ ssrc }) => ssrc)).size).toBe(1)
  })

  it('without audio, or with several media lines, leave one audio at most', async () => {
    const none = await bridge.ask({
      ...{ command: 'offer', 'call-id': 'c0', 'from-tag': 'a' },
      sdp: sdp(caller, { media: ['m=video 4000 RTP/AVP 31'] }),
    })
    expect(none).toMatchObject({ result: 'ok', sdp: expect.stringContaining('m=video 0') })
    const media = ['m=video 4000 RTP/AVP 31', `m=audio ${caller.port} RTP/AVP 0`, 'm=audio 4002 RTP/AVP 0']
    const several = await bridge.ask({ command: 'offer', ...named, sdp: sdp(caller, { media }) })
    expect(
      String(several.sdp)
        .match(/m=\w+ \d+/g)
        ?.filter((line) => !line.endsWith(' 0')),
    ).toHaveLength(1)
  })

  it('taken up again before a delayed deletion keep the call', async () => {
    const ports = await dial()
    await bridge.ask({ command: 'delete', ...named, 'to-tag': 'b', 'delete-delay': 1 })
    await bridge.ask({ command: 'offer', ...named, 'to-tag': 'b', sdp: sdp(caller) })
    await pause(1_200)
    expect(bridge.book.views()).toHaveLength(1)
    talk(ports)
    await until('audio', () => agent.heard.length > 3)
  })
})

describe('the source of media', () => {
  it('may be another port of the described address by the rule `address`, and a second one is a stranger', async () => {
    await reopen({ source: 'address' })
    const behindNat = await MediaPhone.open()
    const { toCaller } = await dial()
    behindNat.talk({ address: '127.0.0.1', port: toCaller })
    await until('audio from another port', () => agent.heard.length > 3)
    behindNat.hush()
    await pause(60)
    const before = agent.heard.length
    caller.talk({ address: '127.0.0.1', port: toCaller })
    await pause(100)
    expect(agent.heard.length).toBe(before)
    behindNat.close()
  })

  it('is who comes first by the rule `first`, whatever the description says', async () => {
    await reopen({ source: 'first' })
    const ports = await dial({ offer: { address: '192.0.2.99' } })
    talk(ports)
    await until('audio both ways', () => agent.heard.length > 3 && caller.heard.length > 3)
  })
})

describe('telephone events of a call', () => {
  it('are taken under the number of either description, for an answer may renumber them', async () => {
    const ports = await dial({ answer: { events: 96 } })
    talk(ports)
    await until('audio', () => agent.heard.length > 3)
    for (const [i, payloadType] of [96, 101].entries())
      caller.send(payloadType, Buffer.from([i, 0x8a, 3, 32]), 50_000 + i * 8_000, true)
    await until('both', () => agent.others().length === 2)
    expect(agent.others().map(({ payloadType, payload }) => [payloadType, payload[0]])).toEqual([
      [96, 0],
      [96, 1],
    ])
  })

  it('of a number that was never negotiated do not pass while something is masked', async () => {
    talk(await dial())
    await until('audio', () => agent.heard.length > 3)
    await bridge.call.mask()
    for (let i = 0; i < 5; i++) caller.send(120, Buffer.from([7, 0x8a, 3, 32]), 60_000 + i * 8_000)
    await pause(100)
    expect(agent.others()).toEqual([])
  })

  it('keep the mask until the key is up', async () => {
    talk(await dial())
    await until('audio', () => agent.heard.length > 3)
    await bridge.call.mask()
    const press = (ms: number, end: boolean) =>
      caller.send(101, Buffer.from([3, end ? 0x8a : 10, (ms * 8) >> 8, (ms * 8) & 0xff]), 70_000)
    press(20, false)
    await pause(30)
    const unmasked = bridge.call.unmask()
    for (let ms = 40; ms <= 200; ms += 40) {
      press(ms, false)
      await pause(40)
      expect(bridge.call.hides).toBe(true)
    }
    press(220, true)
    await unmasked
    expect(bridge.call.hides).toBe(false)
    expect(agent.others()).toEqual([])
  })
})

describe('a call that is masked', () => {
  it('lets nothing of a codec through that it was changed to', async () => {
    talk(await dial({ offer: { codecs: '0 9' }, answer: { codecs: '0 9' } }))
    await until('audio', () => agent.heard.length > 3)
    await bridge.call.mask()
    await bridge.ask({ command: 'offer', ...named, 'to-tag': 'b', sdp: sdp(caller, { codecs: '9' }) })
    await bridge.ask({ command: 'answer', ...named, 'to-tag': 'b', sdp: sdp(agent, { codecs: '9' }) })
    caller.hush()
    await pause(80)
    const before = agent.heard.length
    for (let i = 0; i < 10; i++) caller.send(9, Buffer.alloc(160, i), 90_000 + 160 * i)
    await pause(80)
    expect(agent.heard.length).toBe(before)
  })
})

describe('nonsense', () => {
  /** A datagram or a text that has been damaged here and there. */
  const damage = fc.array(fc.tuple(fc.nat(1_000), fc.nat(255), fc.nat(2)), { minLength: 1, maxLength: 6 })
  function damaged(bytes: Buffer, hits: readonly (readonly [number, number, number])[]): Buffer {
    let out = Buffer.from(bytes)
    for (const [at, octet, how] of hits) {
      const i = at % Math.max(1, out.length)
      if (how === 0) out[i] = octet
      else if (how === 1) out = Buffer.concat([out.subarray(0, i), out.subarray(i + 1 + (octet % 9))])
      else out = Buffer.concat([out.subarray(0, i), Buffer.from([octet]), out.subarray(i)])
    }
    return out
  }

  it(`in a session description gets an answer, and leaves neither a call nor a port behind (seed ${seed})`, async () => {
    const whole = Buffer.from(
      sdp(caller, {
        media: [
          ...[`m=audio ${caller.port} RTP/SAVP 0 8 101`, 'a=rtpmap:101 telephone-event/8000', 'a=ptime:20'],
          `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(40)}|2^31|1:1`,
          ...['a=sendrecv', 'a=rtcp:4001', 'm=video 4002 RTP/AVP 31', 'c=IN IP6 ::1'],
        ],
      }),
    )
    const results: unknown[] = []
    for (const hits of fc.sample(damage, { seed, numRuns: 150 })) {
      const offer = {
        command: 'offer',
        'call-id': 'x',
        'from-tag': 'a',
        sdp: damaged(whole, hits).toString('latin1'),
      }
      results.push((await bridge.ask(offer)).result)
      await bridge.ask({ command: 'delete', 'call-id': 'x', 'from-tag': 'a' })
      // Ports rest for two seconds after a call: a new bridge has all of them.
      if (results.length % 8 === 0) await reopen({})
      expect(bridge.book.views()).toEqual([])
    }
    expect(new Set(results)).toEqual(new Set(['ok', 'error']))
  }, 60_000)

  it(`in RTP and events neither disturbs the call nor gets past the mask (seed ${seed})`, async () => {
    const ports = await dial()
    talk(ports)
    await until('audio', () => agent.heard.length > 3)
    await bridge.call.mask()
    const payloads = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((four) => Uint8Array.from(four)),
    )
    const packets = fc.tuple(fc.nat(127), payloads, fc.nat(0xffff_ffff), fc.boolean())
    for (const [payloadType, payload, timestamp, marker] of fc.sample(packets, { seed, numRuns: 500 }))
      if (payloadType !== 0) caller.send(payloadType, payload, timestamp, marker)
    const before = [agent.heard.length, caller.heard.length] as const
    await until(
      'audio both ways',
      () => agent.heard.length > before[0] + 5 && caller.heard.length > before[1] + 5,
    )
    expect(agent.others()).toEqual([])
    expect(bridge.book.views()[0]).toMatchObject({ masked: true })
  })
})
