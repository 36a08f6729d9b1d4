import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Store } from '../store/store.ts'
import { hashOfToken, newToken } from './opaque-token.ts'
import type { Principal } from './principal.ts'

export type SessionLimits = { readonly idleMinutes: number; readonly longestHours: number }

export type SessionsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly limits: SessionLimits
}

const minuteMs = 60_000

/** Agents' log-ins. The cookie holds a random token; the store holds its hash, the agent and two times. */
export class Sessions {
  readonly #store: Store
  readonly #clock: Clock
  readonly #idleMs: number
  readonly #longestMs: number

  constructor({ store, clock, limits }: SessionsOptions) {
    this.#store = store
    this.#clock = clock
    this.#idleMs = limits.idleMinutes * minuteMs
    this.#longestMs = limits.longestHours * 60 * minuteMs
  }

  get longestMs(): number {
    return this.#longestMs
  }

  /** Answers with the token for the cookie, this one time. */
  async open(agent: { readonly id: string; readonly merchantId: string }): Promise<string> {
    const token = newToken()
    const nowMs = this.#clock.now()
    await this.#forgetExpired(nowMs)
    await this.#store.db
      .insertInto('sessions')
      .values({
        id: newId('session', nowMs),
        merchant_id: agent.merchantId,
        agent_id: agent.id,
        token_hash: hashOfToken(token),
        created_at: nowMs,
        last_seen_at: nowMs,
      })
      .execute()
    return token
  }

  /** Whose token this is, while it is valid. Notes, to the minute, that the agent is still there. */
  async find(token: string): Promise<Principal | undefined> {
    const row = await this.#query().where('sessions.token_hash', '=', hashOfToken(token)).executeTakeFirst()
    if (!row || !this.#valid(row)) return undefined
    const nowMs = this.#clock.now()
    if (nowMs - row.last_seen_at >= minuteMs) {
      const seen = this.#store.db.updateTable('sessions').set({ last_seen_at: nowMs })
      await seen.where('id', '=', row.id).execute()
    }
    return {
      actor: { merchantId: row.merchant_id, kind: 'agent', id: row.agent_id },
      role: row.role,
      sessionId: row.id,
    }
  }

  /** For a long-lived stream: is the log-in behind it still good? Watching does not count as being there. */
  async stillValid(sessionId: string): Promise<boolean> {
    const row = await this.#query().where('sessions.id', '=', sessionId).executeTakeFirst()
    return row !== undefined && this.#valid(row)
  }

  async close(sessionId: string): Promise<void> {
    await this.#store.db.deleteFrom('sessions').where('id', '=', sessionId).execute()
  }

  #query() {
    return this.#store.db
      .selectFrom('sessions')
      .innerJoin('agents', 'agents.id', 'sessions.agent_id')
      .select(['sessions.id', 'sessions.merchant_id', 'sessions.agent_id', 'agents.role'])
      .select(['sessions.created_at', 'sessions.last_seen_at'])
      .where('agents.disabled_at', 'is', null)
  }

  #valid(row: { readonly created_at: number; readonly last_seen_at: number }): boolean {
    const nowMs = this.#clock.now()
    return nowMs - row.last_seen_at < this.#idleMs && nowMs - row.created_at < this.#longestMs
  }

  async #forgetExpired(nowMs: number): Promise<void> {
    await this.#store.db
      .deleteFrom('sessions')
      .where((row) =>
        row.or([
          row('created_at', '<=', nowMs - this.#longestMs),
          row('last_seen_at', '<=', nowMs - this.#idleMs),
        ]),
      )
      .execute()
  }
}
