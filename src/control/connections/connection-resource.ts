import { z } from 'zod'
import type { AdapterResource, ConnectionResource } from '../../contracts/connections.ts'
import { viewNames } from '../../crm/mapping-view.ts'
import { adapters } from '../../crm/registry.ts'
import type { ConnectionRow } from './connection-row.ts'

export function connectionResource(row: ConnectionRow): ConnectionResource {
  const { id, adapter, name, state, settings, mapping, events, rules } = row
  return {
    ...{ id, adapter, name, state, settings, mapping, events, rules },
    disabledBecause: row.disabled_because,
    grant: row.grant_kind,
    clientId: row.client_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** Every system that can be connected. */
export const adapterResources: readonly AdapterResource[] = adapters.map((adapter) => ({
  id: adapter.id,
  name: adapter.name,
  sort: adapter.sort,
  grants: [...adapter.auth.grants],
  recordKinds: [...adapter.recordKinds],
  events: [...adapter.events],
  mapping: adapter.mapping,
  values: [...viewNames],
  settings: z.toJSONSchema(adapter.settings, { target: 'draft-2020-12', io: 'input' }),
}))
