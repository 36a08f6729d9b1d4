import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRtpPacket, sequenceAfter, timestampAfter } from '../../../src/bridge/sip/rtp-packet.ts'

const header = (first: number, second = 0x00) => [
  first,
  second,
  0x12,
  0x34,
  0,
  0,
  1,
  0xf4,
  0xde,
  0xad,
  0xbe,
  0xef,
]

describe('an RTP packet', () => {
  it('is read as RFC 3550 draws it', () => {
    expect(readRtpPacket(Uint8Array.of(...header(0x80, 0xe5), 7, 8))).toEqual({
      marker: true,
      payloadType: 101,
      sequence: 0x1234,
      timestamp: 500,
      ssrc: 0xdeadbeef,
      payload: Uint8Array.of(7, 8),
    })
  })

  it('may carry contributing sources, an extension and padding', () => {
    const csrcs = [1, 2, 3, 4, 5, 6, 7, 8]
    const extension = [0xbe, 0xde, 0, 1, 9, 9, 9, 9]
    const packet = readRtpPacket(Uint8Array.of(...header(0xb2), ...csrcs, ...extension, 42, 0, 0, 3))
    expect(packet?.payload).toEqual(Uint8Array.of(42))
  })

  it.each([
    ['nothing', []],
    ['eleven octets', header(0x80).slice(0, 11)],
    ['another version', header(0x40)],
    ['more sources than octets', header(0x8f)],
    ['an extension without its head', header(0x90)],
    ['an extension longer than the packet', [...header(0x90), 0, 0, 0, 9]],
    ['padding longer than the packet', [...header(0xa0), 200]],
    ['padding of nothing', [...header(0xa0), 0]],
  ])('is not: %s', (_, octets) => {
    expect(readRtpPacket(Uint8Array.from(octets))).toBeNull()
  })

  it('is never read past its end, whatever arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
        const packet = readRtpPacket(octets)
        if (packet) expect(packet.payload.length).toBeLessThanOrEqual(octets.length - 12)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('numbers that wrap', () => {
  it('know what comes after what', () => {
    expect(sequenceAfter(0xfffe, 1)).toBe(3)
    expect(sequenceAfter(1, 0xfffe)).toBe(-3)
    expect(timestampAfter(0xffffff60, 0)).toBe(160)
    expect(timestampAfter(0, 0xffffff60)).toBe(-160)
  })
})
