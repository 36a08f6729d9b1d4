/**
 * RTP's fixed header (RFC 3550 §5.1):
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                           timestamp                           |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                             SSRC                              |
 *   +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 *   |            0 to 15 contributing sources (CC)                  |
 *   |            an extension, when X: profile, length, words       |
 */
export type RtpPacket = {
  readonly marker: boolean
  readonly payloadType: number
  /** 16 bits, wraps. */
  readonly sequence: number
  /** 32 bits, wraps; in units of the payload's clock. */
  readonly timestamp: number
  readonly ssrc: number
  /** A view of the packet: not copied. */
  readonly payload: Uint8Array
}

const fixedHeader = 12

/** Null when the octets are not RTP: too short, another version, or lengths that run past the end. */
export function readRtpPacket(bytes: Uint8Array): RtpPacket | null {
  if (bytes.length < fixedHeader || bytes[0]! >> 6 !== 2) return null
  let from = fixedHeader + 4 * (bytes[0]! & 0x0f)
  if (bytes[0]! & 0x10) {
    if (bytes.length < from + 4) return null
    from += 4 + 4 * (bytes[from + 2]! * 256 + bytes[from + 3]!)
  }
  // The last octet of padding says how many there are, itself included.
  const padding = bytes[0]! & 0x20 ? bytes.at(-1)! : 0
  if (bytes[0]! & 0x20 && padding === 0) return null
  const to = bytes.length - padding
  if (from > to) return null
  return {
    marker: bytes[1]! >= 0x80,
    payloadType: bytes[1]! & 0x7f,
    sequence: bytes[2]! * 256 + bytes[3]!,
    timestamp: wordAt(bytes, 4),
    ssrc: wordAt(bytes, 8),
    payload: payloadOf(bytes, from, to),
  }
}

/** How far `b` lies after `a` among 16-bit numbers that wrap: -32,768 … 32,767. */
export function sequenceAfter(a: number, b: number): number {
  return ((b - a) << 16) >> 16
}

/** How far `b` lies after `a` among 32-bit numbers that wrap. */
export function timestampAfter(a: number, b: number): number {
  return (b - a) | 0
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

/** The last view that was made. Packets that come in the same memory have the same one: to make it costs more than to read it. */
let made:
  | { readonly of: Uint8Array; readonly from: number; readonly to: number; readonly payload: Uint8Array }
  | undefined

function payloadOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (made?.of !== bytes || made.from !== from || made.to !== to)
    made = { of: bytes, from, to, payload: bytes.subarray(from, to) }
  return made.payload
}
