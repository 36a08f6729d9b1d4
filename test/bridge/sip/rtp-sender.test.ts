import { beforeEach, describe, expect, it } from 'vitest'
import { type RtpPacket, readRtpPacket } from '../../../src/bridge/sip/rtp-packet.ts'
import { RtpSender } from '../../../src/bridge/sip/rtp-sender.ts'

let sent: RtpPacket[]
let sender: RtpSender

beforeEach(() => {
  sent = []
  sender = new RtpSender({
    ssrc: 0xabcd,
    firstSequence: 0xfffe,
    firstTimestamp: 0xffff_ff60,
    room: (octets) => Buffer.alloc(octets),
    send: (packet) => sent.push(readRtpPacket(packet)!),
  })
})

const frame = (octets = 160) => Buffer.alloc(octets, 0x55)
const talk = (fromMs: number, frames: number) => {
  for (let i = 0; i < frames; i++) sender.audio(frame(), 'mulaw', fromMs + 20 * i)
}
const event = (timestamp: number) => ({
  ...{
    marker: true,
    timestamp,
    ssrc: 7,
    payload: Buffer.from([5, 10, 0, 160]),
    payloadType: 101,
    clockRate: 8_000,
  },
})

describe('the stream that a party hears', () => {
  it('has one SSRC, and numbers that wrap without a gap', () => {
    talk(0, 4)
    expect(sent.map(({ ssrc }) => ssrc)).toEqual([0xabcd, 0xabcd, 0xabcd, 0xabcd])
    expect(sent.map(({ sequence }) => sequence)).toEqual([0xfffe, 0xffff, 0, 1])
    expect(sent.map(({ timestamp }) => timestamp)).toEqual([0xffff_ff60, 0, 160, 320])
    expect(sent.map(({ marker }) => marker)).toEqual([true, false, false, false])
  })

  it('goes on with time after a pause, and marks the beginning', () => {
    talk(0, 2)
    talk(1_000, 2)
    expect(sent.map(({ timestamp }) => (timestamp - sent[0]!.timestamp) >>> 0)).toEqual([
      0, 160, 8_000, 8_160,
    ])
    expect(sent.map(({ marker }) => marker)).toEqual([true, false, true, false])
    expect(sent[2]!.sequence).toBe(0)
  })

  it('shows no jitter and no single lost frame as a jump', () => {
    talk(0, 10)
    talk(10 * 20 + 15, 10)
    talk(20 * 20 + 20, 10)
    const steps = sent.slice(1).map(({ timestamp }, i) => (timestamp - sent[i]!.timestamp) >>> 0)
    expect(new Set(steps)).toEqual(new Set([160]))
  })

  it.each([10, 20, 30, 40, 60])('comes in packets of %i ms, if that is what the party wants', (ptimeMs) => {
    sender.ptimeMs = ptimeMs
    talk(0, 12)
    expect(new Set(sent.map(({ payload }) => payload.length))).toEqual(new Set([ptimeMs * 8]))
    expect(sent).toHaveLength((12 * 20) / ptimeMs)
  })

  it('begins a new packet when the law changes', () => {
    sender.ptimeMs = 40
    sender.audio(frame(), 'mulaw', 0)
    sender.audio(frame(), 'alaw', 20)
    sender.audio(frame(), 'alaw', 40)
    expect(sent.map(({ payloadType, payload }) => [payloadType, payload.length])).toEqual([
      [0, 160],
      [8, 320],
    ])
  })

  it('carries events in the same numbers, at one timestamp a press', () => {
    talk(0, 2)
    sender.relay(event(90_000), { start: true, nowMs: 40 })
    sender.relay({ ...event(90_000), marker: false }, { start: false, nowMs: 60 })
    talk(140, 1)
    expect(sent.map(({ sequence }) => sequence)).toEqual([0xfffe, 0xffff, 0, 1, 2])
    expect(sent[2]).toMatchObject({ payloadType: 101, marker: true, timestamp: 160 })
    expect(sent[3]).toMatchObject({ payloadType: 101, marker: false, timestamp: 160 })
    expect(sent[4]!.timestamp).toBeGreaterThan(160)
  })

  it('does not lean on the other side’s numbers: a new source there changes nothing here', () => {
    sender.relay({ ...event(1), payloadType: 9, payload: frame() }, { start: false, nowMs: 0 })
    sender.relay({ ...event(161), payloadType: 9, payload: frame() }, { start: false, nowMs: 20 })
    sender.relay(
      { ...event(4_000_000), ssrc: 8, payloadType: 9, payload: frame() },
      { start: false, nowMs: 40 },
    )
    expect(sent.map(({ timestamp }) => (timestamp - sent[0]!.timestamp) >>> 0)).toEqual([0, 160, 320])
    expect(new Set(sent.map(({ ssrc }) => ssrc)).size).toBe(1)
  })
})
