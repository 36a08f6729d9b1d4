import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { currentVersion } from '../../contracts/api-version.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import type { Store } from '../store/store.ts'
import { AccessConfigConflict } from './errors.ts'
import { hashOfToken } from './opaque-token.ts'
import { hashPassword, verifyPassword } from './password.ts'

type Merchant = ControlConfig['merchants'][number]
type Seed = { readonly store: Store; readonly clock: Clock; readonly merchants: readonly Merchant[] }

/**
 * Brings agents and API keys into line with the configuration, which alone says who they are: new ones are made,
 * those no longer named lose their access, and a changed password ends the agent's sessions. Merchants must exist.
 */
export async function seedAccess(seed: Seed): Promise<void> {
  refuseDoubles(seed.merchants)
  await Promise.all([seedAgents(seed), seedApiKeys(seed)])
}

function refuseDoubles(merchants: readonly Merchant[]): void {
  const emails = merchants.flatMap(({ agents }) => agents.map(({ email }) => email.toLowerCase()))
  const keys = merchants.flatMap(({ apiKeys }) => apiKeys.map(({ key }) => key.reveal()))
  if (new Set(emails).size < emails.length)
    throw new AccessConfigConflict('two agents have one e-mail address')
  if (new Set(keys).size < keys.length) throw new AccessConfigConflict('two API keys are the same')
}

async function seedAgents({ store, clock, merchants }: Seed): Promise<void> {
  const rows = await store.db.selectFrom('agents').selectAll().execute()
  const known = new Map(rows.map((row) => [row.email, row]))
  const nowMs = clock.now()
  const wanted = merchants.flatMap((merchant) => merchant.agents.map((agent) => ({ merchant, agent })))
  for (const { merchant, agent } of wanted) {
    const email = agent.email.toLowerCase()
    const row = known.get(email)
    known.delete(email)
    const password = agent.password.reveal()
    const samePassword = row !== undefined && (await verifyPassword(password, row.password_hash))
    const same =
      samePassword &&
      row.merchant_id === merchant.id &&
      row.name === agent.name &&
      row.role === agent.role &&
      row.disabled_at === null
    if (same) continue
    const password_hash = samePassword ? row.password_hash : await hashPassword(password)
    const values = { name: agent.name, role: agent.role, password_hash, disabled_at: null, updated_at: nowMs }
    const moved = row !== undefined && row.merchant_id !== merchant.id
    if (row) await endSessions(store, row.id)
    // Another merchant's agent of that address is another person: a new id, so that no old row points at them.
    if (moved)
      await store.db.updateTable('agents').set(retired(row.id, nowMs)).where('id', '=', row.id).execute()
    if (row && !moved) await store.db.updateTable('agents').set(values).where('id', '=', row.id).execute()
    else {
      const id = newId('agent', nowMs)
      await store.db
        .insertInto('agents')
        .values({ id, merchant_id: merchant.id, email, created_at: nowMs, ...values })
        .execute()
    }
  }
  for (const row of known.values()) {
    if (row.disabled_at !== null) continue
    await endSessions(store, row.id)
    await store.db.updateTable('agents').set({ disabled_at: nowMs }).where('id', '=', row.id).execute()
  }
}

function retired(agentId: string, nowMs: number) {
  return { email: `${agentId}@retired.invalid`, disabled_at: nowMs, updated_at: nowMs }
}

async function endSessions(store: Store, agentId: string): Promise<void> {
  await store.db.deleteFrom('sessions').where('agent_id', '=', agentId).execute()
}

async function seedApiKeys({ store, clock, merchants }: Seed): Promise<void> {
  const rows = await store.db.selectFrom('api_keys').selectAll().execute()
  const known = new Map(rows.map((row) => [`${row.merchant_id} ${row.key_hash}`, row]))
  const nowMs = clock.now()
  const stays = new Set<string>()
  for (const merchant of merchants) {
    for (const { name, key, version } of merchant.apiKeys) {
      const key_hash = hashOfToken(key.reveal())
      const row = known.get(`${merchant.id} ${key_hash}`)
      if (row) {
        stays.add(row.id)
        const values = { name, revoked_at: null, ...(version === undefined ? {} : { api_version: version }) }
        await store.db.updateTable('api_keys').set(values).where('id', '=', row.id).execute()
        continue
      }
      const id = newId('apiKey', nowMs)
      stays.add(id)
      // The key may have been another merchant's, whom the configuration no longer gives it to.
      await store.db.deleteFrom('api_keys').where('key_hash', '=', key_hash).execute()
      await store.db
        .insertInto('api_keys')
        .values({
          id,
          merchant_id: merchant.id,
          name,
          key_hash,
          // A key stays with the date it was made at, until the configuration names another.
          api_version: version ?? currentVersion,
          created_at: nowMs,
          last_used_at: null,
          revoked_at: null,
        })
        .execute()
    }
  }
  for (const row of rows) {
    if (stays.has(row.id) || row.revoked_at !== null) continue
    await store.db.updateTable('api_keys').set({ revoked_at: nowMs }).where('id', '=', row.id).execute()
  }
}
