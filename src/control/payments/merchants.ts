import { newId } from '../../base/ids.ts'
import type { Secret } from '../../base/secret.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import { openEndpointSecret, sealEndpointSecret } from '../outbox/endpoint-secret.ts'
import { bothSignMs, type EndpointRow, listEndpoints } from '../outbox/endpoint-store.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Queries } from '../store/database.ts'

type Merchant = ControlConfig['merchants'][number]

/** Where the configuration no longer names an endpoint, it hears nothing more; it comes back with its name. */
const takenOut = 'removed-from-config'

export type Seeding = {
  readonly merchants: readonly Merchant[]
  /** Seals the secrets of their endpoints. */
  readonly sealer: Sealer
  readonly nowMs: number
}

/** Writes the merchants of the configuration, with their endpoints. Running it again changes nothing. */
export async function seedMerchants(trx: Queries, { merchants, sealer, nowMs }: Seeding): Promise<void> {
  for (const merchant of merchants) {
    const { id, name, gatewayId } = merchant
    const row = { id, name, gateway_id: gatewayId, created_at: nowMs, updated_at: nowMs }
    const changed = { name, gateway_id: gatewayId, updated_at: nowMs }
    await trx
      .insertInto('merchants')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(changed))
      .execute()
    await seedEndpoints(trx, merchant, { sealer, nowMs })
  }
}

type With = Pick<Seeding, 'sealer' | 'nowMs'>

async function seedEndpoints(
  trx: Queries,
  { id: merchantId, webhookEndpoints }: Merchant,
  { sealer, nowMs }: With,
): Promise<void> {
  const urls = webhookEndpoints.map(({ url }) => url)
  const known = await listEndpoints(trx, merchantId)
  for (const endpoint of webhookEndpoints) {
    const row = known.find(({ url }) => url === endpoint.url)
    if (row) await follow(trx, row, { secret: endpoint.secret, sealer, nowMs })
    else await insertEndpoint(trx, { ...endpoint, merchantId }, { sealer, nowMs })
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

type Named = { readonly merchantId: string; readonly url: string; readonly secret: Secret }

async function insertEndpoint(trx: Queries, { merchantId, url, secret }: Named, { sealer, nowMs }: With) {
  const id = newId('endpoint', nowMs)
  const row = {
    ...{ id, merchant_id: merchantId, url, secret: sealEndpointSecret(sealer, id, secret) },
    ...{ previous_secret: null, previous_until: null, source: 'config' as const, state: 'enabled' as const },
    ...{ disabled_because: null, created_at: nowMs, updated_at: nowMs },
  }
  await trx
    .insertInto('webhook_endpoints')
    .values(row)
    // Another process starts with the same configuration.
    .onConflict((conflict) => conflict.columns(['merchant_id', 'url']).doNothing())
    .execute()
}

/** A secret that was changed in the file goes on signing for a day, beside the new one. */
async function follow(
  trx: Queries,
  row: EndpointRow,
  { secret, sealer, nowMs }: With & Pick<Named, 'secret'>,
) {
  const before = openEndpointSecret(sealer, row.id, row.secret)
  const isSame = before?.reveal() === secret.reveal()
  const change = {
    secret: sealEndpointSecret(sealer, row.id, secret),
    ...(before && { previous_secret: row.secret, previous_until: nowMs + bothSignMs }),
  }
  await trx
    .updateTable('webhook_endpoints')
    .set({ source: 'config', ...(isSame ? {} : change) })
    .where('merchant_id', '=', row.merchant_id)
    .where('id', '=', row.id)
    .execute()
}
