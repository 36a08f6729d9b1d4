import { createHmac } from 'node:crypto'
import type { WebhookWhat } from '../../src/connectors/webhook.ts'
import type { Delivered, Told, WebhookFixture } from './fixture.ts'

const nowMs = Date.UTC(2026, 0, 15, 12)

/** `src/sandbox/notifier.ts` in other words. */
function sign(body: Uint8Array, secret: string): Delivered {
  const seconds = nowMs / 1_000
  const digest = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')
  return { body, headers: { 'sandbox-signature': `t=${seconds},v1=${digest}` } }
}

const types: Partial<Record<WebhookWhat, string>> = {
  authorised: 'authorisation.approved',
  declined: 'authorisation.declined',
  captured: 'capture.done',
  voided: 'void.done',
  refunded: 'refund.done',
  'refund-failed': 'refund.failed',
}

function dataOf({ what, gatewayRef, ourReference, money }: Told) {
  const shared = { amount: money.amountMinor, currency: money.currency, ourReference }
  const type = types[what] ?? ''
  if (type.startsWith('authorisation')) {
    const outcome = what === 'declined' ? 'declined' : 'approved'
    return { ...shared, id: gatewayRef, outcome, captured: false }
  }
  const kind = type.split('.')[0]
  return { ...shared, id: `x_${gatewayRef}`, kind, state: 'done', authorisationId: gatewayRef }
}

export const sandboxWebhooks: WebhookFixture = {
  secret: 'whsec_of_the_conformance_suite_00',
  nowMs,
  kinds: ['authorised', 'declined', 'captured', 'voided', 'refunded', 'refund-failed'],
  deliver: (told, secret) =>
    told.map((one) => {
      const event = {
        id: one.id,
        type: types[one.what],
        createdAt: '2026-01-15T12:00:00Z',
        data: dataOf(one),
      }
      return sign(Buffer.from(JSON.stringify(event)), secret)
    }),
  signRaw: sign,
}
