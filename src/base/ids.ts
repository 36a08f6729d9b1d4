import { randomBytes } from 'node:crypto'

/** Crockford's base 32: no I, L, O or U, so that an id can be read over the phone. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

export const idKinds = {
  merchant: 'mer',
  agent: 'agt',
  apiKey: 'key',
  session: 'ses',
  call: 'call',
  leg: 'leg',
  payment: 'pay',
  attempt: 'att',
  operation: 'op',
  storedCard: 'card',
  plan: 'plan',
  reconciliation: 'rec',
  difference: 'dif',
  collection: 'col',
  event: 'evt',
  endpoint: 'whe',
  receipt: 'rcp',
  connection: 'con',
  audit: 'aud',
  request: 'req',
} as const

export type IdKind = keyof typeof idKinds

/**
 * A new identifier, for example `pay_01jd3f8p0m9x2v7k4q6r5s8t1w`: prefix of the kind, 48 bits of time in
 * milliseconds, 80 random bits (the layout of a ULID), so that ids sort by age.
 */
export function newId(kind: IdKind, nowMs: number): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  randomBytes(10).copy(bytes, 6)
  return `${idKinds[kind]}_${base32(bytes)}`
}

/** The first id of this kind that could be made at `ms` or later: a range of time is a range of ids. */
export function firstIdAt(kind: IdKind, ms: number): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(Math.max(0, Math.min(ms, 2 ** 48 - 1)), 0, 6)
  return `${idKinds[kind]}_${base32(bytes)}`
}

function base32(bytes: Uint8Array): string {
  let bits = 0n
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte)
  let text = ''
  for (let i = 0; i < 26; i++) {
    text = alphabet[Number(bits & 31n)] + text
    bits >>= 5n
  }
  return text
}
