import type { GatewayReply } from '../../src/contracts/gateway-call.ts'

const answered = (status: number, body: string, type = 'application/json'): GatewayReply => ({
  kind: 'answered',
  status,
  headers: { 'content-type': type },
  body,
})

/** The request went out, and nothing came back that could be believed: whatever it asked for may have happened. */
export const noAnswers: readonly GatewayReply[] = (
  ['timeout', 'reset', 'truncated', 'unreadable', 'too-large', 'gone'] as const
).map((because) => ({ kind: 'no-answer', because }))

/** Certain that nothing reached the gateway. */
export const notSent: readonly GatewayReply[] = (
  ['refused', 'dns', 'tls', 'policy', 'timeout', 'gone'] as const
).map((because) => ({ kind: 'not-sent', because }))

const page = '<html><body>Please come back later.</body></html>'

/** Complete answers that say nothing which any gateway's connector may take for an outcome. */
export const unreadable: readonly GatewayReply[] = [
  ...[200, 201, 202, 204].flatMap((status) => [
    answered(status, ''),
    answered(status, '{}'),
    answered(status, 'null'),
    answered(status, '[]'),
    answered(status, '"approved"'),
    answered(status, '{"status":"succeeded"'),
    answered(status, page, 'text/html'),
  ]),
  ...[301, 302, 307].map((status) => answered(status, '')),
  ...[408, 413, 499].map((status) => answered(status, page, 'text/html')),
  ...[500, 502, 503, 504, 520, 599].flatMap((status) => [
    answered(status, ''),
    answered(status, page, 'text/html'),
    answered(status, '{"error":{"code":"internal_error","message":"Something went wrong."}}'),
  ]),
]

/** Half of an answer that was whole: cut anywhere, it is no outcome. */
export function cutShort(reply: GatewayReply): GatewayReply[] {
  if (reply.kind !== 'answered') return []
  const lengths = [1, reply.body.length >> 1, reply.body.length - 1]
  return lengths.map((length) => ({ ...reply, body: reply.body.slice(0, length) }))
}
