import { z } from 'zod'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import { toGatewayUnits } from '../amounts.ts'
import type { GatewayAccount, Move, PayLinkMaker } from '../connector.ts'
import type { Embed } from '../embed.ts'
import {
  amountNotRepresentable,
  anotherReference,
  declined,
  end,
  parse,
  unknown,
  withoutAnswer,
} from '../reading.ts'
import type { PayLinkInquiry } from '../requests.ts'
import { setting, write } from '../writing.ts'
import { amounts } from './amounts.ts'
import { readIntent } from './replies.ts'
import { connectorId, type Data, get, headersOf } from './requests.ts'
import { ErrorBody, PaymentIntent } from './wire.ts'

/** What Stripe's own pages say that the Payment Element loads from: https://docs.stripe.com/security/guide#content-security-policy */
const hosts: Embed['hosts'] = {
  script: ['https://js.stripe.com', 'https://*.js.stripe.com'],
  frame: ['https://js.stripe.com', 'https://*.js.stripe.com', 'https://hooks.stripe.com'],
  connect: ['https://api.stripe.com'],
}

const NewIntent = PaymentIntent.extend({ client_secret: z.string() })

/** An intent is the link's reference where there is no session: `pi_…`. */
export const isIntent = (linkRef: string) => linkRef.startsWith('pi_')

const intentPath = (linkRef: string) => `/v1/payment_intents/${encodeURIComponent(linkRef)}`

/**
 * A PaymentIntent that the caller confirms in Stripe's Payment Element, with its client secret. Unlike a telephone order it
 * may ask for 3-D Secure: there is a screen. https://docs.stripe.com/payments/payment-element
 */
export const createEmbedded: NonNullable<PayLinkMaker['createEmbedded']> = (request, account) => {
  const { money, ourReference, merchantReference, description, capture, idempotencyKey } = request
  const amount = toGatewayUnits(money, amounts)
  if (amount === undefined) return amountNotRepresentable
  // Looked for before anything is made: without it the page could not show what was made.
  setting(account, 'publishableKey')
  return write({
    connector: connectorId,
    operation: 'embed',
    account,
    path: '/v1/payment_intents',
    headers: { ...headersOf(account), 'idempotency-key': `${idempotencyKey}.embed` },
    encoding: 'form',
    body: {
      amount,
      currency: money.currency.toLowerCase(),
      payment_method_types: ['card'],
      capture_method: capture ? 'automatic' : 'manual',
      description,
      metadata: { our_reference: ourReference, merchant_reference: merchantReference },
    },
    data: { ourReference, ...money, capture },
  })
}

export function inquireIntent(
  { linkRef, ourReference, money, capture }: PayLinkInquiry,
  account: GatewayAccount,
) {
  return get(account, intentPath(linkRef), { ourReference, ...money, capture, linkRef }, 'embed-look')
}

/** Given up, it can no longer be confirmed by whoever still has the page open. */
export function cancelIntent(
  { linkRef, ourReference, money, capture, idempotencyKey }: PayLinkInquiry & { idempotencyKey: string },
  account: GatewayAccount,
): Move {
  return write({
    connector: connectorId,
    operation: 'embed-cancel',
    at: 'embed-cancel',
    account,
    path: `${intentPath(linkRef)}/cancel`,
    headers: { ...headersOf(account), 'idempotency-key': `${idempotencyKey}.cancel` },
    encoding: 'form',
    body: { cancellation_reason: 'abandoned' },
    data: { ourReference, ...money, capture, linkRef },
  })
}

export function afterEmbed(reply: GatewayReply, data: Data, account: GatewayAccount): Move {
  if (reply.kind !== 'answered') return end(withoutAnswer(reply))
  if (reply.status >= 400 && reply.status < 500) {
    const code = parse(ErrorBody, reply)?.error.code
    return end(code ? declined('gateway-error', code) : unknown(`status ${reply.status}`))
  }
  const made = reply.status === 200 ? parse(NewIntent, reply) : undefined
  if (!made) return end(unknown(`status ${reply.status}`))
  if (made.metadata.our_reference !== data.ourReference) return end(anotherReference)
  const publishableKey = setting(account, 'publishableKey')
  const embed: Embed = { kind: 'stripe', hosts, publishableKey, clientSecret: made.client_secret }
  return end({ kind: 'link', state: 'open', linkRef: made.id, embed })
}

/** A card that was declined in the form is not the end: the caller tries another one there. */
export function afterEmbedLook(reply: GatewayReply, data: Data): Move {
  if (reply.kind !== 'answered') return end(withoutAnswer(reply))
  const intent = reply.status === 200 ? parse(PaymentIntent, reply) : undefined
  if (!intent) return end(unknown(`status ${reply.status}`))
  if (intent.metadata.our_reference !== data.ourReference) return end(anotherReference)
  if (intent.status === 'succeeded' || intent.status === 'requires_capture') {
    const reading = readIntent(intent, data)
    return end(reading.kind === 'cancel' ? unknown(intent.status) : reading)
  }
  const state = intent.status === 'canceled' ? 'expired' : 'open'
  return end({ kind: 'link', state, linkRef: intent.id })
}

/** An intent that cannot be given up has been paid, or was given up before: it is asked. */
export function afterEmbedCancel(reply: GatewayReply, data: Data, account: GatewayAccount): Move {
  if (reply.kind === 'answered' && reply.status === 400)
    return get(account, intentPath(String(data.linkRef)), data, 'embed-look')
  return afterEmbedLook(reply, data)
}
