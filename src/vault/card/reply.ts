import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { DigitBuffer } from './digit-buffer.ts'
import type { HttpResponse } from './http-response.ts'
import { scrub } from './scrub.ts'

/** What a connector may need of a reply's head; everything else stays here. */
const passedOn: readonly string[] = [
  'content-type',
  'request-id',
  'x-request-id',
  'retry-after',
  'idempotency-key',
  'idempotent-replayed',
  'idempotency-replayed',
]

/** The gateway's answer as control may see it: scrubbed as bytes first, then made into text. */
export function replyOf({ status, headers, body }: HttpResponse, digits: DigitBuffer): GatewayReply {
  const passed: Record<string, string> = {}
  for (const name of passedOn) {
    const value = headers.get(name)
    if (value !== undefined) passed[name] = scrubbed(Buffer.from(value, 'latin1'), digits)
  }
  return { kind: 'answered', status, headers: passed, body: scrubbed(body, digits) }
}

function scrubbed(bytes: Buffer, digits: DigitBuffer): string {
  scrub(bytes, digits)
  return bytes.toString('utf8')
}
