import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { audioLine, describeAudio } from '../../../src/bridge/sip/audio-description.ts'
import { readProfile } from '../../../src/bridge/sip/profile.ts'
import { type RewriteOptions, rewriteSdp } from '../../../src/bridge/sip/rewrite-sdp.ts'
import { parseSdp, SdpInvalid, writeSdp } from '../../../src/bridge/sip/sdp.ts'

const seed = Number(process.env.SEED ?? Date.now())

const session = ['v=0', 'o=alice 1 1 IN IP4 192.0.2.10', 's=-', 'c=IN IP4 192.0.2.10', 't=0 0']
const audio = ['m=audio 4000 RTP/AVP 0 8 101', 'a=rtpmap:101 telephone-event/8000', 'a=ptime:30']
const sdpOf = (...lines: string[]) => `${lines.join('\r\n')}\r\n`
const usual: RewriteOptions = {
  address: '203.0.113.5',
  rtpPort: 30_000,
  rtcpPort: 30_001,
  callId: 'call_x',
  terms: { profile: readProfile('RTP/AVP'), lines: [] },
  replaceOrigin: true,
  replaceSessionConnection: true,
}
const rewritten = (text: string, options: Partial<RewriteOptions> = {}) =>
  writeSdp(rewriteSdp(parseSdp(text), { ...usual, ...options }))
const described = (...lines: string[]) => {
  const sdp = parseSdp(sdpOf(...lines))
  return describeAudio(sdp, audioLine(sdp)!)
}

describe('what a party wants of its audio', () => {
  it('is read from its description', () => {
    expect(described(...session, ...audio)).toEqual({
      address: '192.0.2.10',
      port: 4_000,
      rtcpPort: 4_001,
      codecs: [
        { payloadType: 0, name: 'PCMU', clockRate: 8_000 },
        { payloadType: 8, name: 'PCMA', clockRate: 8_000 },
        { payloadType: 101, name: 'TELEPHONE-EVENT', clockRate: 8_000 },
      ],
      ptimeMs: 30,
      receives: true,
      sends: true,
    })
  })

  it.each([
    ['the stream’s own address before the session’s', ['c=IN IP4 192.0.2.99'], { address: '192.0.2.99' }],
    ['another port for RTCP', ['a=rtcp:53020'], { rtcpPort: 53_020 }],
    ['hold by sendonly', ['a=sendonly'], { receives: false, sends: true }],
    ['hold by inactive', ['a=inactive'], { receives: false, sends: false }],
    ['being held by recvonly', ['a=recvonly'], { receives: true, sends: false }],
    ['hold the old way', ['c=IN IP4 0.0.0.0'], { receives: false }],
  ])('knows %s', (_, lines, expected) => {
    expect(described(...session, ...audio, ...lines)).toMatchObject(expected)
  })

  it.each([
    ['5', 10],
    ['10', 10],
    ['60', 60],
    ['200', 60],
    ['nonsense', 20],
  ])('takes a ptime of %s for %i ms', (ptime, ptimeMs) => {
    expect(described(...session, 'm=audio 4000 RTP/AVP 0', `a=ptime:${ptime}`).ptimeMs).toBe(ptimeMs)
  })

  it('is refused without an IP address to send to', () => {
    expect(() => described('v=0', 'o=a 1 1 IN IP4 h', 's=-', 'c=IN IP4 some.host.example', ...audio)).toThrow(
      SdpInvalid,
    )
  })
})

describe('a description on its way to the other party', () => {
  it('names the bridge everywhere, and our call', () => {
    const text = rewritten(sdpOf(...session, ...audio))
    expect(text).not.toContain('192.0.2.10')
    expect(text.split('\r\n')).toEqual([
      'v=0',
      'o=alice 1 1 IN IP4 203.0.113.5',
      's=-',
      'c=IN IP4 203.0.113.5',
      't=0 0',
      'a=x-tonewall-call:call_x',
      'm=audio 30000 RTP/AVP 0 8 101',
      'c=IN IP4 203.0.113.5',
      'a=rtpmap:101 telephone-event/8000',
      'a=ptime:30',
      'a=rtcp:30001',
      '',
    ])
  })

  it('keeps origin and session address when nobody asks for another, and still sends media to the bridge', () => {
    const text = rewritten(sdpOf(...session, ...audio), {
      replaceOrigin: false,
      replaceSessionConnection: false,
    })
    expect(text).toContain('o=alice 1 1 IN IP4 192.0.2.10\r\n')
    expect(text).toContain('m=audio 30000 RTP/AVP 0 8 101\r\nc=IN IP4 203.0.113.5\r\n')
  })

  it('has no way around the bridge: candidates, keys, multiplexing and other streams are gone', () => {
    const text = rewritten(
      sdpOf(
        ...session,
        'a=group:BUNDLE 0 1',
        'a=ice-lite',
        ...audio,
        'a=candidate:1 1 UDP 1 192.0.2.77 5000 typ host',
        'a=ice-ufrag:x',
        'a=rtcp-mux',
        'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:secret',
        'm=video 4002 RTP/AVP 31',
        'c=IN IP4 192.0.2.78',
        'm=audio 4004 RTP/AVP 0',
        'm=image 4006 udptl t38',
      ),
    )
    expect(text).not.toMatch(/candidate|ice-|crypto|mux|BUNDLE|192\.0\.2/)
    expect(text).toContain('m=video 0 RTP/AVP 31')
    expect(text).toContain('m=audio 0 RTP/AVP 0')
    expect(text).toContain('m=image 0 udptl t38')
  })

  it('leaves a hold a hold', () => {
    expect(rewritten(sdpOf(...session, ...audio, 'a=sendonly'))).toContain('a=sendonly')
    expect(rewritten(sdpOf(...session, ...audio, 'c=IN IP4 0.0.0.0'))).toContain('c=IN IP4 0.0.0.0')
  })

  it('anchors the first audio that is switched on', () => {
    const text = rewritten(sdpOf(...session, 'm=audio 0 RTP/AVP 0', 'm=audio 4004 RTP/AVP 8'))
    expect(text).toContain('m=audio 0 RTP/AVP 0')
    expect(text).toContain('m=audio 30000 RTP/AVP 8')
  })

  it('passes without audio, with nothing switched on', () => {
    expect(rewritten(sdpOf(...session))).toContain('s=-')
    expect(rewritten(sdpOf(...session, 'm=video 4002 RTP/AVP 31'))).toContain('m=video 0')
  })

  it('goes over the profile of that side, with the keys of that side and none of the other', () => {
    const inline = 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz'
    const keying = { suite: 'AES_CM_128_HMAC_SHA1_32', inline } as const
    const text = rewritten(sdpOf(...session, ...audio, 'a=crypto:9 X inline:theirs'), {
      terms: { profile: readProfile('RTP/SAVPF'), lines: [{ tag: 3, keying }] },
    })
    expect(text).toContain('m=audio 30000 RTP/SAVPF 0 8 101')
    expect(text.match(/a=crypto.*/g)).toEqual([`a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:${inline}`])
  })
})

describe('a profile', () => {
  it.each([
    ['RTP/AVP', false, false],
    ['RTP/AVPF', false, true],
    ['RTP/SAVP', true, false],
    ['RTP/SAVPF', true, true],
  ])('%s is spoken', (protocol, secure, feedback) => {
    expect(readProfile(protocol)).toEqual({ secure, feedback })
  })

  it.each(['UDP/TLS/RTP/SAVPF', 'TCP/RTP/AVP', 'udptl', 'x\r\ny'])('%j is refused', (protocol) => {
    expect(() => readProfile(protocol)).toThrow(SdpInvalid)
  })
})

describe('text that is no session description', () => {
  it.each([
    '',
    'v=1',
    'v=0',
    'v=0\r\no=a\r\nnonsense',
    'v=0\no=a\nm=audio x RTP/AVP 0',
    'v=0\no=a\nm=audio 70000 RTP/AVP 0',
    `v=0\no=a\n${'a=x\n'.repeat(2_000)}`,
  ])('is refused: %j', (text) => {
    expect(() => parseSdp(text)).toThrow(SdpInvalid)
  })

  it(`is refused or read, and nothing else (seed ${seed})`, () => {
    const line = fc.oneof(
      fc.constantFrom(...session, ...audio, 'm=audio 9 RTP/AVP', 'a=rtpmap:0', 'c=IN'),
      fc.string(),
    )
    const property = fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      try {
        const sdp = parseSdp(sdpOf('v=0', ...lines))
        const media = audioLine(sdp)
        if (media) describeAudio(sdp, media)
        parseSdp(writeSdp(rewriteSdp(sdp, usual)))
      } catch (error) {
        expect(error).toBeInstanceOf(SdpInvalid)
      }
    })
    fc.assert(property, { seed, numRuns: 2_000 })
  })
})
