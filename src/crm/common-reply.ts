import type { GatewayReply } from '../contracts/gateway-call.ts'
import type { Answer, Outcome } from './adapter.ts'

const longestAskedMs = 24 * 3_600_000

export type Common =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  /** The token is not believed: another one, and the same call again. */
  | { readonly kind: 'unauthorised' }

/** What is the same everywhere, before an adapter reads: no answer, 401, 429 and 5xx. */
export function readCommonly(reply: GatewayReply): Common {
  if (reply.kind !== 'answered') return retry(`${reply.kind}: ${reply.because}`)
  const { status, headers, body } = reply
  if (status === 401) return { kind: 'unauthorised' }
  if (status === 429) return retry('rate-limited', retryAfterMs(headers['retry-after']) ?? 1_000)
  if (status >= 500) return retry(`status-${status}`, retryAfterMs(headers['retry-after']))
  return { kind: 'answer', answer: { status, headers, body } }
}

function retry(because: string, afterMs?: number): Common {
  return {
    kind: 'outcome',
    outcome: { kind: 'retry', because, ...(afterMs === undefined ? {} : { afterMs }) },
  }
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3), at most a day; dates are not used by anyone we speak to. */
export function retryAfterMs(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,7}$/.test(text)
    ? Math.min(Number(text) * 1_000, longestAskedMs)
    : undefined
}
