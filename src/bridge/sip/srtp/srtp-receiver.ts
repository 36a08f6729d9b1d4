import { timingSafeEqual } from 'node:crypto'
import { PacketIndex } from './packet-index.ts'
import { SessionKeys } from './session-keys.ts'
import { type Keying, rtcpTagOctets, rtpTagOctets } from './suite.ts'

const fixedHeader = 12
const rtcpHeader = 8
const encryptedFlag = 0x8000_0000
/** A party that changes its source more often than this is not one party. */
const mostSources = 16

export type SrtpReceiverOptions = {
  readonly keying: Keying
  /** Sources of an earlier life of this process, and how often their sequence numbers had wrapped. */
  readonly rollovers?: Readonly<Record<string, number>> | undefined
  /** A sequence number has wrapped: worth remembering. */
  readonly onRollover?: () => void
}

/** Takes what one party encrypted: what is forged, changed, sent twice or older than the window is refused. */
export class SrtpReceiver {
  readonly keying: Keying
  readonly #options: SrtpReceiverOptions
  readonly #rtp: SessionKeys
  readonly #rtcp: SessionKeys
  readonly #streams = new Map<number, PacketIndex>()
  readonly #reports = new PacketIndex()

  constructor(options: SrtpReceiverOptions) {
    this.#options = options
    this.keying = options.keying
    const master = Buffer.from(options.keying.inline, 'base64')
    this.#rtp = new SessionKeys(master, 'rtp')
    this.#rtcp = new SessionKeys(master, 'rtcp')
    master.fill(0)
  }

  /** By source, for the next life. */
  get rollovers(): Record<string, number> {
    return Object.fromEntries([...this.#streams].map(([ssrc, { rollover }]) => [String(ssrc), rollover]))
  }

  /** A packet in the clear, in the same memory; null for what is not genuine or not new (RFC 3711 §3.3). */
  rtp(packet: Buffer): Buffer | null {
    const tagOctets = rtpTagOctets[this.keying.suite]
    const end = packet.length - tagOctets - (this.keying.mki?.octets ?? 0)
    const from = payloadAt(packet, end)
    if (from === null || !this.#hasMki(packet, end)) return null
    const ssrc = packet.readUInt32BE(8)
    const known = this.#streams.get(ssrc)
    const stream = known ?? new PacketIndex(this.#options.rollovers?.[String(ssrc)] ?? 0)
    const body = packet.subarray(0, end)
    const tag = packet.subarray(packet.length - tagOctets)
    const isGenuine = (index: number) => isTag(this.#rtp.sign(body, rolloverOctets(index)), tag)
    const index = stream.candidates(packet.readUInt16BE(2)).find((candidate) => {
      return !stream.isReplay(candidate) && isGenuine(candidate)
    })
    if (index === undefined || (!known && this.#streams.size >= mostSources)) return null
    const before = stream.rollover
    stream.take(index)
    this.#streams.set(ssrc, stream)
    this.#rtp.cipher.apply(packet.subarray(from, end), ssrc, index)
    if (stream.rollover !== before) this.#options.onRollover?.()
    return body
  }

  /** A compound RTCP packet in the clear, in the same memory; null as above (§3.4). */
  rtcp(packet: Buffer): Buffer | null {
    const end = packet.length - rtcpTagOctets - (this.keying.mki?.octets ?? 0)
    const indexAt = end - 4
    if (indexAt < rtcpHeader || !this.#hasMki(packet, end)) return null
    const word = packet.readUInt32BE(indexAt)
    const index = word % encryptedFlag
    // Both suites encrypt their reports: one in the clear was not made by the party that agreed to them.
    if (word < encryptedFlag || this.#reports.isReplay(index)) return null
    const tag = packet.subarray(packet.length - rtcpTagOctets)
    if (!isTag(this.#rtcp.sign(packet.subarray(0, end)), tag)) return null
    this.#reports.take(index)
    this.#rtcp.cipher.apply(packet.subarray(rtcpHeader, indexAt), packet.readUInt32BE(4), index)
    return packet.subarray(0, indexAt)
  }

  #hasMki(packet: Buffer, at: number): boolean {
    const { mki } = this.keying
    return mki === undefined || readMki(packet, at, mki.octets) === mki.value
  }
}

/** Where the payload begins; null when the header runs past the end. Header and extension stay in the clear (§3.1). */
function payloadAt(packet: Buffer, end: number): number | null {
  if (end < fixedHeader) return null
  let from = fixedHeader + 4 * (packet[0]! & 0x0f)
  if (packet[0]! & 0x10) {
    if (end < from + 4) return null
    from += 4 + 4 * packet.readUInt16BE(from + 2)
  }
  return from <= end ? from : null
}

function rolloverOctets(index: number): Buffer {
  const octets = Buffer.allocUnsafe(4)
  octets.writeUInt32BE(Math.floor(index / 0x1_0000) >>> 0)
  return octets
}

function isTag(signature: Buffer, tag: Buffer): boolean {
  return timingSafeEqual(signature.subarray(0, tag.length), tag)
}

function readMki(packet: Buffer, at: number, octets: number): number {
  let value = 0
  for (let i = 0; i < octets; i++) value = value * 256 + packet[at + i]!
  return value
}
