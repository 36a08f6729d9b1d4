import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { GatewayAccount, Move } from '../connector.ts'
import { readForgotten } from '../forgetting.ts'
import type { Outcome } from '../outcome.ts'
import { end, parse } from '../reading.ts'
import type { ForgetCardRequest } from '../requests.ts'
import { write } from '../writing.ts'
import { connectorId, credentialsOf, type Data } from './requests.ts'
import { ErrorBody } from './wire.ts'

const tokens = 'application/vnd.worldpay.tokens-v3.hal+json'

/**
 * The token is a link, which is deleted as it is: an API of its own, with its own way to name its version.
 * https://developer.worldpay.com/docs/access-worldpay/api/references/tokens/token/
 */
export function forget({ cardToken }: ForgetCardRequest, account: GatewayAccount): Move {
  const path = tokenPath(account, cardToken)
  if (path === undefined) return end({ kind: 'not-sent', because: 'the token is no link to this gateway' })
  return write({
    connector: connectorId,
    operation: 'forget',
    account,
    method: 'DELETE',
    path,
    headers: { ...credentialsOf(account), accept: tokens },
    data: { cardToken },
  })
}

/** To this gateway and to no other. */
function tokenPath({ origin }: GatewayAccount, href: string): string | undefined {
  const link = href.startsWith(`${origin}/`) ? href.slice(origin.length) : href
  return /^\/tokens\/[A-Za-z0-9_.=~-]{1,1500}$/.test(link) ? link : undefined
}

const gone: ReadonlySet<string> = new Set(['resourceNotFound', 'tokenNotFound'])

export function readForget(reply: GatewayReply, { cardToken }: Data): Outcome {
  return readForgotten(
    reply,
    String(cardToken),
    (answer) => answer.status === 404 && gone.has(parse(ErrorBody, answer)?.errorName ?? ''),
  )
}
