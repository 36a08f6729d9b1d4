import { SessionKeys } from './session-keys.ts'
import { type Keying, type Mki, rtcpTagOctets, rtpTagOctets } from './suite.ts'

const fixedHeader = 12
const rtcpHeader = 8
const rtcpIndices = 0x8000_0000

/** Encrypts what one party gets from us: one RTP stream whose packets come in order, and its reports. */
export class SrtpSender {
  readonly keying: Keying
  readonly #rtp: SessionKeys
  readonly #rtcp: SessionKeys
  readonly #mki: Buffer
  #rollover = 0
  #sequence: number | undefined
  #reports = 0

  constructor(keying: Keying) {
    this.keying = keying
    const master = Buffer.from(keying.inline, 'base64')
    this.#rtp = new SessionKeys(master, 'rtp')
    this.#rtcp = new SessionKeys(master, 'rtcp')
    master.fill(0)
    this.#mki = mkiOctets(keying.mki)
  }

  /** A packet of ours: without contributing sources and header extension (RFC 3711 §3.3). */
  rtp(packet: Buffer): Buffer {
    const sequence = packet.readUInt16BE(2)
    // They come in order, so that a smaller number is a wrap.
    if (this.#sequence !== undefined && sequence < this.#sequence) this.#rollover++
    this.#sequence = sequence
    const tagOctets = rtpTagOctets[this.keying.suite]
    const end = packet.length
    const sealed = Buffer.allocUnsafe(end + this.#mki.length + tagOctets)
    sealed.set(packet)
    this.#rtp.cipher.apply(
      sealed.subarray(fixedHeader, end),
      packet.readUInt32BE(8),
      this.#rollover * 0x1_0000 + sequence,
    )
    // The rollover counter is signed where the MKI then stands: it is not sent.
    const rollover = Buffer.allocUnsafe(4)
    rollover.writeUInt32BE(this.#rollover >>> 0)
    const tag = this.#rtp.sign(sealed.subarray(0, end), rollover)
    sealed.set(this.#mki, end)
    sealed.set(tag.subarray(0, tagOctets), end + this.#mki.length)
    return sealed
  }

  /** A compound RTCP packet (§3.4). */
  rtcp(packet: Buffer): Buffer {
    const index = this.#reports
    this.#reports = (this.#reports + 1) % rtcpIndices
    const end = packet.length + 4
    const sealed = Buffer.allocUnsafe(end + this.#mki.length + rtcpTagOctets)
    sealed.set(packet)
    this.#rtcp.cipher.apply(sealed.subarray(rtcpHeader, packet.length), packet.readUInt32BE(4), index)
    sealed.writeUInt32BE((rtcpIndices + index) >>> 0, packet.length)
    const tag = this.#rtcp.sign(sealed.subarray(0, end))
    sealed.set(this.#mki, end)
    sealed.set(tag.subarray(0, rtcpTagOctets), end + this.#mki.length)
    return sealed
  }
}

function mkiOctets(mki: Mki | undefined): Buffer {
  const octets = Buffer.alloc(mki?.octets ?? 0)
  let rest = mki?.value ?? 0
  for (let at = octets.length - 1; at >= 0; at--) {
    octets[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return octets
}
