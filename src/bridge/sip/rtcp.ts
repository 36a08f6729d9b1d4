import { int, LegNumbers, real } from '../leg-numbers.ts'
import { type RtpPacket, sequenceAfter } from './rtp-packet.ts'

/** 1900 to 1970, in seconds: NTP counts from the former. */
const ntpOffsetS = 2_208_988_800
const senderReport = 200
const receiverReport = 201
const sourceDescription = 202

/** True for packets that are RTCP though they came to the RTP port (RFC 5761 §4). */
export function isRtcp(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && bytes[0]! >> 6 === 2 && bytes[1]! >= 192 && bytes[1]! <= 223
}

/** What is known of one party's stream as it arrives: the numbers of a receiver report (RFC 3550 §6.4, App. A). */
export class ReceptionStats {
  readonly #numbers: LegNumbers
  #ssrc: number | undefined
  #first = 0
  #cycles = 0
  #expectedBefore = 0
  #receivedBefore = 0
  #lastReport = 0
  #lastReportMs = 0

  /** `numbers`: where it keeps count. */
  constructor(numbers = new LegNumbers()) {
    this.#numbers = numbers
  }

  get packets(): number {
    return this.#numbers.ints[this.#numbers.at + int.packetsIn]!
  }

  get octets(): number {
    return this.#numbers.reals[this.#numbers.realsAt + real.octetsIn]!
  }

  /** A packet of audio with an 8 kHz clock; others only count. */
  take(packet: Pick<RtpPacket, 'ssrc' | 'sequence' | 'timestamp'>, bytes: number, nowMs: number): void {
    const { ints, at, reals, realsAt } = this.#numbers
    ints[at + int.packetsIn]!++
    reals[realsAt + real.octetsIn]! += bytes
    if (packet.ssrc !== this.#ssrc) {
      this.#ssrc = packet.ssrc
      this.#first = packet.sequence
      ints[at + int.highest] = packet.sequence
      ints[at + int.received] = 0
      this.#cycles = this.#expectedBefore = this.#receivedBefore = 0
      reals[realsAt + real.transit] = Number.NaN
    }
    ints[at + int.received]!++
    const ahead = sequenceAfter(this.#highest, packet.sequence)
    if (ahead > 0) {
      if (packet.sequence < this.#highest) this.#cycles += 0x10000
      ints[at + int.highest] = packet.sequence
    }
    countJitter(reals, realsAt, nowMs * 8 - packet.timestamp)
  }

  get #highest(): number {
    return this.#numbers.ints[this.#numbers.at + int.highest]!
  }

  get #received(): number {
    return this.#numbers.ints[this.#numbers.at + int.received]!
  }

  /** The other side's report: remembered for the time that it asks us to echo. */
  heardReport(bytes: Uint8Array, nowMs: number): void {
    if (bytes.length < 28 || bytes[1] !== senderReport) return
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#lastReport = view.getUint32(10)
    this.#lastReportMs = nowMs
  }

  /** The 24 octets of a report block; null when nothing came. */
  block(nowMs: number): Buffer | null {
    if (this.#ssrc === undefined) return null
    const expected = this.#cycles + this.#highest - this.#first + 1
    const lost = Math.max(-0x800000, Math.min(0x7fffff, expected - this.#received))
    const expectedNow = expected - this.#expectedBefore
    const lostNow = expectedNow - (this.#received - this.#receivedBefore)
    this.#expectedBefore = expected
    this.#receivedBefore = this.#received
    const block = Buffer.alloc(24)
    block.writeUInt32BE(this.#ssrc, 0)
    block[4] = expectedNow > 0 && lostNow > 0 ? Math.floor((lostNow * 256) / expectedNow) & 0xff : 0
    block.writeIntBE(lost, 5, 3)
    block.writeUInt32BE((this.#cycles + this.#highest) >>> 0, 8)
    block.writeUInt32BE(Math.round(this.#numbers.reals[this.#numbers.realsAt + real.jitter]!) >>> 0, 12)
    block.writeUInt32BE(this.#lastReport, 16)
    if (this.#lastReport !== 0)
      block.writeUInt32BE(Math.round((nowMs - this.#lastReportMs) * 65.536) >>> 0, 20)
    return block
  }
}

/** `transit`: arrival less the packet's own time, in its units (RFC 3550 §6.4.1). */
export function countJitter(reals: Float64Array, at: number, transit: number): void {
  const before = reals[at + real.transit]!
  reals[at + real.transit] = transit
  if (Number.isNaN(before)) return
  // Both numbers wrap: a difference of a wrap is no jitter.
  const difference = Math.abs(Math.round(transit - before) | 0)
  reals[at + real.jitter]! += (difference - reals[at + real.jitter]!) / 16
}

export type Report = {
  readonly ssrc: number
  readonly name: string
  /** Null while we have sent nothing: a receiver report then. */
  readonly sent: { readonly timestamp: number; readonly packets: number; readonly octets: number } | null
  readonly block: Buffer | null
  /** Wall clock, epoch ms. */
  readonly nowMs: number
}

/**
 * A compound packet: sender or receiver report, and our name. Ours, and not the other side's passed on: SSRC, sequence
 * and timestamps are ours too, and a report about others would say nothing.
 */
export function writeReport({ ssrc, name, sent, block, nowMs }: Report): Buffer {
  const report = Buffer.alloc(8 + (sent ? 20 : 0))
  report[0] = 0x80 | (block ? 1 : 0)
  report[1] = sent ? senderReport : receiverReport
  report.writeUInt16BE((report.length + (block?.length ?? 0)) / 4 - 1, 2)
  report.writeUInt32BE(ssrc, 4)
  if (sent) {
    report.writeUInt32BE((Math.floor(nowMs / 1_000) + ntpOffsetS) >>> 0, 8)
    report.writeUInt32BE(Math.floor(((nowMs % 1_000) / 1_000) * 2 ** 32) >>> 0, 12)
    report.writeUInt32BE(sent.timestamp, 16)
    report.writeUInt32BE(sent.packets >>> 0, 20)
    report.writeUInt32BE(sent.octets >>> 0, 24)
  }
  // One chunk with one CNAME item, a zero at its end, padded to whole words (RFC 3550 §6.5).
  const description = Buffer.alloc(Math.ceil((8 + 2 + name.length + 1) / 4) * 4)
  description[0] = 0x81
  description[1] = sourceDescription
  description.writeUInt16BE(description.length / 4 - 1, 2)
  description.writeUInt32BE(ssrc, 4)
  description[8] = 1
  description[9] = name.length
  description.write(name, 10, 'latin1')
  return Buffer.concat([report, ...(block ? [block] : []), description])
}
