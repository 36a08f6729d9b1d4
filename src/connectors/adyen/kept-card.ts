import { z } from 'zod'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { GatewayAccount, Move } from '../connector.ts'
import type { Outcome } from '../outcome.ts'
import { end, inquiryWithoutAnswer, parse, unknown, withoutAnswer } from '../reading.ts'
import type { ForgetCardRequest } from '../requests.ts'
import { setting, write } from '../writing.ts'
import { basePath, connectorId, type Data } from './requests.ts'
import { ServiceError } from './wire.ts'

/** Of all that a shopper has stored, which is never many. */
export const StoredPaymentMethods = z.object({
  storedPaymentMethods: z
    .array(z.object({ id: z.string() }))
    .max(1_000)
    .nullish(),
})

/** A token is named together with its shopper. https://docs.adyen.com/api-explorer/Checkout/72/delete/storedPaymentMethods/(storedPaymentMethodId) */
export function forget({ cardToken, customerRef }: ForgetCardRequest, account: GatewayAccount): Move {
  if (customerRef === undefined) return end({ kind: 'not-sent', because: 'no shopper reference' })
  return ask(account, 'forget', { cardToken, shopper: customerRef })
}

function ask(account: GatewayAccount, at: 'forget' | 'forget-look', data: Data): Move {
  const isLook = at === 'forget-look'
  const whose = `shopperReference=${encodeURIComponent(String(data.shopper))}`
  const where = `merchantAccount=${encodeURIComponent(setting(account, 'merchantAccount'))}`
  const which = isLook ? '' : `/${encodeURIComponent(String(data.cardToken))}`
  return write({
    connector: connectorId,
    operation: at,
    account,
    method: isLook ? 'GET' : 'DELETE',
    path: `${basePath(account)}/storedPaymentMethods${which}?${whose}&${where}`,
    headers: { 'x-api-key': account.apiKey },
    data,
  })
}

/** Which error says that there is no such token is not documented: what the shopper still has is looked at. */
export function afterForget(reply: GatewayReply, data: Data, account: GatewayAccount): Move {
  if (reply.kind !== 'answered') return end(withoutAnswer(reply))
  if (reply.status === 204) return end(done(data))
  const isRefused = reply.status === 404 || reply.status === 422 || reply.status === 400
  const isReadable = parse(ServiceError, reply) !== undefined
  return isRefused && isReadable ? ask(account, 'forget-look', data) : end(unknown(`status ${reply.status}`))
}

export function afterForgetLook(reply: GatewayReply, data: Data): Outcome {
  if (reply.kind !== 'answered') return inquiryWithoutAnswer(reply)
  const found = reply.status === 200 ? parse(StoredPaymentMethods, reply) : undefined
  if (!found?.storedPaymentMethods) return unknown(`inquiry: status ${reply.status}`)
  return found.storedPaymentMethods.some(({ id }) => id === data.cardToken)
    ? unknown('still stored')
    : done(data)
}

const done = ({ cardToken }: Data): Outcome => ({ kind: 'done', gatewayRef: String(cardToken) })
