import { randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import type { Actor } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Store } from '../store/store.ts'
import { deleteEndpoint, type EndpointRow, listEndpoints } from './endpoint-store.ts'

const mostEndpoints = 16

/** An endpoint as the API shows it. The secret is shown once, in the answer to `create`. */
export type EndpointResource = {
  readonly id: string
  readonly url: string
  readonly source: 'config' | 'api'
  readonly state: 'enabled' | 'disabled'
  readonly disabledBecause: string | null
  readonly createdAt: number
}

export type Endpoints = {
  /** Answers with the secret, `whsec_…`, this one time. */
  create(
    actor: Actor,
    input: { readonly url: string },
  ): Promise<EndpointResource & { readonly secret: string }>
  list(actor: Actor): Promise<EndpointResource[]>
  remove(actor: Actor, endpointId: string): Promise<void>
}

/** No such endpoint of this merchant. */
export class EndpointNotFound extends AppError {
  readonly code = 'ENDPOINT_NOT_FOUND'
  readonly remedy = 'fix-request'
  constructor() {
    super('no such webhook endpoint')
  }
}

/** The merchant has an endpoint with this address already. */
export class EndpointExists extends AppError {
  readonly code = 'ENDPOINT_EXISTS'
  readonly remedy = 'fix-request'
  constructor() {
    super('there is a webhook endpoint with this address already')
  }
}

/** More endpoints than one merchant may have. */
export class EndpointLimit extends AppError {
  readonly code = 'ENDPOINT_LIMIT'
  readonly remedy = 'fix-request'
  constructor() {
    super('no more webhook endpoints can be made')
  }
}

/** Payments are told over TLS only; plain HTTP is for a machine's own loopback, in sandbox mode. */
export class EndpointUrlRefused extends AppError {
  readonly code = 'ENDPOINT_URL_REFUSED'
  readonly remedy = 'fix-request'
  constructor() {
    super('the address of a webhook endpoint must be https, without a user name or a fragment')
  }
}

/** The configuration file made it, and would make it again. */
export class EndpointFromConfig extends AppError {
  readonly code = 'ENDPOINT_FROM_CONFIG'
  readonly remedy = 'fix-request'
  constructor() {
    super('this webhook endpoint stands in the configuration, and is removed there')
  }
}

export type EndpointsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly mode: 'sandbox' | 'production'
}

/**
 * The merchants' webhook endpoints. Their secrets stand in the database in the clear, because they sign; sealing them
 * at rest is a later step. Addresses are not yet guarded against pointing into our own network.
 */
export function createEndpoints({ store, clock, mode }: EndpointsOptions): Endpoints {
  return {
    async create(actor, { url }) {
      checkUrl(url, mode)
      const nowMs = clock.now()
      const row: EndpointRow = {
        id: newId('endpoint', nowMs),
        merchant_id: actor.merchantId,
        url,
        secret: `whsec_${randomBytes(32).toString('base64')}`,
        source: 'api',
        state: 'enabled',
        disabled_because: null,
        created_at: nowMs,
        updated_at: nowMs,
      }
      await store.transaction(async (trx) => {
        const others = await listEndpoints(trx, actor.merchantId)
        if (others.some((other) => other.url === url)) throw new EndpointExists()
        if (others.length >= mostEndpoints) throw new EndpointLimit()
        await trx.insertInto('webhook_endpoints').values(row).execute()
        const facts = { endpointId: row.id }
        await appendAudit(trx, { actor, action: 'endpoint.created', paymentId: null, facts }, nowMs)
      })
      return { ...resourceOf(row), secret: row.secret }
    },
    async list({ merchantId }) {
      return (await listEndpoints(store.db, merchantId)).map(resourceOf)
    },
    async remove(actor, endpointId) {
      const { merchantId } = actor
      await store.transaction(async (trx) => {
        const endpoint = (await listEndpoints(trx, merchantId)).find(({ id }) => id === endpointId)
        if (!endpoint) throw new EndpointNotFound()
        if (endpoint.source === 'config') throw new EndpointFromConfig()
        await deleteEndpoint(trx, { merchantId, endpointId }, clock.now())
        const entry = { actor, action: 'endpoint.removed', paymentId: null, facts: { endpointId } }
        await appendAudit(trx, entry, clock.now())
      })
    },
  }
}

function resourceOf(row: EndpointRow): EndpointResource {
  const { id, url, source, state, disabled_because, created_at } = row
  return { id, url, source, state, disabledBecause: disabled_because, createdAt: created_at }
}

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost'])

function checkUrl(text: string, mode: EndpointsOptions['mode']): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plainAllowed = mode === 'sandbox' && url?.protocol === 'http:' && loopback.has(url.hostname)
  const isPlain = url && !url.username && !url.password && !url.hash && text.length <= 2048
  if (!isPlain || (url.protocol !== 'https:' && !plainAllowed)) throw new EndpointUrlRefused()
}
