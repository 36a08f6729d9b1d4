import { describe, expect, it } from 'vitest'
import { FusedLeg } from '../../src/dtmf/fuse.ts'
import { readTraceLine, type TraceLine } from '../../src/dtmf/trace.ts'
import { dialled, g711 } from './support/recording.ts'

function fused(lines: readonly object[]) {
  let digits = ''
  const sent: { kind: string; pt: number; octets: number }[] = []
  const leg = new FusedLeg({
    law: 'mulaw',
    eventPayloadType: 101,
    pressed: (digit) => {
      digits += digit
    },
    sent: ({ kind, pt, payload }) => sent.push({ kind, pt, octets: payload.length }),
  })
  for (const [i, line] of lines.entries()) leg.take(readTraceLine(JSON.stringify(line), i + 1))
  leg.end()
  return { digits, sent }
}

/** Packets of 20 ms. */
function rtpAudio(octets: Buffer, firstSeq = 0): TraceLine[] {
  return Array.from({ length: octets.length / 160 }, (_, i) => ({
    t: 20 * i + 20,
    kind: 'rtp' as const,
    seq: (firstSeq + i) & 0xffff,
    ts: 160 * i,
    ssrc: 9,
    m: 0 as const,
    pt: 0,
    payload: octets.subarray(160 * i, 160 * i + 160).toString('base64'),
  }))
}

const event = (t: number, seq: number, code: number, { ts = t * 8, pt = 101, end = false } = {}) => ({
  t,
  kind: 'rtp',
  seq,
  ts,
  ssrc: 9,
  m: 0,
  pt,
  payload: Buffer.from([code, end ? 0x8a : 0x0a, 1, 0x40]).toString('base64'),
})

describe('a replayed leg', () => {
  it('counts tones, and sends as many packets as came', () => {
    const audio = rtpAudio(g711('mulaw', dialled('4071')))
    const { digits, sent } = fused(audio)
    expect(digits).toBe('4071')
    expect(sent).toHaveLength(audio.length)
  })

  it('counts a tone and its event once, and sends no event on', () => {
    const audio = rtpAudio(g711('mulaw', dialled('4')))
    const late = [
      event(300, 200, 4),
      event(320, 201, 4, { ts: 2_400 }),
      event(320.1, 202, 4, { ts: 2_400, end: true }),
    ]
    const lines = [...audio, ...late].sort((a, b) => a.t - b.t)
    const { digits, sent } = fused(lines)
    expect(digits).toBe('4')
    expect(sent.every(({ pt }) => pt === 0)).toBe(true)
  })

  it('sends neither events nor any other payload type on', () => {
    const lines = [event(20, 0, 7, { end: true }), event(40, 1, 1, { pt: 96 }), event(60, 2, 0, { pt: 13 })]
    expect(fused(lines)).toEqual({ digits: '7', sent: [] })
  })

  it('puts packets in order that overtook each other, and fills the place of lost ones', () => {
    const audio = rtpAudio(g711('mulaw', dialled('19')), 65_530)
    ;[audio[9], audio[10]] = [audio[10]!, audio[9]!]
    audio.splice(20, 1)
    const { digits, sent } = fused(audio)
    expect(digits).toBe('19')
    expect(sent).toHaveLength(50)
  })

  it('takes Twilio’s messages, and its own track only', () => {
    const octets = g711('mulaw', dialled('58'))
    const media = Array.from({ length: 50 }, (_, i) => ({
      t: 20 * i,
      kind: 'ws',
      msg: {
        event: 'media',
        media: {
          track: 'inbound',
          chunk: String(i + 1),
          timestamp: String(20 * i),
          payload: octets.subarray(160 * i, 160 * i + 160).toString('base64'),
        },
      },
    }))
    const dtmf = (t: number, digit: string, track = 'inbound_track') => ({
      t,
      kind: 'ws',
      msg: { event: 'dtmf', dtmf: { track, digit } },
    })
    const lines = [
      ...media,
      dtmf(250, '5'),
      dtmf(450, '8'),
      dtmf(800, '3'),
      dtmf(900, '1', 'outbound_track'),
    ].sort((a, b) => a.t - b.t)
    const { digits, sent } = fused(lines)
    expect(digits).toBe('583')
    expect(new Set(sent.map(({ kind }) => kind))).toEqual(new Set(['ws']))
  })
})

describe('a line of a trace', () => {
  it.each([
    ['{', 'line 3 is not JSON'],
    ['{"kind":"udp"}', 'line 3 is not what a bridge receives'],
    ['{"t":0,"kind":"rtp","seq":70000,"ts":0,"ssrc":1,"pt":0,"payload":""}', 'look at "seq"'],
    ['{"t":0,"kind":"ws","msg":{"event":"dtmf","dtmf":{"digit":"x"}}}', 'look at "msg.dtmf.digit"'],
  ])('is refused by its number and property, without its values: %s', (text, because) => {
    expect(() => readTraceLine(text, 3)).toThrow(because)
  })
})
