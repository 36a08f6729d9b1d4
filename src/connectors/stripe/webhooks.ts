import { fromGatewayUnits } from '../amounts.ts'
import { present } from '../reading.ts'
import { jsonOf, mac, sameMac, type WebhookEvent, type WebhookReader, type WebhookWhat } from '../webhook.ts'
import { amounts } from './amounts.ts'
import { Event } from './wire.ts'

/** Older than this, a delivery may be one that somebody recorded: Stripe signs each try anew. In ms. */
const toleranceMs = 300_000

/** `Stripe-Signature: t=…,v1=…[,v1=…]`. https://docs.stripe.com/webhooks#verify-manually */
export const webhooks: WebhookReader = {
  read({ body, headers, secrets, nowMs }) {
    const header = headers['stripe-signature']
    if (!header) return { ok: false, because: 'no-signature' }
    const parts = header.split(',').map((part) => part.trim().split('=', 2) as [string, string?])
    const timestamp = parts.find(([name]) => name === 't')?.[1] ?? ''
    const given = parts.flatMap(([name, value]) => (name === 'v1' && value ? [value] : []))
    const message = Buffer.concat([Buffer.from(`${timestamp}.`), body])
    const expected = secrets.map((key) => mac({ key, message, encoding: 'hex' }))
    const isSigned = expected.some((right) => given.some((theirs) => sameMac(right, theirs)))
    if (!isSigned || !/^\d{1,12}$/.test(timestamp)) return { ok: false, because: 'wrong-signature' }
    if (Math.abs(nowMs - Number(timestamp) * 1_000) > toleranceMs) return { ok: false, because: 'too-old' }
    const event = Event.safeParse(jsonOf(body)).data
    return event ? { ok: true, events: [eventOf(event)] } : { ok: false, because: 'unreadable' }
  },
}

const kinds: Readonly<Record<string, WebhookWhat>> = {
  'payment_intent.amount_capturable_updated': 'authorised',
  'payment_intent.succeeded': 'captured',
  'payment_intent.payment_failed': 'declined',
  'payment_intent.canceled': 'voided',
  'charge.dispute.created': 'charged-back',
  'refund.failed': 'refund-failed',
}

function eventOf({ id, type, data: { object } }: Event): WebhookEvent {
  const isIntent = type.startsWith('payment_intent.')
  const amount =
    type === 'payment_intent.succeeded' ? (object.amount_received ?? object.amount) : object.amount
  const money =
    amount && object.currency ? fromGatewayUnits(amount, object.currency.toUpperCase(), amounts) : undefined
  return {
    id,
    what: kinds[type] ?? refundState(type, object.status),
    ...present('gatewayRef', isIntent ? object.id : object.payment_intent),
    ...present('ourReference', object.metadata?.our_reference),
    ...present('money', money),
  }
}

function refundState(type: string, status: string | null | undefined): WebhookWhat {
  if (type !== 'charge.refund.updated' && type !== 'refund.updated') return 'other'
  if (status === 'succeeded') return 'refunded'
  return status === 'failed' || status === 'canceled' ? 'refund-failed' : 'other'
}
