import { createSocket, type Socket } from 'node:dgram'
import { readRtpPacket, timestampAfter } from '../../../src/bridge/sip/rtp-packet.ts'
import type { LegCipher } from '../../../src/bridge/sip/srtp/leg-cipher.ts'
import { decodeG711 } from '../../../src/dsp/g711.ts'

export type HeardPacket = {
  readonly atMs: number
  readonly payloadType: number
  readonly marker: boolean
  readonly sequence: number
  readonly timestamp: number
  readonly ssrc: number
  readonly payload: Buffer
}

/**
 * The media of one party: keeps every RTP packet that it gets, and says something itself (a steady murmur), to
 * whoever sent to it last, as a phone does.
 */
export class MediaPhone {
  readonly heard: HeardPacket[] = []
  readonly reports: Buffer[] = []
  /** How it encrypts what it sends, and reads what it gets; in the clear when there is none. */
  cipher: LegCipher | undefined
  /** Packets that were not what the cipher expects. */
  unreadable = 0
  readonly port: number
  readonly ssrc = (Math.random() * 2 ** 32) >>> 0
  /** CNAME of its reports. */
  readonly name = `phone-${Math.random().toString(36).slice(2, 10)}`
  /** Where the last packet came from. */
  peerPort = 0
  readonly #rtp: Socket
  readonly #rtcp: Socket
  #peer: { address: string; port: number } | undefined
  #timer: NodeJS.Timeout | undefined
  #sequence = 4_000
  #timestamp = 0xffff_ff00

  private constructor(rtp: Socket, rtcp: Socket) {
    this.#rtp = rtp
    this.#rtcp = rtcp
    this.port = rtp.address().port
    rtp.on('message', (bytes, from) => {
      const clear = this.cipher ? this.cipher.receiver.rtp(bytes) : bytes
      const packet = clear && readRtpPacket(clear)
      if (!clear) this.unreadable++
      if (packet)
        this.heard.push({ ...packet, payload: Buffer.from(packet.payload), atMs: performance.now() })
      this.#peer ??= { address: from.address, port: from.port }
      this.peerPort = from.port
    })
    rtcp.on('message', (bytes) => {
      const clear = this.cipher ? this.cipher.receiver.rtcp(bytes) : bytes
      if (clear) this.reports.push(Buffer.from(clear))
    })
  }

  static async open(): Promise<MediaPhone> {
    for (;;) {
      const port = 20_000 + 2 * Math.floor(Math.random() * 4_000)
      const sockets = await Promise.all([bind(port), bind(port + 1)])
      if (sockets[0] && sockets[1]) return new MediaPhone(sockets[0], sockets[1])
      for (const socket of sockets) socket?.close()
    }
  }

  /** Begins to talk, to `peer` or to whoever sends first. */
  talk(peer?: { address: string; port: number }): void {
    if (peer) this.#peer = peer
    this.#timer ??= setInterval(() => this.say(Buffer.alloc(160, 0xf0)), 20)
  }

  hush(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** One packet of mu-law. */
  say(octets: Uint8Array): void {
    this.#timestamp = (this.#timestamp + octets.length) >>> 0
    this.send(0, octets, this.#timestamp)
  }

  send(payloadType: number, payload: Uint8Array, timestamp: number, marker = false): void {
    const bytes = Buffer.alloc(12 + payload.length)
    bytes[0] = 0x80
    bytes[1] = (marker ? 0x80 : 0) | payloadType
    bytes.writeUInt16BE(this.#sequence++ & 0xffff, 2)
    bytes.writeUInt32BE(timestamp >>> 0, 4)
    bytes.writeUInt32BE(this.ssrc, 8)
    bytes.set(payload, 12)
    const sealed = this.cipher?.sender.rtp(bytes) ?? bytes
    if (this.#peer) this.#rtp.send(sealed, this.#peer.port, this.#peer.address)
  }

  /** A sender report with this NTP time, and its name, to its peer's port for RTCP (RFC 3550, section 6.4). */
  report({ seconds, fraction }: { seconds: number; fraction: number }): void {
    const length = Math.ceil((10 + this.name.length + 1) / 4) * 4
    const bytes = Buffer.alloc(28 + length)
    bytes.set([0x80, 200, 0, 6])
    bytes.writeUInt32BE(this.ssrc, 4)
    bytes.writeUInt32BE(seconds, 8)
    bytes.writeUInt32BE(fraction, 12)
    bytes.set([0x81, 202, 0, length / 4 - 1], 28)
    bytes.writeUInt32BE(this.ssrc, 32)
    bytes.set([1, this.name.length], 36)
    bytes.write(this.name, 38, 'latin1')
    if (this.#peer) this.#rtcp.send(bytes, this.#peer.port + 1, this.#peer.address)
  }

  close(): void {
    this.hush()
    this.#rtp.close()
    this.#rtcp.close()
  }

  /** What it heard, laid out by its timestamps, from the first packet on; a new source goes on where the last ended. */
  audio(): Int16Array {
    let first: HeardPacket | undefined
    let from = 0
    let length = 0
    const placed = this.heard.flatMap((packet) => {
      if (packet.payloadType !== 0 && packet.payloadType !== 8) return []
      if (first?.ssrc !== packet.ssrc) {
        first = packet
        from = length
      }
      const at = from + timestampAfter(first.timestamp, packet.timestamp)
      if (at < from) return []
      length = Math.max(length, at + packet.payload.length)
      return [{ packet, at }]
    })
    const samples = new Int16Array(length)
    for (const { packet, at } of placed)
      decodeG711(packet.payloadType === 0 ? 'mulaw' : 'alaw', packet.payload, samples.subarray(at))
    return samples
  }

  /** The octets of all mu-law packets, one after the other, whatever their times. */
  octets(): Buffer {
    return Buffer.concat(
      this.heard.filter(({ payloadType }) => payloadType === 0).map(({ payload }) => payload),
    )
  }

  /** Packets that are no G.711: events, and whatever else got through. */
  others(): HeardPacket[] {
    return this.heard.filter(({ payloadType }) => payloadType !== 0 && payloadType !== 8)
  }
}

function bind(port: number): Promise<Socket | null> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1_048_576 })
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close()
      resolve(null)
    })
    socket.bind(port, '127.0.0.1', () => {
      socket.removeAllListeners('error')
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}
