import type { Clock } from '../../base/clock.ts'
import { currentVersion, isApiVersion } from '../../contracts/api-version.ts'
import type { Store } from '../store/store.ts'
import { hashOfToken } from './opaque-token.ts'
import type { Principal } from './principal.ts'

const minuteMs = 60_000
const longestKey = 512

export type ApiKeys = { find(key: string): Promise<Principal | undefined> }

/** Machine keys, for example `tw_test_…`, known by their hash alone. */
export function createApiKeys({ store, clock }: { store: Store; clock: Clock }): ApiKeys {
  return {
    async find(key) {
      if (key.length > longestKey) return undefined
      const row = await store.db
        .selectFrom('api_keys')
        .select(['id', 'merchant_id', 'last_used_at', 'api_version'])
        .where('key_hash', '=', hashOfToken(key))
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      if (!row) return undefined
      const nowMs = clock.now()
      if (row.last_used_at === null || nowMs - row.last_used_at >= minuteMs) {
        await store.db.updateTable('api_keys').set({ last_used_at: nowMs }).where('id', '=', row.id).execute()
      }
      return {
        actor: { merchantId: row.merchant_id, kind: 'api-key', id: row.id },
        role: 'machine',
        apiVersion: isApiVersion(row.api_version) ? row.api_version : currentVersion,
        sessionId: null,
      }
    },
  }
}
