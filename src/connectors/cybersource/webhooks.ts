import { fromDecimal } from '../amounts.ts'
import { present } from '../reading.ts'
import { jsonOf, mac, sameMac, type WebhookEvent, type WebhookReader, type WebhookWhat } from '../webhook.ts'
import { decrypted, isEncrypted } from './message-encryption.ts'
import { Envelope, Notification, type Told } from './wire.ts'

/**
 * `v-c-signature: t=…;keyId=…;sig=…`: HMAC of `t.body` with the digital signature key (base64), over the raw body, encrypted or not.
 * https://developer.cybersource.com/docs/cybs/en-us/webhooks/implementation/all/rest/webhooks/wh-fg-optional-intro/wh-fg-optional-validate-intro/wh-fg-optional-validate-sig-format.html
 *
 * The secrets are signature keys and, as events of payments are encrypted, private keys (PEM). `t` is not held against the clock: by
 * the documentation it is the time when the key was made. A delivery that comes twice has the same id, and changes nothing.
 */
export const webhooks: WebhookReader = {
  read({ body, headers, secrets }) {
    const header = headers['v-c-signature']
    if (!header) return { ok: false, because: 'no-signature' }
    if (!isSigned(header, body, secrets.filter(isSignatureKey)))
      return { ok: false, because: 'wrong-signature' }
    const clear = opened(body, secrets.filter(isPrivateKey))
    const notification = clear && Notification.safeParse(jsonOf(clear)).data
    if (!notification) return { ok: false, because: 'unreadable' }
    const { eventType, payload } = notification
    return { ok: true, events: payload.map((one) => eventOf(eventType, one)) }
  },
}

const isPrivateKey = (secret: string) => secret.includes('PRIVATE KEY-----')
const isSignatureKey = (secret: string) => /^[A-Za-z0-9+/]{16,}={0,2}$/.test(secret)

function isSigned(header: string, body: Uint8Array, keys: readonly string[]): boolean {
  const parts = new Map(
    header.split(';').map((part) => {
      const at = part.indexOf('=')
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()] as const
    }),
  )
  const [time, given] = [parts.get('t'), parts.get('sig')]
  if (!time || !/^\d{1,16}$/.test(time) || !given) return false
  const message = Buffer.concat([Buffer.from(`${time}.`), body])
  return keys.some((key) =>
    sameMac(mac({ key: Buffer.from(key, 'base64'), message, encoding: 'base64' }), given),
  )
}

/** The notification in the clear: as it came, or out of an encrypted body, or out of the one member that holds it. */
function opened(body: Uint8Array, privateKeys: readonly string[]): Uint8Array | undefined {
  const text = Buffer.from(body).toString('latin1').trim()
  if (isEncrypted(text)) return decrypted(text, privateKeys)
  const envelope = Envelope.safeParse(jsonOf(body)).data
  if (!envelope) return body
  const inner = Object.values(envelope).find((value) => typeof value === 'string' && isEncrypted(value))
  return typeof inner === 'string' ? decrypted(inner, privateKeys) : body
}

const kinds: Readonly<Record<string, WebhookWhat>> = {
  'payments.payments.reject': 'declined',
  'payments.captures.accept': 'captured',
  'payments.captures.reject': 'capture-failed',
  'payments.voids.accept': 'voided',
  'payments.voids.reject': 'void-failed',
  'payments.reversals.accept': 'voided',
  'payments.reversals.reject': 'void-failed',
  'payments.refunds.accept': 'refunded',
  'payments.refunds.reject': 'refund-failed',
  'payments.credits.accept': 'refunded',
  'payments.credits.reject': 'refund-failed',
}
const approvals: ReadonlySet<string> = new Set([
  'payments.payments.accept',
  'payments.payments.partial.approval',
])

/** By its own id and kind, which are the same at every try; the id of the try is not. */
function eventOf(eventType: string, told: Told): WebhookEvent {
  const { authorizedAmount, totalAmount, currency } = told.orderInformation?.amountDetails ?? {}
  const what = whatOf(eventType, told)
  // An approval that does not say whether it was taken as well only makes us ask: without an amount it settles nothing.
  const said =
    what === 'authorised' && told._links?.capture == null ? undefined : (authorizedAmount ?? totalAmount)
  return {
    id: `${eventType}:${told.id}`,
    what,
    gatewayRef: told.id,
    ...present('ourReference', told.clientReferenceInformation?.code),
    ...present('money', said && currency ? fromDecimal(said, currency) : undefined),
  }
}

/** A capture or refund is accepted long before it is carried out: until its batch was sent, that says nothing new. */
function whatOf(eventType: string, { status, _links }: Told): WebhookWhat {
  // What can still be captured was not; what can be voided or refunded was taken with it.
  if (approvals.has(eventType))
    return _links?.capture == null && (_links?.void ?? _links?.refund) ? 'captured' : 'authorised'
  return status === 'PENDING' ? 'other' : (kinds[eventType] ?? 'other')
}
