import { fromGatewayUnits } from '../amounts.ts'
import { present } from '../reading.ts'
import { jsonOf, mac, sameMac, type WebhookEvent, type WebhookReader, type WebhookWhat } from '../webhook.ts'
import { amounts } from './decline-codes.ts'
import { Notification, type NotificationItem } from './wire.ts'

/**
 * Standard webhooks: a batch, each item signed by itself with a key in hexadecimal. One bad item refuses them all.
 * https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures
 */
export const webhooks: WebhookReader = {
  read({ body, secrets }) {
    const notification = Notification.safeParse(jsonOf(body)).data
    if (!notification) return { ok: false, because: 'unreadable' }
    const items = notification.notificationItems.map((wrapped) => wrapped.NotificationRequestItem)
    if (items.some((item) => !item.additionalData?.hmacSignature))
      return { ok: false, because: 'no-signature' }
    if (!items.every((item) => isSigned(item, secrets))) return { ok: false, because: 'wrong-signature' }
    return { ok: true, events: items.map(eventOf), answer: '[accepted]' }
  },
}

function isSigned(item: NotificationItem, secrets: readonly string[]): boolean {
  const { pspReference, originalReference, merchantAccountCode, merchantReference, amount } = item
  const parts = [pspReference, originalReference ?? '', merchantAccountCode, merchantReference]
  const message = [...parts, amount.value, amount.currency, item.eventCode, item.success].join(':')
  const given = item.additionalData?.hmacSignature ?? ''
  return secrets.some((secret) => {
    if (!/^([0-9A-Fa-f]{2}){16,64}$/.test(secret)) return false
    return sameMac(mac({ key: Buffer.from(secret, 'hex'), message, encoding: 'base64' }), given)
  })
}

const kinds: Readonly<Record<string, readonly [success: WebhookWhat, failure: WebhookWhat]>> = {
  AUTHORISATION: ['authorised', 'declined'],
  CAPTURE: ['captured', 'capture-failed'],
  CAPTURE_FAILED: ['capture-failed', 'other'],
  CANCELLATION: ['voided', 'void-failed'],
  TECHNICAL_CANCEL: ['voided', 'void-failed'],
  REFUND: ['refunded', 'refund-failed'],
  REFUND_FAILED: ['refund-failed', 'other'],
  REFUNDED_REVERSED: ['refund-failed', 'other'],
  CHARGEBACK: ['charged-back', 'other'],
}

function eventOf(item: NotificationItem): WebhookEvent {
  const { pspReference, originalReference, eventCode, success, merchantReference, amount } = item
  const [good, bad] =
    kinds[eventCode] ?? (eventCode === 'CANCEL_OR_REFUND' ? reversal(item) : ['other', 'other'])
  return {
    id: `${pspReference}:${eventCode}:${success}`,
    what: success === 'true' ? good : bad,
    gatewayRef: originalReference || pspReference,
    ...present('ourReference', merchantReference || undefined),
    ...present('money', fromGatewayUnits(amount.value, amount.currency, amounts)),
  }
}

/** A reversal says which of the two it was. */
const reversal = ({ additionalData }: NotificationItem): readonly [WebhookWhat, WebhookWhat] =>
  additionalData?.['modification.action'] === 'refund'
    ? ['refunded', 'refund-failed']
    : ['voided', 'void-failed']
