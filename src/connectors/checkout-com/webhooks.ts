import { fromGatewayUnits } from '../amounts.ts'
import { present } from '../reading.ts'
import { jsonOf, mac, sameMac, type WebhookEvent, type WebhookReader, type WebhookWhat } from '../webhook.ts'
import { amounts } from './decline-codes.ts'
import { Event } from './wire.ts'

/** `Cko-Signature`: HMAC of the raw body, in hexadecimal. https://www.checkout.com/docs/developer-resources/webhooks */
export const webhooks: WebhookReader = {
  read({ body, headers, secrets }) {
    const given = headers['cko-signature']
    if (!given) return { ok: false, because: 'no-signature' }
    const isSigned = secrets.some((key) =>
      sameMac(mac({ key, message: body, encoding: 'hex' }), given.toLowerCase()),
    )
    if (!isSigned) return { ok: false, because: 'wrong-signature' }
    const event = Event.safeParse(jsonOf(body)).data
    return event ? { ok: true, events: [eventOf(event)] } : { ok: false, because: 'unreadable' }
  },
}

const kinds: Readonly<Record<string, WebhookWhat>> = {
  payment_approved: 'authorised',
  payment_declined: 'declined',
  payment_captured: 'captured',
  payment_capture_declined: 'capture-failed',
  payment_voided: 'voided',
  payment_void_declined: 'void-failed',
  payment_refunded: 'refunded',
  payment_refund_declined: 'refund-failed',
  dispute_received: 'charged-back',
}

function eventOf({ id, type, data }: Event): WebhookEvent {
  const { amount, currency, reference } = data
  const money = amount && currency ? fromGatewayUnits(amount, currency, amounts) : undefined
  return {
    id,
    what: kinds[type] ?? 'other',
    gatewayRef: data.id,
    ...present('ourReference', reference),
    ...present('money', money),
  }
}
