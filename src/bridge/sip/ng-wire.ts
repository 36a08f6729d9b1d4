import { z } from 'zod'
import { type BencodeValue, decodeBencode, encodeBencode } from './bencode.ts'

/**
 * A datagram of rtpengine's NG protocol: a cookie that names the request, a space, and a dictionary in bencode or
 * JSON. The reply has the same cookie, in the same coding; a repeated cookie is the same request.
 */
export type NgDatagram = {
  readonly cookie: string
  readonly coding: 'bencode' | 'json'
  /** Null when it cannot be read. */
  readonly message: NgRequest | null
}

const words = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat())
const text = z.string().max(255)
const count = z.coerce.number().int().nonnegative()

/**
 * What the bridge reads of a request. Senders add what the call control of the day knows of: other keys are left
 * unread, as rtpengine does.
 */
export const NgRequest = z.object({
  command: text,
  'call-id': text.min(1).optional(),
  'from-tag': text.min(1).optional(),
  'to-tag': text.min(1).optional(),
  'via-branch': text.optional(),
  sdp: z.string().max(32_768).optional(),
  flags: words.default([]),
  replace: words.default([]),
  /** Two names of interfaces: where the offerer is, and where the answerer. */
  direction: words.default([]),
  'received-from': words.default([]),
  label: text.optional(),
  /** `key:value|key:value` */
  metadata: z.string().max(2_048).optional(),
  ice: text.optional(),
  'transport-protocol': text.optional(),
  'delete-delay': count.max(3_600).optional(),
  limit: count.max(10_000).optional(),
  /** Of `play DTMF`: the key. */
  code: z.coerce.string().max(2).optional(),
  duration: count.optional(),
})
export type NgRequest = z.output<typeof NgRequest>

export type NgReply = { readonly [key: string]: BencodeValue }

const longestCookie = 128

/** Null when there is not even a cookie that a reply could carry. */
export function readNgDatagram(bytes: Buffer): NgDatagram | null {
  const end = bytes.subarray(0, longestCookie + 1).indexOf(0x20)
  const cookie = bytes.toString('latin1', 0, Math.max(0, end))
  if (!/^[\x21-\x7e]+$/.test(cookie)) return null
  const body = bytes.subarray(end + 1)
  const coding = body[0] === 0x7b ? 'json' : 'bencode'
  try {
    const raw: unknown = coding === 'json' ? JSON.parse(body.toString('utf8')) : decodeBencode(body)
    const parsed = NgRequest.safeParse(normalised(raw))
    return { cookie, coding, message: parsed.success ? parsed.data : null }
  } catch {
    return { cookie, coding, message: null }
  }
}

export function writeNgDatagram({ cookie, coding }: NgDatagram, reply: NgReply): Buffer {
  const body = coding === 'json' ? Buffer.from(JSON.stringify(reply)) : encodeBencode(reply)
  return Buffer.concat([Buffer.from(`${cookie} `, 'latin1'), body])
}

/** `key:value|key:value`, as rtpengine reads it; what has no colon is left out. */
export function readMetadata(metadata: string | undefined): Record<string, string> {
  const pairs = (metadata ?? '').split('|').flatMap((pair) => {
    const colon = pair.indexOf(':')
    return colon < 1 ? [] : [[pair.slice(0, colon), pair.slice(colon + 1)] as const]
  })
  return Object.fromEntries(pairs.slice(0, 20))
}

/** Senders write `received from`, `received-from` and `received_from`, `ICE` and `ice`: all mean the same. */
function normalised(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [normalisedWord(key), value]))
}

export function normalisedWord(word: string): string {
  return word.replaceAll(/[ _]/g, '-').toLowerCase()
}
