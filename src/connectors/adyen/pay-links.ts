import { z } from 'zod'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import { toGatewayUnits } from '../amounts.ts'
import type { GatewayAccount, PayLinkMaker } from '../connector.ts'
import type { Outcome } from '../outcome.ts'
import { amountNotRepresentable, anotherReference, parse, unknown, withoutAnswer } from '../reading.ts'
import type { PayLinkInquiry } from '../requests.ts'
import { write } from '../writing.ts'
import { amounts } from './decline-codes.ts'
import { readRefusal } from './replies.ts'
import { basePath, connectorId, type Data, post } from './requests.ts'

const PaymentLink = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  status: z.enum(['active', 'completed', 'expired', 'paid', 'paymentPending']),
  url: z.url(),
  reference: z.string(),
})

/** Adyen's Pay by Link, once each. https://docs.adyen.com/unified-commerce/pay-by-link/ */
export const payLinks: PayLinkMaker = {
  create(request, account) {
    const { money, ourReference, idempotencyKey, merchantReference, description, capture } = request
    const value = toGatewayUnits(money, amounts)
    if (value === undefined) return amountNotRepresentable
    return post(account, {
      at: 'link',
      path: '/paymentLinks',
      idempotencyKey,
      body: {
        amount: { value, currency: money.currency },
        reference: ourReference,
        merchantOrderReference: merchantReference,
        description: description ?? merchantReference,
        reusable: false,
        expiresAt: new Date(request.expiresAtMs).toISOString(),
        returnUrl: request.returnUrl,
        shopperLocale: request.locale,
        ...(capture ? { captureDelayHours: 0 } : { manualCapture: true }),
      },
      data: { ourReference },
    })
  },
  inquire: (inquiry, account) => link(account, inquiry, 'GET'),
  expire: (inquiry, account) => link(account, inquiry, 'PATCH'),
}

function link(account: GatewayAccount, { linkRef, ourReference }: PayLinkInquiry, method: 'GET' | 'PATCH') {
  return write({
    connector: connectorId,
    operation: 'link',
    account,
    method,
    path: `${basePath(account)}/paymentLinks/${encodeURIComponent(linkRef)}`,
    headers: { 'x-api-key': account.apiKey },
    ...(method === 'PATCH' ? { body: { status: 'expired' } } : {}),
    data: { ourReference },
  })
}

/** Whether it was paid: by what, the webhook of the authorisation tells, under our reference. */
export function readLink(reply: GatewayReply, data: Data): Outcome {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status !== 200 && reply.status !== 201) return readRefusal(reply, 'gateway-error')
  const found = parse(PaymentLink, reply)
  if (!found) return unknown('unreadable answer')
  if (found.reference !== data.ourReference) return anotherReference
  const { id: linkRef, url } = found
  if (found.status === 'active') return { kind: 'link', state: 'open', linkRef, url }
  if (found.status === 'expired') return { kind: 'link', state: 'expired', linkRef, url }
  return unknown('paid or being paid: the gateway tells by webhook')
}
