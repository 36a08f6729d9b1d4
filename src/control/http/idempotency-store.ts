import { createHash } from 'node:crypto'
import type { Clock, Timer } from '../../base/clock.ts'
import { Secret } from '../../base/secret.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { IdempotencyKeyTable } from '../store/access-tables.ts'
import type { Store } from '../store/store.ts'
import { IdempotencyInFlight, IdempotencyKeyReused, IdempotencyOutcomeUnknown } from './errors.ts'

/** How long an answer is kept. */
export const keptMs = 24 * 60 * 60_000
/** For how long a process vouches for the requests that it is answering, and how often it does so again, in ms. */
export const leaseMs = 30_000
const renewEveryMs = 10_000

export type Claim = {
  readonly principal: string
  readonly merchantId: string
  readonly key: string
  readonly fingerprint: string
}

export type Answer = { readonly status: number; readonly contentType: string; readonly body: string }

export type IdempotencyStoreOptions = {
  readonly store: Store
  readonly clock: Clock
  /** Names this life of the process. */
  readonly bootId: string
  /** Of answers that show a secret. */
  readonly sealer: Sealer
}

/**
 * Requests and their answers, by the key that the client chose. One row is one execution, whichever process of control it
 * came to: a process that answers a request holds a lease on its key, so that the others on the same PostgreSQL know it to
 * be alive. An SQLite file has one process: what another life of it left in flight will never be answered.
 */
export class IdempotencyStore {
  readonly #store: Store
  readonly #clock: Clock
  readonly #bootId: string
  readonly #sealer: Sealer
  /** Requests that this process is answering now: any other row of its own "in flight" has lost its answer. */
  readonly #underWay = new Set<string>()
  #renewal: Timer | undefined

  constructor({ store, clock, bootId, sealer }: IdempotencyStoreOptions) {
    this.#store = store
    this.#clock = clock
    this.#bootId = bootId
    this.#sealer = sealer
  }

  /**
   * Takes the key for this request, or answers what the first request with it was answered. The insert decides who
   * is first, so that two hundred at once are one execution.
   */
  async claim({ principal, merchantId, key, fingerprint }: Claim): Promise<Answer | 'first'> {
    const { db } = this.#store
    const nowMs = this.#clock.now()
    await db
      .deleteFrom('idempotency_keys')
      .where('principal', '=', principal)
      .where('key', '=', key)
      .where('created_at', '<=', nowMs - keptMs)
      .execute()
    const taken = await db
      .insertInto('idempotency_keys')
      .values({
        principal,
        key,
        merchant_id: merchantId,
        fingerprint,
        boot_id: this.#bootId,
        state: 'in-flight',
        status: null,
        content_type: null,
        body: null,
        created_at: nowMs,
        leased_until: nowMs + leaseMs,
      })
      .onConflict((conflict) => conflict.columns(['principal', 'key']).doNothing())
      .executeTakeFirst()
    if (taken.numInsertedOrUpdatedRows === 1n) {
      this.#underWay.add(nameOf({ principal, key }))
      this.#renewLater()
      return 'first'
    }
    return this.#earlier(principal, key, fingerprint)
  }

  async #earlier(principal: string, key: string, fingerprint: string): Promise<Answer> {
    const row = await this.#row(principal, key)
    // Given back between the insert and the look: the client may simply send again.
    if (!row) throw new IdempotencyInFlight('the first request with this key is still under way')
    if (row.fingerprint !== fingerprint) {
      throw new IdempotencyKeyReused('this Idempotency-Key was used for another request')
    }
    if (row.state === 'answered') {
      const text = row.body ?? ''
      const body = this.#sealer.isSealed(text)
        ? this.#sealer.open(text, placeOf({ principal, key })).reveal()
        : text
      return { status: row.status ?? 200, contentType: row.content_type ?? '', body }
    }
    if (this.#isUnderWay(row)) {
      throw new IdempotencyInFlight('the first request with this key is still under way')
    }
    throw new IdempotencyOutcomeUnknown(
      'the platform restarted during the first request, or could not keep its answer: look, then use a new key',
    )
  }

  async answer(
    { principal, key }: Claim,
    { status, contentType, body: text }: Answer,
    { isSecret = false } = {},
  ): Promise<void> {
    const body = isSecret ? this.#sealer.seal(new Secret(text), placeOf({ principal, key })) : text
    await this.#store.db
      .updateTable('idempotency_keys')
      .set({ state: 'answered', status, content_type: contentType, body })
      .where('principal', '=', principal)
      .where('key', '=', key)
      .execute()
      .finally(() => this.#underWay.delete(nameOf({ principal, key })))
  }

  /** Nothing was done: the same key may be used for the next try. */
  async giveBack({ principal, key }: Claim): Promise<void> {
    await this.#store.db
      .deleteFrom('idempotency_keys')
      .where('principal', '=', principal)
      .where('key', '=', key)
      .execute()
      .finally(() => this.#underWay.delete(nameOf({ principal, key })))
  }

  async forgetOld(): Promise<void> {
    const before = this.#clock.now() - keptMs
    await this.#store.db.deleteFrom('idempotency_keys').where('created_at', '<=', before).execute()
  }

  #isUnderWay(row: Pick<IdempotencyKeyTable, 'principal' | 'key' | 'boot_id' | 'leased_until'>): boolean {
    if (row.boot_id === this.#bootId) return this.#underWay.has(nameOf(row))
    return this.#store.kind === 'postgres' && (row.leased_until ?? 0) > this.#clock.now()
  }

  #renewLater(): void {
    this.#renewal ??= this.#clock.after(renewEveryMs, () => {
      this.#renewal = undefined
      if (this.#underWay.size === 0) return
      this.#renewLater()
      // A store that fails is noted by itself; the lease is renewed next time, or runs out.
      this.#renew().catch(() => {})
    })
  }

  async #renew(): Promise<void> {
    await this.#store.db
      .updateTable('idempotency_keys')
      .set({ leased_until: this.#clock.now() + leaseMs })
      .where('boot_id', '=', this.#bootId)
      .where('state', '=', 'in-flight')
      .execute()
  }

  #row(principal: string, key: string) {
    return this.#store.db
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('principal', '=', principal)
      .where('key', '=', key)
      .executeTakeFirst()
  }
}

/** Where the seal of an answer belongs. */
const placeOf = (claim: Pick<Claim, 'principal' | 'key'>) => `idempotency_keys ${nameOf(claim)}`

const nameOf = ({ principal, key }: Pick<Claim, 'principal' | 'key'>) => `${principal} ${key}`

/** Two requests are the same when method, path and body are. */
export function fingerprintOf(method: string, path: string, body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([method, path, canonical(body)]))
    .digest('hex')
}

/** The same JSON for the same value, in whatever order its keys were written. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value ?? null
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([key, item]) => [key, canonical(item)])
}
