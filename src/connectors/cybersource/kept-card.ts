import { z } from 'zod'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { GatewayAccount, Move } from '../connector.ts'
import { readForgotten } from '../forgetting.ts'
import type { Outcome } from '../outcome.ts'
import { parse } from '../reading.ts'
import type { ForgetCardRequest } from '../requests.ts'
import { type Data, send } from './requests.ts'

/** Token Management's way to refuse, which is not that of payments. */
export const TokenErrors = z.object({ errors: z.array(z.object({ type: z.string() })).min(1) })

/**
 * The payment instrument, and with it the card's number where nothing else of the merchant's uses that. The customer
 * whom it was made under stays, empty.
 * https://developer.cybersource.com/docs/cybs/en-us/tms/developer/ctv/rest/tms/tms-cust-pi-tkn/tms-cust-pi-tkn-delete-intro.html
 */
export function forget({ cardToken, customerRef }: ForgetCardRequest, account: GatewayAccount): Move {
  const instrument = encodeURIComponent(cardToken)
  const path =
    customerRef === undefined
      ? `/tms/v1/paymentinstruments/${instrument}`
      : `/tms/v2/customers/${encodeURIComponent(customerRef)}/payment-instruments/${instrument}`
  return send(account, { at: 'forget', method: 'DELETE', path, data: { cardToken } })
}

/** 404: never there; 410: deleted before. */
const gone: ReadonlyMap<number, string> = new Map([
  [404, 'notFound'],
  [410, 'notAvailable'],
])

export function readForget(reply: GatewayReply, { cardToken }: Data): Outcome {
  return readForgotten(reply, String(cardToken), (answer) => {
    const type = gone.get(answer.status)
    return (
      type !== undefined && (parse(TokenErrors, answer)?.errors.some((one) => one.type === type) ?? false)
    )
  })
}
