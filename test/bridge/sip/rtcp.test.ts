import { describe, expect, it } from 'vitest'
import { isRtcp, ReceptionStats, writeReport } from '../../../src/bridge/sip/rtcp.ts'

const packet = (sequence: number, timestamp = sequence * 160, ssrc = 9) => ({
  ssrc,
  sequence,
  timestamp,
})

describe('a receiver’s report', () => {
  it('counts what was lost, over the wrap of the numbers', () => {
    const stats = new ReceptionStats()
    for (const sequence of [0xfffe, 0xffff, 1, 2]) stats.take(packet(sequence), 172, 0)
    const block = stats.block(0)!
    expect(block.readUInt32BE(0)).toBe(9)
    expect(block[4]).toBe(Math.floor(256 / 5))
    expect(block.readIntBE(5, 3)).toBe(1)
    expect(block.readUInt32BE(8)).toBe(0x1_0002)
  })

  it('says the jitter of arrival', () => {
    const stats = new ReceptionStats()
    for (let i = 0; i < 200; i++) stats.take(packet(i), 172, i * 20 + (i % 2) * 5)
    expect(stats.block(0)!.readUInt32BE(12)).toBeGreaterThan(30)
    expect(stats.block(0)!.readUInt32BE(12)).toBeLessThan(45)
  })

  it('echoes the time of the other side’s last report', () => {
    const stats = new ReceptionStats()
    stats.take(packet(1), 172, 0)
    const theirs = writeReport({
      ssrc: 9,
      name: 'them',
      sent: { timestamp: 0, packets: 1, octets: 160 },
      block: null,
      nowMs: 1_000_500,
    })
    stats.heardReport(theirs, 100)
    const block = stats.block(1_100)!
    expect(block.readUInt32BE(16)).toBe(theirs.readUInt32BE(10))
    expect(block.readUInt32BE(20)).toBe(65_536)
  })

  it('begins anew with a new source', () => {
    const stats = new ReceptionStats()
    stats.take(packet(1), 172, 0)
    stats.take(packet(40_000, 0, 10), 172, 20)
    expect(stats.block(0)!.readIntBE(5, 3)).toBe(0)
  })
})

describe('a report', () => {
  it('is a compound of whole words that says what it is', () => {
    const stats = new ReceptionStats()
    stats.take(packet(1), 172, 0)
    for (const sent of [null, { timestamp: 5, packets: 2, octets: 320 }]) {
      const report = writeReport({ ssrc: 1, name: 'leg_1', sent, block: stats.block(0), nowMs: 0 })
      expect(isRtcp(report)).toBe(true)
      expect(report[1]).toBe(sent ? 200 : 201)
      const first = (report.readUInt16BE(2) + 1) * 4
      expect(report[first + 1]).toBe(202)
      expect(first + (report.readUInt16BE(first + 2) + 1) * 4).toBe(report.length)
    }
  })
})
