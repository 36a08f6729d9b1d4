import { z } from 'zod'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import { toGatewayUnits } from '../amounts.ts'
import type { GatewayAccount, Move, PayLinkMaker } from '../connector.ts'
import {
  amountNotRepresentable,
  anotherReference,
  declined,
  end,
  parse,
  unknown,
  withoutAnswer,
} from '../reading.ts'
import { setting } from '../writing.ts'
import { amounts } from './decline-codes.ts'
import { outcomeOf } from './replies.ts'
import { type Data, get, post } from './requests.ts'
import { ErrorBody, Payment } from './wire.ts'

const Made = z.object({
  id: z.string().regex(/^pl_[A-Za-z0-9_]{1,64}$/),
  reference: z.string().nullish(),
  _links: z.object({ redirect: z.object({ href: z.url() }) }),
})
const Link = z.object({
  id: Made.shape.id,
  status: z.enum(['Active', 'Payment Received', 'Expired']),
  reference: z.string().nullish(),
  payment_id: z.string().nullish(),
})

/**
 * Checkout.com's Payment Links, each for one payment. There is no call that closes one: it stays open until its time is
 * over. https://www.checkout.com/docs/payments/accept-payments/accept-a-payment-with-a-payment-link
 */
export const payLinks: PayLinkMaker = {
  create(request, account) {
    const { money, ourReference, idempotencyKey, merchantReference, description, capture } = request
    const amount = toGatewayUnits(money, amounts)
    if (amount === undefined) return amountNotRepresentable
    return post(account, {
      at: 'link',
      path: '/payment-links',
      idempotencyKey,
      body: {
        amount,
        currency: money.currency,
        reference: ourReference,
        description: (description ?? merchantReference).slice(0, 100),
        // Wanted by the API; the page asks for the cardholder's own.
        billing: { address: { country: account.settings?.payLinkCountry ?? 'GB' } },
        processing_channel_id: setting(account, 'processingChannelId'),
        expires_in: Math.round((request.expiresAtMs - request.nowMs) / 1_000),
        return_url: request.returnUrl,
        capture,
        locale: request.locale,
        metadata: { merchant_reference: merchantReference },
      },
      data: { ourReference },
    })
  },
  inquire: ({ linkRef, ourReference, money, capture }, account) =>
    get(account, 'link-inquire', `/payment-links/${encodeURIComponent(linkRef)}`, {
      ourReference,
      ...money,
      capture,
    }),
}

export function readMade(reply: GatewayReply, data: Data): Move {
  if (reply.kind !== 'answered') return end(withoutAnswer(reply))
  if (reply.status === 422) {
    const error = parse(ErrorBody, reply)
    return end(error ? declined('gateway-error', error.error_codes[0]!) : unknown('status 422'))
  }
  // 201 with warnings about ways to pay that are not enabled is still a link.
  const made = reply.status === 201 || reply.status === 200 ? parse(Made, reply) : undefined
  if (!made) return end(unknown(`status ${reply.status}`))
  if (made.reference != null && made.reference !== data.ourReference) return end(anotherReference)
  return end({ kind: 'link', state: 'open', linkRef: made.id, url: made._links.redirect.href })
}

export function afterLink(reply: GatewayReply, data: Data, account: GatewayAccount): Move {
  if (reply.kind !== 'answered') return end(withoutAnswer(reply))
  const link = reply.status === 200 ? parse(Link, reply) : undefined
  if (!link) return end(unknown(`status ${reply.status}`))
  if (link.reference != null && link.reference !== data.ourReference) return end(anotherReference)
  if (link.status === 'Active') return end({ kind: 'link', state: 'open', linkRef: link.id })
  if (link.status === 'Expired') return end({ kind: 'link', state: 'expired', linkRef: link.id })
  if (!link.payment_id) return end(unknown('paid: the gateway tells by webhook'))
  return get(account, 'link-paid', `/payments/${encodeURIComponent(link.payment_id)}`, data)
}

export function readPaid(reply: GatewayReply, data: Data): Move {
  const payment = reply.kind === 'answered' && reply.status === 200 ? parse(Payment, reply) : undefined
  return end(payment ? outcomeOf(payment, data) : unknown('the payment of the link is not told yet'))
}
