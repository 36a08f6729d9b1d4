import { systemClock } from '../../src/base/clock.ts'
import { newId } from '../../src/base/ids.ts'
import { Secret } from '../../src/base/secret.ts'
import { sealEndpointSecret } from '../../src/control/outbox/endpoint-secret.ts'
import { eventOf } from '../../src/control/payments/facts.ts'
import type { PaymentRow } from '../../src/control/payments/rows.ts'
import type { Store } from '../../src/control/store/store.ts'
import { testSealer } from '../../test/support/sealing-key.ts'

export const merchantId = 'mer_bench'
const eventsEach = 4
const rowsAtOnce = 500

/** A merchant with so many endpoints, all of them at one address. */
export async function writeMerchant({ db }: Store, endpoints: number, origin: string): Promise<string[]> {
  const times = { created_at: 0, updated_at: 0 }
  const merchant = { id: merchantId, name: 'Bench', gateway_id: 'sandbox', ...times }
  await db.insertInto('merchants').values(merchant).execute()
  const secret = new Secret(`whsec_${Buffer.alloc(32, 3).toString('base64')}`)
  const rows = Array.from({ length: endpoints }, (_, n) => ({
    ...{ id: `whe_${n}`, merchant_id: merchantId, url: `${origin}/${n}` },
    secret: sealEndpointSecret(testSealer, `whe_${n}`, secret),
    ...{ previous_secret: null, previous_until: null, source: 'api' as const, state: 'enabled' as const },
    ...{ disabled_because: null, ...times },
  }))
  await db.insertInto('webhook_endpoints').values(rows).execute()
  return rows.map(({ id }) => id)
}

/** Events as they would be after a day on which nothing could be delivered: four of each payment, in order of their time. */
export async function writeBacklog(
  store: Store,
  targets: readonly string[],
  deliveries: number,
): Promise<void> {
  const payments = Math.ceil(deliveries / targets.length / eventsEach)
  // One millisecond after the other: ids, and what is due, go by time.
  let nowMs = systemClock.now() - 24 * 3_600_000
  const rows: ReturnType<typeof outboxRow>[] = []
  for (let n = 0; n < payments; n++) {
    const body = JSON.stringify(eventOf(paymentRow(n, nowMs), 'payment.captured'))
    for (let position = 0; position < eventsEach; position++) {
      const eventId = newId('event', ++nowMs)
      for (const target of targets) rows.push(outboxRow({ eventId, target, n, position, body, nowMs }))
    }
    if (rows.length >= rowsAtOnce || n === payments - 1) {
      const values = rows.splice(0)
      await store.db.insertInto('outbox').values(values).execute()
    }
  }
}

type Written = { eventId: string; target: string; n: number; position: number; body: string; nowMs: number }

function outboxRow({ eventId, target, n, position, body, nowMs }: Written) {
  return {
    ...{ event_id: eventId, target, merchant_id: merchantId, payment_id: `pay_${n}`, position },
    ...{ type: 'payment.captured', body, state: 'waiting' as const, attempts: 0, attempts_before: 0 },
    ...{ next_at: nowMs, leased_until: 0, created_at: nowMs, updated_at: nowMs },
  }
}

function paymentRow(n: number, nowMs: number): PaymentRow {
  return {
    ...{ id: `pay_${n}`, merchant_id: merchantId, call_id: 'call_1', reference: `order-${n}` },
    ...{ amount_minor: 1_000, currency: 'GBP', captured_minor: 1_000, refunded_minor: 0 },
    ...{
      customer: null,
      moto: null,
      keep_card: null,
      stored_card: null,
      pay_link: null,
      group_id: null,
      bank_account: null,
      description: null,
      metadata: '{}',
      capture: 'manual',
      confirm: 'automatic',
      status: 'captured',
    },
    ...{
      brand: 'visa',
      last4: '4242',
      gateway: 'sandbox',
      gateway_ref: `g-${n}`,
      auth_code: 'A1',
      decline: null,
    },
    ...{ attempts: 1, version: 4, created_at: nowMs, updated_at: nowMs },
  }
}
