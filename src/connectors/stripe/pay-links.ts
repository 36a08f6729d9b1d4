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
  present,
  unknown,
  withoutAnswer,
} from '../reading.ts'
import type { PayLinkInquiry } from '../requests.ts'
import { write } from '../writing.ts'
import { amounts } from './amounts.ts'
import { cancelIntent, createEmbedded, inquireIntent, isIntent } from './embedded.ts'
import { readIntent } from './replies.ts'
import { connectorId, type Data, get, headersOf } from './requests.ts'
import { ErrorBody, PaymentIntent } from './wire.ts'

/** Stripe refuses a session that is open for less than half an hour or for more than a day, in s. */
const [leastSeconds, mostSeconds] = [1_800, 86_400]

export const CheckoutSession = z.object({
  object: z.literal('checkout.session'),
  id: z.string().regex(/^cs_[A-Za-z0-9_]{1,120}$/),
  status: z.enum(['open', 'complete', 'expired']),
  url: z.url().nullish(),
  client_reference_id: z.string().nullish(),
  payment_intent: z.string().nullish(),
})

const sessionPath = (linkRef: string) => `/v1/checkout/sessions/${encodeURIComponent(linkRef)}`

/** Checkout Sessions: one payment each, at Stripe's own page. https://docs.stripe.com/api/checkout/sessions */
export const payLinks: PayLinkMaker = {
  create(request, account) {
    const { money, ourReference, merchantReference, description, capture, idempotencyKey } = request
    const amount = toGatewayUnits(money, amounts)
    if (amount === undefined) return amountNotRepresentable
    const seconds = Math.round((request.expiresAtMs - request.nowMs) / 1_000)
    const openSeconds = Math.min(Math.max(seconds, leastSeconds), mostSeconds)
    const metadata = { our_reference: ourReference, merchant_reference: merchantReference }
    return write({
      connector: connectorId,
      operation: 'link',
      account,
      path: '/v1/checkout/sessions',
      headers: { ...headersOf(account), 'idempotency-key': `${idempotencyKey}.link` },
      encoding: 'form',
      body: {
        mode: 'payment',
        payment_method_types: ['card'],
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: money.currency.toLowerCase(),
              unit_amount: amount,
              product_data: { name: description ?? merchantReference },
            },
          },
        ],
        payment_intent_data: { capture_method: capture ? 'automatic' : 'manual', metadata, description },
        client_reference_id: ourReference,
        metadata,
        success_url: request.returnUrl,
        cancel_url: request.returnUrl,
        expires_at: Math.floor(request.nowMs / 1_000) + openSeconds,
        ...(request.locale ? { locale: localeOf(request.locale) } : {}),
      },
      data: { ourReference, ...money, capture },
    })
  },
  createEmbedded,
  inquire: (inquiry, account) =>
    (isIntent(inquiry.linkRef) ? inquireIntent : inquireSession)(inquiry, account),
  expire: (inquiry, account) => (isIntent(inquiry.linkRef) ? cancelIntent : expireSession)(inquiry, account),
}

function inquireSession({ linkRef, ourReference, money, capture }: PayLinkInquiry, account: GatewayAccount) {
  return get(account, sessionPath(linkRef), { ourReference, ...money, capture }, 'link')
}

function expireSession(
  { linkRef, ourReference, money, capture, idempotencyKey }: PayLinkInquiry & { idempotencyKey: string },
  account: GatewayAccount,
): Move {
  return write({
    connector: connectorId,
    operation: 'link-expire',
    at: 'link-expire',
    account,
    method: 'POST',
    path: `${sessionPath(linkRef)}/expire`,
    headers: { ...headersOf(account), 'idempotency-key': `${idempotencyKey}.expire` },
    encoding: 'form',
    body: {},
    data: { ourReference, ...money, capture, linkRef },
  })
}

/** Stripe knows languages, and some countries' kinds of them. */
const localeOf = (locale: string) => (locale === 'en-GB' ? locale : (locale.split('-')[0] ?? 'auto'))

/** What a session says; one that is complete is asked for its payment. */
export function afterLink(reply: GatewayReply, data: Data, account: GatewayAccount): Move {
  if (reply.kind !== 'answered') return end(withoutAnswer(reply))
  if (reply.status === 400 || reply.status === 402 || reply.status === 404) {
    const code = parse(ErrorBody, reply)?.error.code
    // Not even a session: nobody can pay by it.
    return end(code ? declined('gateway-error', code) : unknown(`status ${reply.status}`))
  }
  const session = reply.status === 200 ? parse(CheckoutSession, reply) : undefined
  if (!session) return end(unknown(`status ${reply.status}`))
  if (session.client_reference_id !== data.ourReference) return end(anotherReference)
  if (session.status !== 'complete')
    return end({ kind: 'link', state: session.status, linkRef: session.id, ...present('url', session.url) })
  if (!session.payment_intent) return end(unknown('complete, and without a payment'))
  return get(account, `/v1/payment_intents/${encodeURIComponent(session.payment_intent)}`, data, 'link-paid')
}

/** Only an open session can be closed: when it is not, what became of it is asked. */
export function afterExpiry(reply: GatewayReply, data: Data, account: GatewayAccount): Move {
  if (reply.kind === 'answered' && reply.status === 400)
    return get(account, sessionPath(String(data.linkRef)), data, 'link')
  return afterLink(reply, data, account)
}

export function afterLinkPaid(reply: GatewayReply, data: Data): Move {
  const intent = reply.kind === 'answered' && reply.status === 200 ? parse(PaymentIntent, reply) : undefined
  const reading = intent && readIntent(intent, data)
  return end(
    reading && reading.kind !== 'cancel' ? reading : unknown('the payment of the session is not told yet'),
  )
}
