import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import { Secret } from '../../base/secret.ts'
import { AddressGuard, AddressRefused, type EgressRules } from '../egress/address-guard.ts'
import type { Actor } from '../ports.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { sealEndpointSecret } from './endpoint-secret.ts'
import {
  bothSignMs,
  changeEndpoint,
  deleteEndpoint,
  type EndpointChange,
  type EndpointRow,
  listEndpoints,
} from './endpoint-store.ts'
import { tellOnly } from './store.ts'

const mostEndpoints = 16

/** An endpoint as the API shows it. The secret is shown once, in the answer to `create`. */
export type EndpointResource = {
  readonly id: string
  readonly url: string
  readonly source: 'config' | 'api'
  readonly state: 'enabled' | 'disabled'
  readonly disabledBecause: string | null
  /** Until when the secret before this one signs too, epoch ms; null when none does. */
  readonly previousSecretUntil: number | null
  readonly createdAt: number
}

export type Endpoints = {
  /** Answers with the secret, `whsec_…`, this one time. */
  create(
    actor: Actor,
    input: { readonly url: string },
  ): Promise<EndpointResource & { readonly secret: string }>
  list(actor: Actor): Promise<EndpointResource[]>
  /** Answers with the new secret, this one time. The one before signs beside it for a day. */
  rotateSecret(actor: Actor, endpointId: string): Promise<EndpointResource & { readonly secret: string }>
  /** What waited while it was disabled is delivered. */
  enable(actor: Actor, endpointId: string): Promise<EndpointResource>
  disable(actor: Actor, endpointId: string): Promise<EndpointResource>
  /** Has a `webhook.test` posted; `GET /v1/deliveries/:eventId` says what came of it. */
  test(actor: Actor, endpointId: string): Promise<{ readonly eventId: string }>
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

/** The endpoint hears nothing: it is disabled. */
export class EndpointDisabled extends AppError {
  readonly code = 'ENDPOINT_DISABLED'
  readonly remedy = 'fix-request'
  constructor() {
    super('this webhook endpoint is disabled; enable it first')
  }
}

/** The configuration file made it, and would make it again. */
export class EndpointFromConfig extends AppError {
  readonly code = 'ENDPOINT_FROM_CONFIG'
  readonly remedy = 'fix-request'
  constructor() {
    super('this webhook endpoint stands in the configuration, and is changed there')
  }
}

export type EndpointsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly mode: 'sandbox' | 'production'
  readonly egress: EgressRules
  readonly sealer: Sealer
  /** Something was written for this merchant's targets. */
  readonly onTold: (merchantId: string) => void
}

/** The merchants' webhook endpoints. Their secrets are sealed in the database, and opened to sign. */
export function createEndpoints(options: EndpointsOptions): Endpoints {
  const { store, clock, mode, egress, sealer } = options
  const guard = new AddressGuard(egress)
  return {
    async create(actor, { url }) {
      checkUrl(url, mode, guard)
      const nowMs = clock.now()
      const secret = newSecret()
      const row = newEndpoint(sealer, { merchantId: actor.merchantId, url, secret, nowMs })
      await store.transaction(async (trx) => {
        const others = await listEndpoints(trx, actor.merchantId)
        if (others.some((other) => other.url === url)) throw new EndpointExists()
        if (others.length >= mostEndpoints) throw new EndpointLimit()
        await trx.insertInto('webhook_endpoints').values(row).execute()
        await audit(trx, actor, 'created', row.id, nowMs)
      })
      return { ...resourceOf(row), secret }
    },
    async list({ merchantId }) {
      return (await listEndpoints(store.db, merchantId)).map(resourceOf)
    },
    async remove(actor, endpointId) {
      const { merchantId } = actor
      await store.transaction(async (trx) => {
        const { source } = await find(trx, merchantId, endpointId)
        if (source === 'config') throw new EndpointFromConfig()
        await deleteEndpoint(trx, { merchantId, endpointId }, clock.now())
        await audit(trx, actor, 'removed', endpointId, clock.now())
      })
    },
    async rotateSecret(actor, endpointId) {
      const secret = newSecret()
      const row = await changed(options, actor, endpointId, 'secret-rotated', (before, nowMs) => {
        if (before.source === 'config') throw new EndpointFromConfig()
        const sealed = sealEndpointSecret(sealer, endpointId, new Secret(secret))
        return { secret: sealed, previous_secret: before.secret, previous_until: nowMs + bothSignMs }
      })
      return { ...resourceOf(row), secret }
    },
    async enable(actor, endpointId) {
      const row = await changed(options, actor, endpointId, 'enabled', () => {
        return { state: 'enabled', disabled_because: null }
      })
      options.onTold(actor.merchantId)
      return resourceOf(row)
    },
    async disable(actor, endpointId) {
      return resourceOf(
        await changed(options, actor, endpointId, 'disabled', () => {
          return { state: 'disabled', disabled_because: 'by-hand' }
        }),
      )
    },
    test: (actor, endpointId) => tellTest(options, actor, endpointId),
  }
}

type Wanted = (before: EndpointRow, nowMs: number) => EndpointChange

async function changed(
  { store, clock }: EndpointsOptions,
  actor: Actor,
  endpointId: string,
  what: string,
  want: Wanted,
): Promise<EndpointRow> {
  const nowMs = clock.now()
  return store.transaction(async (trx) => {
    const before = await find(trx, actor.merchantId, endpointId)
    const change = want(before, nowMs)
    await changeEndpoint(trx, { merchantId: actor.merchantId, endpointId }, change, nowMs)
    await audit(trx, actor, what, endpointId, nowMs)
    return { ...before, ...change }
  })
}

async function tellTest(
  { store, clock, onTold }: EndpointsOptions,
  { merchantId }: Actor,
  endpointId: string,
): Promise<{ eventId: string }> {
  const nowMs = clock.now()
  const eventId = await store.transaction(async (trx) => {
    const { state } = await find(trx, merchantId, endpointId)
    if (state === 'disabled') throw new EndpointDisabled()
    const timestamp = new Date(nowMs).toISOString()
    const event = { type: 'webhook.test', timestamp, data: { merchantId, endpointId } } as const
    // Of no payment: behind nothing, and nothing behind it.
    const telling = { merchantId, paymentId: newId('event', nowMs), position: 0, event }
    return tellOnly(trx, [endpointId], telling, nowMs)
  })
  onTold(merchantId)
  return { eventId }
}

async function find(trx: Queries, merchantId: string, endpointId: string): Promise<EndpointRow> {
  const endpoint = (await listEndpoints(trx, merchantId)).find(({ id }) => id === endpointId)
  if (!endpoint) throw new EndpointNotFound()
  return endpoint
}

function audit(trx: Queries, actor: Actor, what: string, endpointId: string, nowMs: number): Promise<void> {
  return appendAudit(
    trx,
    { actor, action: `endpoint.${what}`, paymentId: null, facts: { endpointId } },
    nowMs,
  )
}

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

type NewEndpoint = Readonly<Record<'merchantId' | 'url' | 'secret', string>> & { readonly nowMs: number }

function newEndpoint(sealer: Sealer, { merchantId, url, secret, nowMs }: NewEndpoint): EndpointRow {
  const id = newId('endpoint', nowMs)
  return {
    id,
    merchant_id: merchantId,
    url,
    secret: sealEndpointSecret(sealer, id, new Secret(secret)),
    previous_secret: null,
    previous_until: null,
    source: 'api',
    state: 'enabled',
    disabled_because: null,
    created_at: nowMs,
    updated_at: nowMs,
  }
}

function resourceOf(row: EndpointRow): EndpointResource {
  const { id, url, source, state, disabled_because, previous_until, created_at } = row
  const rest = { previousSecretUntil: previous_until, createdAt: created_at }
  return { id, url, source, state, disabledBecause: disabled_because, ...rest }
}

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * What can be said of an address before it is dialled: a name is looked up then, and what it leads to is checked there
 * (egress/guarded-agent.ts).
 */
function checkUrl(text: string, mode: EndpointsOptions['mode'], guard: AddressGuard): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plainAllowed = mode === 'sandbox' && url?.protocol === 'http:' && loopback.has(url.hostname)
  const isPlain = url && !url.username && !url.password && !url.hash && text.length <= 2048
  if (!isPlain || (url.protocol !== 'https:' && !plainAllowed)) throw new EndpointUrlRefused()
  guard.checkPort(Number(url.port) || (url.protocol === 'https:' ? 443 : 80))
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) guard.checkAddress(host)
  else if (host === 'localhost' && !guard.isOpen('127.0.0.1')) throw new AddressRefused()
}
