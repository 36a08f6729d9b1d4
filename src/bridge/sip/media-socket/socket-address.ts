import type { Family, Libc } from './libc.ts'
import type { Source } from './media-socket.ts'

export const inet = 2
const inet6 = 10
/** `sockaddr_in6`, the longer of the two (ip(7), ipv6(7)). */
export const addressBytes = 28
const inetBytes = 16

export function familyOf(host: string): Family {
  return host.includes(':') ? inet6 : inet
}

/** Writes an address as the kernel reads it. Returns its length, or 0 where it is none of this family. */
export function writeAddress(libc: Libc, into: Buffer, { address, port }: Source, family: Family): number {
  into.fill(0)
  // The family is in the machine's own order (all that we run on are little-endian), the port in the network's.
  into.writeUInt16LE(family, 0)
  into.writeUInt16BE(port, 2)
  const at = family === inet ? 4 : 8
  if (!libc.parseAddress(family, address, into, at)) return 0
  return family === inet ? inetBytes : addressBytes
}

export function readAddress(libc: Libc, from: Buffer): Source {
  const family = from.readUInt16LE(0) as Family
  const port = from.readUInt16BE(2)
  return { address: libc.formatAddress(family, from, family === inet ? 4 : 8), port }
}
