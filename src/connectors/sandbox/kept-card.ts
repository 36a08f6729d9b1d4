import { z } from 'zod'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { ConversationState, GatewayAccount, Move } from '../connector.ts'
import { readForgotten } from '../forgetting.ts'
import type { Outcome } from '../outcome.ts'
import { parse } from '../reading.ts'
import type { ForgetCardRequest } from '../requests.ts'
import { remove } from './requests.ts'

const Missing = z.object({ error: z.object({ code: z.literal('token_not_found') }) })

export function forget({ cardToken }: ForgetCardRequest, account: GatewayAccount): Move {
  return remove(account, `/v1/tokens/${encodeURIComponent(cardToken)}`, { cardToken })
}

export function readForget({ data }: ConversationState, reply: GatewayReply): Outcome {
  return readForgotten(
    reply,
    String(data.cardToken),
    (answer) => answer.status === 404 && parse(Missing, answer) !== undefined,
  )
}
