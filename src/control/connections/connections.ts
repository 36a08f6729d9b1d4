import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { Secret } from '../../base/secret.ts'
import type { ConnectionEdit, ConnectionResource, NewConnection } from '../../contracts/connections.ts'
import type { Actor } from '../ports.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { ConnectionLimit, ConnectionNotFound } from './connection-errors.ts'
import { adapterOf, checkGrant, checkMapping, checkOrigins, checkSettings } from './connection-input.ts'
import { connectionResource } from './connection-resource.ts'
import {
  type ConnectionChange,
  type ConnectionRow,
  changeConnection,
  findConnection,
  listConnections,
} from './connection-row.ts'
import { clientPlace } from './token-keeper.ts'

const mostConnections = 16

export type ConnectionsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly sealer: Sealer
  readonly mode: 'sandbox' | 'production'
}

/** The merchants' connections to CRMs and books: made, edited, removed. Connecting is connect.ts. */
export class Connections {
  readonly #options: ConnectionsOptions

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  async create(actor: Actor, input: NewConnection): Promise<ConnectionResource> {
    const { store, clock, sealer, mode } = this.#options
    const adapter = adapterOf(input.adapter)
    checkGrant(adapter, input)
    checkOrigins(input, mode)
    checkMapping(input.mapping ?? [])
    const settings = checkSettings(adapter, input.settings)
    const nowMs = clock.now()
    const id = newId('connection', nowMs)
    const row = {
      ...{ id, merchant_id: actor.merchantId, adapter: adapter.id, name: input.name },
      ...{ state: 'open' as const, disabled_because: null, settings: JSON.stringify(settings) },
      origins: input.origins ? JSON.stringify(input.origins) : null,
      ...{ grant_kind: input.grant, client_id: input.clientId },
      sealed_client: sealer.seal(new Secret(input.clientSecret), clientPlace(id)),
      ...{ sealed_tokens: null, tokens_until: 0, tokens_version: 0, refreshing_until: 0 },
      mapping: JSON.stringify(input.mapping ?? adapter.mapping),
      events: JSON.stringify(input.events ?? adapter.events),
      rules: JSON.stringify(input.rules),
      ...{ created_at: nowMs, updated_at: nowMs },
    }
    await store.transaction(async (trx) => {
      const others = await listConnections(trx, actor.merchantId)
      if (others.length >= mostConnections) throw new ConnectionLimit()
      await trx.insertInto('connections').values(row).execute()
      await audit(trx, actor, { what: 'created', id }, nowMs)
    })
    return this.get(actor, id)
  }

  async list({ merchantId }: Actor): Promise<ConnectionResource[]> {
    return (await listConnections(this.#options.store.db, merchantId)).map(connectionResource)
  }

  async get({ merchantId }: Actor, connectionId: string): Promise<ConnectionResource> {
    return connectionResource(await found(this.#options.store.db, merchantId, connectionId))
  }

  async edit(actor: Actor, connectionId: string, edit: ConnectionEdit): Promise<ConnectionResource> {
    const { store, clock } = this.#options
    await store.transaction(async (trx) => {
      const row = await found(trx, actor.merchantId, connectionId)
      const key = { merchantId: actor.merchantId, connectionId }
      await changeConnection(trx, key, this.#changeOf(row, edit), clock.now())
      await audit(trx, actor, { what: 'edited', id: connectionId }, clock.now())
    })
    return this.get(actor, connectionId)
  }

  #changeOf(row: ConnectionRow, edit: ConnectionEdit): ConnectionChange {
    const adapter = adapterOf(row.adapter)
    if (edit.mapping) checkMapping(edit.mapping)
    const settings = edit.settings && checkSettings(adapter, edit.settings)
    const change: ConnectionChange = {
      ...(edit.name === undefined ? {} : { name: edit.name }),
      ...(settings === undefined ? {} : { settings: JSON.stringify(settings) }),
      ...(edit.mapping === undefined ? {} : { mapping: JSON.stringify(edit.mapping) }),
      ...(edit.events === undefined ? {} : { events: JSON.stringify(edit.events) }),
      ...(edit.rules === undefined ? {} : { rules: JSON.stringify(edit.rules) }),
      ...(edit.clientId === undefined ? {} : { client_id: edit.clientId }),
    }
    if (edit.clientSecret !== undefined)
      change.sealed_client = this.#options.sealer.seal(new Secret(edit.clientSecret), clientPlace(row.id))
    return change
  }

  async disable(actor: Actor, connectionId: string): Promise<ConnectionResource> {
    const { store, clock } = this.#options
    await store.transaction(async (trx) => {
      await found(trx, actor.merchantId, connectionId)
      const key = { merchantId: actor.merchantId, connectionId }
      const change = { state: 'disabled', disabled_because: 'by-hand' } as const
      await changeConnection(trx, key, change, clock.now())
      await audit(trx, actor, { what: 'disabled', id: connectionId }, clock.now())
    })
    return this.get(actor, connectionId)
  }

  /** Forgets its tokens and links; what waited for it is dead. What stands on the other side stays there. */
  async remove(actor: Actor, connectionId: string): Promise<void> {
    const { store, clock } = this.#options
    const { merchantId } = actor
    await store.transaction(async (trx) => {
      await found(trx, merchantId, connectionId)
      for (const table of ['record_links', 'connection_consents'] as const)
        await trx
          .deleteFrom(table)
          .where('merchant_id', '=', merchantId)
          .where('connection_id', '=', connectionId)
          .execute()
      await trx
        .deleteFrom('connections')
        .where('merchant_id', '=', merchantId)
        .where('id', '=', connectionId)
        .execute()
      await trx
        .updateTable('outbox')
        .set({ state: 'dead', updated_at: clock.now() })
        .where('merchant_id', '=', merchantId)
        .where('target', '=', connectionId)
        .where('state', '=', 'waiting')
        .execute()
      await audit(trx, actor, { what: 'removed', id: connectionId }, clock.now())
    })
  }
}

/** Throws ConnectionNotFound. */
export async function found(db: Queries, merchantId: string, connectionId: string): Promise<ConnectionRow> {
  const row = await findConnection(db, { merchantId, connectionId })
  if (!row) throw new ConnectionNotFound()
  return row
}

export function audit(
  trx: Queries,
  actor: Actor,
  { what, id, ...facts }: { readonly what: string; readonly id: string; readonly [fact: string]: string },
  nowMs: number,
): Promise<void> {
  const entry = {
    actor,
    action: `connection.${what}`,
    paymentId: null,
    facts: { connectionId: id, ...facts },
  }
  return appendAudit(trx, entry, nowMs)
}
