import { newId } from '../../base/ids.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import { bothSignMs } from '../outbox/endpoint-store.ts'
import type { Queries } from '../store/database.ts'

type Merchant = ControlConfig['merchants'][number]

/** Where the configuration no longer names an endpoint, it hears nothing more; it comes back with its name. */
const takenOut = 'removed-from-config'

/** Writes the merchants of the configuration, with their endpoints. Running it again changes nothing. */
export async function seedMerchants(
  trx: Queries,
  merchants: readonly Merchant[],
  nowMs: number,
): Promise<void> {
  for (const merchant of merchants) {
    const { id, name, gatewayId } = merchant
    const row = { id, name, gateway_id: gatewayId, created_at: nowMs, updated_at: nowMs }
    const changed = { name, gateway_id: gatewayId, updated_at: nowMs }
    await trx
      .insertInto('merchants')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(changed))
      .execute()
    await seedEndpoints(trx, merchant, nowMs)
  }
}

async function seedEndpoints(
  trx: Queries,
  { id: merchantId, webhookEndpoints }: Merchant,
  nowMs: number,
): Promise<void> {
  const urls = webhookEndpoints.map(({ url }) => url)
  for (const { url, secret } of webhookEndpoints) {
    const row = {
      id: newId('endpoint', nowMs),
      merchant_id: merchantId,
      url,
      secret: secret.reveal(),
      previous_secret: null,
      previous_until: null,
      source: 'config' as const,
      state: 'enabled' as const,
      disabled_because: null,
      created_at: nowMs,
      updated_at: nowMs,
    }
    await trx
      .insertInto('webhook_endpoints')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['merchant_id', 'url']).doUpdateSet((eb) => ({
          secret: row.secret,
          source: 'config',
          // A secret that was changed in the file goes on signing for a day, beside the new one.
          previous_secret: eb
            .case()
            .when('webhook_endpoints.secret', '!=', row.secret)
            .then(eb.ref('webhook_endpoints.secret'))
            .else(eb.ref('webhook_endpoints.previous_secret'))
            .end(),
          previous_until: eb
            .case()
            .when('webhook_endpoints.secret', '!=', row.secret)
            .then(nowMs + bothSignMs)
            .else(eb.ref('webhook_endpoints.previous_until'))
            .end(),
        })),
      )
      .execute()
  }
  const ofConfig = trx
    .updateTable('webhook_endpoints')
    .where('merchant_id', '=', merchantId)
    .where('source', '=', 'config')
  if (urls.length > 0)
    await ofConfig
      .set({ state: 'enabled', disabled_because: null, updated_at: nowMs })
      .where('disabled_because', '=', takenOut)
      .where('url', 'in', urls)
      .execute()
  await ofConfig
    .set({ state: 'disabled', disabled_because: takenOut, updated_at: nowMs })
    .where('state', '=', 'enabled')
    .$if(urls.length > 0, (query) => query.where('url', 'not in', urls))
    .execute()
}
