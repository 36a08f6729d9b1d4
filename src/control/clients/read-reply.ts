import type { Dispatcher } from 'undici'
import type { GatewayReply } from '../../contracts/gateway-call.ts'

export type ReplyLimits = {
  /** Of the body, in bytes; a longer one is no answer. */
  readonly mostBytes: number
  /** Which headers are passed on, in lower case. */
  readonly passesOn: (name: string) => boolean
}

/** The whole of an answer. Never throws: one that breaks off, or comes too late, is no answer. */
export async function readReply(
  response: Dispatcher.ResponseData,
  signal: AbortSignal,
  { mostBytes, passesOn }: ReplyLimits,
): Promise<GatewayReply> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes > mostBytes) return { kind: 'no-answer', because: 'too-large' }
      chunks.push(chunk)
    }
  } catch {
    return { kind: 'no-answer', because: signal.aborted ? 'timeout' : 'truncated' }
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers))
    if (passesOn(name) && typeof value === 'string') headers[name] = value
  const body = Buffer.concat(chunks).toString('utf8')
  return { kind: 'answered', status: response.statusCode, headers, body }
}
