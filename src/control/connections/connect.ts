import { randomBytes } from 'node:crypto'
import { Secret } from '../../base/secret.ts'
import type { Connecting, ConnectionResource } from '../../contracts/connections.ts'
import { authoriseUrl, type Tokens } from '../../crm/oauth.ts'
import { hashOfToken } from '../auth/opaque-token.ts'
import type { Actor } from '../ports.ts'
import { ConnectionRefused, ConnectionUnreachable, ConsentInvalid } from './connection-errors.ts'
import { connectionResource } from './connection-resource.ts'
import {
  type Connected,
  type ConnectionRow,
  changeConnection,
  connectedOf,
  findConnection,
} from './connection-row.ts'
import { audit, type ConnectionsOptions, found } from './connections.ts'
import type { Speaker } from './speaker.ts'
import { type TokenKeeper, verifierPlace } from './token-keeper.ts'

export type ConnectOptions = ConnectionsOptions & {
  readonly tokens: TokenKeeper
  readonly speaker: Speaker
  readonly publicUrl: string
  readonly onConnected: (merchantId: string) => void
}

/** Where the other side sends people back to; it has to be entered in the app there. */
export const callbackPath = '/v1/connections/callback'
const consentMs = 15 * 60_000

/** Connects, and connects anew: with a person's consent, or with what the app proves by itself. */
export class Connector {
  readonly #options: ConnectOptions

  constructor(options: ConnectOptions) {
    this.#options = options
  }

  async connect(actor: Actor, connectionId: string): Promise<Connecting> {
    const row = await found(this.#options.store.db, actor.merchantId, connectionId)
    if (row.grant_kind === 'authorisation-code') {
      const url = await this.#sendAway(actor, row)
      return { connection: connectionResource(row), authoriseUrl: url }
    }
    const connected = connectedOf(row)
    // The version that is there is of no interest: what is wanted is a new token, which shows that we are let in.
    const result = await this.#options.tokens.tokenOf(connected, fixed(row) ? undefined : row.tokens_version)
    if (result.kind === 'later') throw new ConnectionUnreachable()
    if (result.kind === 'reconnect') throw new ConnectionRefused(result.because)
    return { connection: await this.#settle(actor, connectionId), authoriseUrl: null }
  }

  /** One use, for a quarter of an hour, known by its hash: whoever has the state was sent away by us. */
  async #sendAway(actor: Actor, row: ConnectionRow): Promise<string> {
    const { store, clock, sealer } = this.#options
    const state = randomBytes(32).toString('base64url')
    const verifier = randomBytes(32).toString('base64url')
    const consent = {
      ...{ state_hash: hashOfToken(state), merchant_id: row.merchant_id, connection_id: row.id },
      ...{ agent_id: actor.id, sealed_verifier: sealer.seal(new Secret(verifier), verifierPlace(row.id)) },
      created_at: clock.now(),
    }
    await store.transaction(async (trx) => {
      await trx.deleteFrom('connection_consents').where('connection_id', '=', row.id).execute()
      await trx.insertInto('connection_consents').values(consent).execute()
    })
    const { adapter, account, origins } = connectedOf(row)
    const { scope } = account.settings
    return authoriseUrl({
      ...{ auth: adapter.auth, origins, settings: account.settings, clientId: row.client_id },
      ...{ redirectUri: this.#redirectUri(), state, verifier },
      ...(typeof scope === 'string' ? { scope } : {}),
      ...(row.origins ? { authoriseOrigin: row.origins.identity } : {}),
    })
  }

  #redirectUri(): string {
    return `${this.#options.publicUrl}${callbackPath}`
  }

  /** Somebody comes back. Throws ConsentInvalid; ConnectionRefused when they did not agree, or it did not help. */
  async finish(back: { readonly state: string; readonly code?: string | undefined }): Promise<void> {
    const { store, clock, sealer, tokens } = this.#options
    const stateHash = hashOfToken(back.state)
    const consent = await store.db
      .deleteFrom('connection_consents')
      .where('state_hash', '=', stateHash)
      .returningAll()
      .executeTakeFirst()
    if (!consent || clock.now() - consent.created_at > consentMs) throw new ConsentInvalid()
    const key = { merchantId: consent.merchant_id, connectionId: consent.connection_id }
    const row = await findConnection(store.db, key)
    if (!row) throw new ConsentInvalid()
    if (back.code === undefined) throw new ConnectionRefused('nobody-agreed')
    const connected = connectedOf(row)
    const verifier = connected.adapter.auth.pkce
      ? sealer.open(consent.sealed_verifier, verifierPlace(row.id)).reveal()
      : null
    const asked = {
      grant: 'authorization_code',
      code: back.code,
      redirectUri: this.#redirectUri(),
      verifier,
    } as const
    const result = await tokens.ask(connected, asked)
    if ('kind' in result) throw new ConnectionRefused(result.kind === 'token' ? '' : result.because)
    await store.transaction((trx) => tokens.keep(trx, key, result satisfies Tokens))
    const actor = { merchantId: key.merchantId, kind: 'agent', id: consent.agent_id } as const
    await this.#settle(actor, row.id)
  }

  /** We are let in: learns what is only known now, and lets wait no longer what waited. */
  async #settle(actor: Actor, connectionId: string): Promise<ConnectionResource> {
    const { store, clock, onConnected } = this.#options
    const { merchantId } = actor
    const connected = connectedOf(await found(store.db, merchantId, connectionId))
    const settings = await this.#discover(connected)
    const change = { state: 'connected', disabled_because: null, settings: JSON.stringify(settings) } as const
    await store.transaction(async (trx) => {
      await changeConnection(trx, { merchantId, connectionId }, change, clock.now())
      await audit(trx, actor, { what: 'connected', id: connectionId }, clock.now())
    })
    onConnected(merchantId)
    return connectionResource(await found(store.db, merchantId, connectionId))
  }

  async #discover(connected: Connected): Promise<Connected['account']['settings']> {
    const { adapter, account } = connected
    if (!adapter.discover) return account.settings
    const spoken = await this.#options.speaker.converse(connected, adapter.discover, { reason: 'connected' })
    if (spoken.kind === 'reconnect') throw new ConnectionRefused(spoken.because)
    if (spoken.kind === 'no-room' || spoken.outcome.kind === 'retry') throw new ConnectionUnreachable()
    const { outcome } = spoken
    if (outcome.kind === 'settings') return outcome.settings
    throw new ConnectionRefused(outcome.kind === 'give-up' ? outcome.because : outcome.kind)
  }
}

function fixed({ grant_kind }: ConnectionRow): boolean {
  return grant_kind === 'fixed-token'
}
