import { present } from '../reading.ts'
import { jsonOf, mac, sameMac, type WebhookEvent, type WebhookReader, type WebhookWhat } from '../webhook.ts'
import { Event } from './wire.ts'

/** `Event-Signature: 1/SHA256/…[,2/SHA256/…]` over the body. https://docs.worldpay.com/access/products/events/signature */
export const webhooks: WebhookReader = {
  read({ body, headers, secrets }) {
    const header = headers['event-signature']
    if (!header) return { ok: false, because: 'no-signature' }
    const given = header.split(',').flatMap((part) => {
      const [, algorithm, signature] = part.trim().split('/')
      return algorithm === 'SHA256' && signature ? [signature.toLowerCase()] : []
    })
    const right = secrets.map((key) => mac({ key, message: body, encoding: 'hex' }))
    if (!right.some((expected) => given.some((theirs) => sameMac(expected, theirs))))
      return { ok: false, because: 'wrong-signature' }
    const event = Event.safeParse(jsonOf(body)).data
    return event ? { ok: true, events: [eventOf(event)] } : { ok: false, because: 'unreadable' }
  },
}

const kinds: Readonly<Record<string, WebhookWhat>> = {
  authorized: 'authorised',
  refused: 'declined',
  sentForSettlement: 'captured',
  settlementFailed: 'capture-failed',
  cancelled: 'voided',
  refunded: 'refunded',
  refundFailed: 'refund-failed',
}

/** Events name the payment by our reference, never by theirs. */
function eventOf({ eventId, eventDetails }: Event): WebhookEvent {
  const { classification, type, transactionReference, amount } = eventDetails
  const money = amount ? { amountMinor: amount.value, currency: amount.currencyCode } : undefined
  return {
    id: eventId,
    what: classification === 'chargeback' ? 'charged-back' : (kinds[type] ?? 'other'),
    ourReference: transactionReference,
    ...present('money', money),
  }
}
