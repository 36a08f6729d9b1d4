import type { Connector, GatewayAccount, Move } from '../../../src/connectors/connector.ts'
import type { Outcome } from '../../../src/connectors/outcome.ts'
import type { GatewayCall, GatewayReply } from '../../../src/contracts/gateway-call.ts'
import { play } from '../../conformance/play.ts'

export const answered = (status: number, body: object): GatewayReply => ({
  kind: 'answered',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

export type Talk = { readonly outcome: Outcome; readonly calls: readonly GatewayCall[] }

/** A whole conversation: the replies in order, or by the call. */
export function talk(
  [connector, account]: readonly [Connector, GatewayAccount],
  first: Move,
  replies: readonly GatewayReply[] | ((call: GatewayCall, step: number) => GatewayReply),
): Talk {
  return play([connector, account], first, (call, step) => {
    const reply = typeof replies === 'function' ? replies(call, step) : replies[step]
    if (!reply) throw new Error(`no reply for ${call.method} ${call.path}`)
    return reply
  })
}

/** One field of a call's body, `card.number` for `card[number]`. */
export const fieldOf = (call: GatewayCall | undefined, path: string) =>
  call?.body?.fields.find((field) => field.path.join('.') === path)?.value
