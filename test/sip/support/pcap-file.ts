import { writeFileSync } from 'node:fs'
import type { TimedPacket } from './caller-audio.ts'

/** Writes UDP packets over Ethernet as a pcap file, as SIPp's `play_pcap_audio` reads it. */
export function writePcap(file: string, packets: readonly TimedPacket[]): void {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(65_535, 16)
  header.writeUInt32LE(1, 20)
  writeFileSync(file, Buffer.concat([header, ...packets.map(record)]))
}

function record({ atMs, bytes }: TimedPacket): Buffer {
  const frame = Buffer.alloc(14 + 20 + 8)
  frame.writeUInt16BE(0x0800, 12)
  frame[14] = 0x45
  frame.writeUInt16BE(20 + 8 + bytes.length, 16)
  frame[22] = 64
  frame[23] = 17
  frame.set([127, 0, 0, 1], 26)
  frame.set([127, 0, 0, 1], 30)
  frame.writeUInt16BE(6_000, 34)
  frame.writeUInt16BE(6_000, 36)
  frame.writeUInt16BE(8 + bytes.length, 38)
  const head = Buffer.alloc(16)
  const atUs = Math.round(atMs * 1_000)
  head.writeUInt32LE(1_700_000_000 + Math.floor(atUs / 1_000_000), 0)
  head.writeUInt32LE(atUs % 1_000_000, 4)
  head.writeUInt32LE(frame.length + bytes.length, 8)
  head.writeUInt32LE(frame.length + bytes.length, 12)
  return Buffer.concat([head, frame, bytes])
}
