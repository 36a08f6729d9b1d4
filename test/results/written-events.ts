import type { Clock } from '../../src/base/clock.ts'
import { newId } from '../../src/base/ids.ts'
import { Secret } from '../../src/base/secret.ts'
import type { PaymentEventType } from '../../src/contracts/payment-events.ts'
import { sealEndpointSecret } from '../../src/control/outbox/endpoint-secret.ts'
import { tell } from '../../src/control/outbox/store.ts'
import { eventOf } from '../../src/control/payments/facts.ts'
import type { PaymentRow } from '../../src/control/payments/rows.ts'
import { writeWish } from '../../src/control/receipts/receipt-store.ts'
import type { Store } from '../../src/control/store/store.ts'
import { testSealer } from '../support/sealing-key.ts'

export const merchantId = 'mer_results'

/** A payment's life in four events; two of them have a receipt. */
export const life: readonly PaymentEventType[] = [
  'payment.created',
  'payment.authorised',
  'payment.captured',
  'payment.refunded',
]

export type WriteOptions = {
  readonly store: Store
  readonly clock: Clock
  /** Which records the n-th payment names. */
  readonly metadataOf?: (n: number) => Readonly<Record<string, string>>
}

export async function writeMerchant(
  { store }: WriteOptions,
  urls: readonly string[],
  secret: string,
): Promise<void> {
  const times = { created_at: 0, updated_at: 0 }
  await store.db
    .insertInto('merchants')
    .values({ id: merchantId, name: 'Results', gateway_id: 'sandbox', ...times })
    .execute()
  const sealed = (id: string) => sealEndpointSecret(testSealer, id, new Secret(secret))
  const rows = urls.map((url, n) => ({
    ...{
      id: `whe_${n}`,
      merchant_id: merchantId,
      url,
      secret: sealed(`whe_${n}`),
      previous_secret: null,
      previous_until: null,
    },
    ...{ source: 'api' as const, state: 'enabled' as const, disabled_because: null, ...times },
  }))
  if (rows.length > 0) await store.db.insertInto('webhook_endpoints').values(rows).execute()
}

/** Writes payments with the whole life of each, as the payment core would: events in the transaction of the change. */
export async function writePayments(
  { store, clock, metadataOf = () => ({}) }: WriteOptions,
  count: number,
  first: number,
): Promise<void> {
  await store.transaction(async (trx) => {
    for (let n = first; n < first + count; n++) {
      const nowMs = clock.now()
      const payment = { ...paymentRow(n, nowMs), metadata: JSON.stringify(metadataOf(n)) }
      await trx.insertInto('payments').values(payment).execute()
      const consent = { consent_kind: 'system' as const, consent_id: 'run', consent_at: nowMs }
      const wish = { merchant_id: merchantId, payment_id: payment.id, locale: null, ...consent }
      await writeWish(trx, { ...wish, channel: 'email', address: `caller-${n}@example.com` })
      await writeWish(trx, { ...wish, channel: 'text', address: `+4477009${String(n).padStart(5, '0')}` })
      for (const [position, type] of life.entries()) {
        const operation = { id: `op_${n}`, kind: 'refund', amountMinor: 100, state: 'done' } as const
        const event = eventOf(payment, type, type === 'payment.refunded' ? operation : null)
        await tell(trx, { merchantId, paymentId: payment.id, position, event }, nowMs)
      }
    }
  })
}

function paymentRow(n: number, nowMs: number): PaymentRow {
  return {
    ...{ id: newId('payment', nowMs), merchant_id: merchantId, call_id: 'call_1', reference: `order-${n}` },
    ...{ amount_minor: 1_000 + n, currency: 'GBP', captured_minor: 1_000 + n, refunded_minor: 100 },
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
      status: 'partly-refunded',
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
