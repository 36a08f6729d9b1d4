import { z } from 'zod'
import type { WebhookDelivery, WebhookEvent, WebhookReader, WebhookWhat } from '../webhook.ts'
import { jsonOf, mac, sameMac } from '../webhook.ts'
import { FollowUp, WebhookAuthorisation } from './wire.ts'

/** Older than this it may be a replay; newer by as much, a clock that goes wrong. In ms. */
const toleranceMs = 5 * 60_000

const Event = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  type: z.string().max(64),
  data: z.unknown(),
})

const followUps: Readonly<Record<string, WebhookWhat>> = {
  'capture.done': 'captured',
  'void.done': 'voided',
  'refund.done': 'refunded',
  'refund.failed': 'refund-failed',
}

/** `sandbox-signature: t=<seconds>,v1=<hex>[,v1=<hex>]` over `t.body`. */
export const webhooks: WebhookReader = {
  read(delivery) {
    const verdict = verify(delivery)
    if (verdict !== 'good') return { ok: false, because: verdict }
    const event = Event.safeParse(jsonOf(delivery.body))
    if (!event.success) return { ok: false, because: 'unreadable' }
    return { ok: true, events: [read(event.data)] }
  },
}

function verify({ body, headers, secrets, nowMs }: WebhookDelivery) {
  const header = headers['sandbox-signature']
  const parts = header?.split(',').map((part) => part.split('=', 2)) ?? []
  const [, seconds = ''] = parts.find(([name]) => name === 't') ?? []
  const given = parts.flatMap(([name, value]) => (name === 'v1' && value ? [value] : []))
  if (!/^\d{1,12}$/.test(seconds) || given.length === 0) return 'no-signature'
  const message = Buffer.concat([Buffer.from(`${seconds}.`), body])
  const right = secrets.map((key) => mac({ key, message, encoding: 'hex' }))
  if (!right.some((expected) => given.some((one) => sameMac(expected, one)))) return 'wrong-signature'
  return Math.abs(nowMs - Number(seconds) * 1_000) > toleranceMs ? 'too-old' : 'good'
}

function read({ id, type, data }: z.output<typeof Event>): WebhookEvent {
  if (type.startsWith('authorisation.')) {
    const authorisation = WebhookAuthorisation.safeParse(data).data
    if (!authorisation) return { id, what: 'other' }
    const { outcome, captured, ourReference, amount, currency } = authorisation
    const what = outcome === 'declined' ? 'declined' : captured ? 'captured' : 'authorised'
    const money = { amountMinor: amount, currency }
    return { id, what, gatewayRef: authorisation.id, ourReference, money }
  }
  const followUp = FollowUp.safeParse(data).data
  const what = followUps[type]
  if (!followUp || !what) return { id, what: 'other' }
  const { authorisationId, ourReference, amount, currency } = followUp
  return { id, what, gatewayRef: authorisationId, ourReference, money: { amountMinor: amount, currency } }
}
