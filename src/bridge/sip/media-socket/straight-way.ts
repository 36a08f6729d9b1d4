import { int, type LegNumbers, type LegTable, real, realsAtOf } from '../../leg-numbers.ts'
import { easyMs, many, octetsPerMs, windowFrames } from '../../paced-path.ts'
import { countJitter } from '../rtcp.ts'
import { forgiveness, pauseMs, writeWord } from '../rtp-sender.ts'
import type { Departures } from './departures.ts'
import { type Message, regularBytes, rtpHeaderBytes } from './message.ts'

const frameOctets = regularBytes - rtpHeaderBytes
const frameMs = frameOctets / octetsPerMs

/**
 * What nearly every packet of a call is: the next 20 ms of G.711 of a stream that is known, in time, for a party that takes
 * it as it is. It passes here by the numbers of the two legs alone. Whatever is not so passes through the leg's own parts,
 * which keep their counts in the same numbers: each of the two may take any packet, and what comes out is the same.
 */
export class StraightWay {
  readonly #table: LegTable
  readonly #departures: Departures
  readonly #out = Buffer.allocUnsafeSlow(frameOctets).fill(0)

  constructor(table: LegTable, departures: Departures) {
    this.#table = table
    this.#departures = departures
  }

  leads(numbers: LegNumbers): boolean {
    return numbers.table === this.#table
  }

  /** Takes a packet of `regularBytes` for the leg whose numbers begin at `at`. False: nothing has been done with it. */
  pass(message: Message, at: number, nowMs: number): boolean {
    const packet = message.data(regularBytes)
    if (!this.#isNext(packet, at)) return false
    const { ints, reals } = this.#table
    const realsAt = realsAtOf(at)
    const dueMs = reals[realsAt + real.dueMs]!
    if (dueMs - easyMs > nowMs) return false
    const path = this.#table.pathOf(at)
    if (!path) return false
    this.#count(packet, at, nowMs)
    reals[realsAt + real.dueMs] = (dueMs > nowMs ? dueMs : nowMs) + frameMs
    const { stage } = path
    let frame = message.frame
    if (!stage.asIs) {
      if (!stage.process(frame, this.#out)) return true
      frame = this.#out
    }
    ints[at + int.framesSent]!++
    if (!this.#leave(ints[at + int.other]!, frame, nowMs)) path.forward(frame)
    return true
  }

  /** Leaves nothing of what was said. */
  wipe(): void {
    this.#out.fill(0)
  }

  #isNext(packet: Uint8Array, at: number): boolean {
    const { ints } = this.#table
    if (ints[at + int.gatesIn] !== 0 || packet[0] !== 0x80 || packet[1] !== ints[at + int.kindIn])
      return false
    const sequence = (packet[2]! << 8) | packet[3]!
    return (
      // Where the numbers wrap, there is more to be counted.
      sequence !== 0 &&
      sequence === ints[at + int.sequenceIn] &&
      sequence === ints[at + int.highest]! + 1 &&
      wordAt(packet, 4) === ints[at + int.timestampIn] &&
      wordAt(packet, 8) === ints[at + int.ssrcIn]
    )
  }

  /** As ReceptionStats, EventReader, RtpOrder, Leg and PacedPath do it. */
  #count(packet: Uint8Array, at: number, nowMs: number): void {
    const { ints, reals } = this.#table
    const realsAt = realsAtOf(at)
    const sequence = ints[at + int.sequenceIn]!
    ints[at + int.sequenceIn] = (sequence + 1) & 0xffff
    ints[at + int.highest] = sequence
    ints[at + int.received]!++
    ints[at + int.packetsIn]!++
    ints[at + int.timestampIn]! += frameOctets
    reals[realsAt + real.octetsIn]! += packet.length
    reals[realsAt + real.mediaOctets]! += frameOctets
    reals[realsAt + real.heardAtMs] = nowMs
    reals[realsAt + real.audioAtMs] = nowMs
    countJitter(reals, realsAt, nowMs * octetsPerMs - (wordAt(packet, 4) >>> 0))
    ints[at + int.sinceSkip]!++
    const left = ints[at + int.windowLeft]! - 1
    ints[at + int.windowLeft] = left > 0 ? left : windowFrames
    ints[at + int.windowLeast] = left > 0 ? 0 : many
    ints[at + int.unhindered] = left > 0 ? 1 : 0
  }

  /** As RtpSender does it. False: nothing has been done. */
  #leave(to: number, frame: Uint8Array, nowMs: number): boolean {
    const { ints, reals } = this.#table
    const fd = ints[to + int.fd]!
    if (to === 0 || fd === 0 || ints[to + int.gatesOut] !== 0) return false
    if (ints[to + int.pendingOut] !== 0 || ints[to + int.ptimeOut] !== frameOctets) return false
    const realsAt = realsAtOf(to)
    const timestamp = ints[to + int.timestampOut]!
    const origin = reals[realsAt + real.originTimestamp]!
    const sinceOrigin = Math.round((nowMs - reals[realsAt + real.originMs]!) * octetsPerMs)
    const behind = ((origin + sinceOrigin) >>> 0) - timestamp
    // Before anything went out there is no origin, and nothing is greater than NaN.
    if (Number.isNaN(sinceOrigin) || (behind | 0) > pauseMs * octetsPerMs) return false
    reals[realsAt + real.originTimestamp] = origin - (behind | 0) * forgiveness
    const packet = this.#departures.next.data(regularBytes)
    const sequence = ints[to + int.sequenceOut]!
    packet[0] = 0x80
    packet[1] = ints[to + int.kindOut]!
    packet[2] = sequence >> 8
    packet[3] = sequence
    writeWord(packet, 4, timestamp)
    writeWord(packet, 8, ints[to + int.ssrcOut]!)
    packet.set(frame, rtpHeaderBytes)
    ints[to + int.sequenceOut] = (sequence + 1) & 0xffff
    ints[to + int.timestampOut] = timestamp + frameOctets
    ints[to + int.packetsOut]!++
    reals[realsAt + real.octetsOut]! += frameOctets
    this.#departures.add(fd, regularBytes, 0)
    return true
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}
