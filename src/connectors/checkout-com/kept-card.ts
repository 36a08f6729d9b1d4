import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { GatewayAccount, Move } from '../connector.ts'
import { readForgotten } from '../forgetting.ts'
import type { Outcome } from '../outcome.ts'
import type { ForgetCardRequest } from '../requests.ts'
import { write } from '../writing.ts'
import { connectorId, type Data, headersOf } from './requests.ts'

/** A kept card is an *instrument* there. https://api-reference.checkout.com/#operation/deleteInstrument */
export function forget({ cardToken }: ForgetCardRequest, account: GatewayAccount): Move {
  return write({
    connector: connectorId,
    operation: 'forget',
    account,
    method: 'DELETE',
    path: `/instruments/${encodeURIComponent(cardToken)}`,
    headers: headersOf(account),
    data: { cardToken },
  })
}

/** Of its errors, 404 is documented without a body. */
export function readForget(reply: GatewayReply, { cardToken }: Data): Outcome {
  return readForgotten(reply, String(cardToken), ({ status, body }) => status === 404 && !body.includes('<'))
}
