import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { Secret } from '../../base/secret.ts'
import { readCommonly } from '../../crm/common-reply.ts'
import { readTokens, type TokenPlace, type TokenRequest, type Tokens, tokenCall } from '../../crm/oauth.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Queries } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { signAssertion } from './assertion.ts'
import type { ConnectionHttp } from './connection-http.ts'
import { type Connected, type ConnectionKey, changeConnection, findConnection } from './connection-row.ts'

export type TokenKeeperOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly sealer: Sealer
  readonly http: ConnectionHttp
}

export type AccessToken = { readonly token: Secret; readonly version: number }
export type TokenResult =
  | { readonly kind: 'token'; readonly access: AccessToken }
  /** No token now: again later. */
  | { readonly kind: 'later'; readonly because: string; readonly afterMs?: number }
  /** Never again by ourselves: a person has to connect anew. */
  | { readonly kind: 'reconnect'; readonly because: string }

const Kept = z.strictObject({ access: z.string(), refresh: z.string().nullable() })
type Kept = z.infer<typeof Kept>

/** A token that is about to end may end on its way, in ms. */
const marginMs = 60_000
/** Longer than asking for tokens takes: after it, another process may ask, in ms. */
const leaseMs = 45_000
const otherProcessMs = 2_000

/**
 * The tokens of connections. A refresh token may be good for one use only: what comes back is stored before anything
 * is done with it, and never two ask at the same time. In one process they wait for one promise; of two processes one
 * holds the lease in the row. A crash between the answer and the row leaves the old refresh token, which is tried
 * again: Xero takes it for half an hour more (developer.xero.com/faq/oauth2, "refresh token"); where it is refused,
 * the connection says that it has to be connected anew.
 */
export class TokenKeeper {
  readonly #options: TokenKeeperOptions
  readonly #underWay = new Map<string, Promise<TokenResult>>()

  constructor(options: TokenKeeperOptions) {
    this.#options = options
  }

  /**
   * A token that is good.
   *
   * @param refused the version of a token that the other side did not believe, although it had time left
   */
  async tokenOf(connected: Connected, refused?: number): Promise<TokenResult> {
    const { row } = connected
    const key = { merchantId: row.merchant_id, connectionId: row.id }
    if (row.grant_kind === 'fixed-token') {
      if (refused !== undefined) return { kind: 'reconnect', because: 'token-refused' }
      return { kind: 'token', access: { token: this.#client(connected), version: 0 } }
    }
    const fresh = await findConnection(this.#options.store.db, key)
    const good = fresh && this.#stillGood({ ...connected, row: fresh }, refused)
    if (good) return { kind: 'token', access: good }
    const known = this.#underWay.get(row.id)
    if (known) return known
    const asked = this.#replace(connected, refused).finally(() => this.#underWay.delete(row.id))
    this.#underWay.set(row.id, asked)
    return asked
  }

  /** Stores what came of a consent, in the transaction that connects. */
  async keep(trx: Queries, key: ConnectionKey, tokens: Tokens): Promise<void> {
    const { clock, sealer } = this.#options
    const row = await findConnection(trx, key)
    if (!row) return
    const kept: Kept = { access: tokens.accessToken, refresh: tokens.refreshToken }
    const sealed_tokens = sealer.seal(new Secret(JSON.stringify(kept)), tokensPlace(key.connectionId))
    const tokens_until = clock.now() + tokens.lifetimeSeconds * 1_000
    const tokens_version = row.tokens_version + 1
    const change = { sealed_tokens, tokens_until, tokens_version, refreshing_until: 0 }
    await changeConnection(trx, key, change, clock.now())
  }

  /** One request to the address that gives tokens. */
  async ask(connected: Connected, request: TokenRequest): Promise<Tokens | TokenResult> {
    const { http, log } = this.#options
    const { url, headers, body } = tokenCall(this.#placeOf(connected), request)
    const reply = await http.send({ url, method: 'POST', headers, body })
    const common = readCommonly(reply)
    const facts = { target: connected.row.id, operation: request.grant, outcome: common.kind }
    log.info(facts, 'tokens asked for')
    if (common.kind === 'unauthorised') return { kind: 'reconnect', because: 'app-refused' }
    if (common.kind === 'outcome') {
      const { because, afterMs } = common.outcome as { because: string; afterMs?: number }
      return { kind: 'later', because, ...(afterMs === undefined ? {} : { afterMs }) }
    }
    const tokens = readTokens(common.answer, connected.adapter.auth)
    if (tokens) return tokens
    return { kind: 'reconnect', because: common.answer.status === 200 ? 'no-token' : 'grant-refused' }
  }

  #placeOf(connected: Connected): TokenPlace {
    const { row, adapter, origins } = connected
    const app = { clientId: row.client_id, clientSecret: this.#client(connected).reveal() }
    return { auth: adapter.auth, origins, app }
  }

  #client({ row }: Connected): Secret {
    return this.#options.sealer.open(row.sealed_client, clientPlace(row.id))
  }

  #kept({ row }: Connected): Kept | undefined {
    if (row.sealed_tokens === null) return undefined
    return Kept.parse(JSON.parse(this.#options.sealer.open(row.sealed_tokens, tokensPlace(row.id)).reveal()))
  }

  #stillGood(connected: Connected, refused: number | undefined): AccessToken | undefined {
    const { tokens_until, tokens_version } = connected.row
    if (refused === tokens_version || tokens_until - marginMs <= this.#options.clock.now()) return undefined
    const kept = this.#kept(connected)
    return kept && { token: new Secret(kept.access), version: tokens_version }
  }

  async #replace(connected: Connected, refused: number | undefined): Promise<TokenResult> {
    const { store, clock } = this.#options
    const key = { merchantId: connected.row.merchant_id, connectionId: connected.row.id }
    const row = await store.transaction(async (trx) => {
      const before = await findConnection(trx, key)
      if (!before || before.refreshing_until > clock.now()) return undefined
      await changeConnection(trx, key, { refreshing_until: clock.now() + leaseMs }, clock.now())
      return before
    })
    if (!row) return { kind: 'later', because: 'another-process-refreshes', afterMs: otherProcessMs }
    const now = { ...connected, row }
    const good = this.#stillGood(now, refused)
    const result = good ?? (await this.#fetch(now))
    if ('kind' in result || 'token' in result)
      await changeConnection(store.db, key, { refreshing_until: 0 }, clock.now())
    if ('kind' in result) return result
    if ('token' in result) return { kind: 'token', access: result }
    // Stored before use: a crash after this line loses nothing, one before it leaves the token that was there.
    await store.transaction((trx) =>
      this.keep(trx, key, {
        ...result,
        refreshToken: result.refreshToken ?? this.#kept(now)?.refresh ?? null,
      }),
    )
    return {
      kind: 'token',
      access: { token: new Secret(result.accessToken), version: row.tokens_version + 1 },
    }
  }

  async #fetch(connected: Connected): Promise<Tokens | TokenResult> {
    const { row, adapter } = connected
    switch (row.grant_kind) {
      case 'client-credentials':
        return this.ask(connected, { grant: 'client_credentials', scope: '' })
      case 'jwt-bearer': {
        const assertion = await this.#assertion(connected)
        if (assertion === undefined) return { kind: 'reconnect', because: 'private-key-unusable' }
        return this.ask(connected, { grant: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
      }
      default: {
        const refreshToken = this.#kept(connected)?.refresh
        if (!refreshToken) return { kind: 'reconnect', because: `${adapter.id}-gave-no-refresh-token` }
        return this.ask(connected, { grant: 'refresh_token', refreshToken })
      }
    }
  }

  async #assertion(connected: Connected): Promise<string | undefined> {
    const { row, adapter, account } = connected
    const subject = String(account.settings.username ?? '')
    const audience = adapter.auth.audience?.(account.settings) ?? connected.origins.identity
    const privateKey = this.#client(connected)
    const nowMs = this.#options.clock.now()
    return signAssertion({ clientId: row.client_id, subject, audience, privateKey, nowMs }).catch(
      () => undefined,
    )
  }
}

/** Where the seal of a connection's secrets belongs. */
export const clientPlace = (connectionId: string) => `connections ${connectionId} client`
export const tokensPlace = (connectionId: string) => `connections ${connectionId} tokens`
export const verifierPlace = (connectionId: string) => `connections ${connectionId} verifier`
