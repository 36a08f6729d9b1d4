import type { GatewayReply } from '../../contracts/gateway-call.ts'

/** How one call ended, coarse enough for a label: `2xx` … `5xx`, `not-sent:REASON` or `no-answer:REASON`. */
export type CallResult = string

export function resultOf(reply: GatewayReply): CallResult {
  if (reply.kind === 'answered') return `${Math.floor(reply.status / 100)}xx`
  return `${reply.kind}:${reply.because}`
}

/**
 * Whether the call says that the gateway is broken: no connection, no answer, or an answer that is an apology. Undefined
 * when it says nothing about the gateway.
 */
export function gatewayFailed(reply: GatewayReply): boolean | undefined {
  if (reply.kind === 'answered') return reply.status >= 500
  return reply.because === 'policy' || reply.because === 'gone' ? undefined : true
}
