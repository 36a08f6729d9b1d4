import type { OfficeDesk } from '../../src/sandbox/office/office-server.ts'
import { OfficeTokens, type OfficeTokensOptions } from '../../src/sandbox/office/office-tokens.ts'
import type { OfficeAnswer, OfficeRequest } from '../../src/sandbox/office/office-wire.ts'
import type { RequestCounter } from '../../src/sandbox/office/request-counter.ts'

const fixed = 'token-of-the-merchants-own-system'

/** Lets in who has the fixed token, beside those who asked for one. */
class RestTokens extends OfficeTokens {
  override isGood(authorization: string | undefined, nowMs: number): boolean {
    return authorization === `Bearer ${fixed}` || super.isGood(authorization, nowMs)
  }
}

type Entry = Record<string, unknown> & { readonly record: string }

/**
 * A merchant's own system: a fixed token or client credentials, a limit of requests, entries kept once for each
 * idempotency key (a second request with one gets the first answer), records that can be missing.
 */
export class RestStandIn implements OfficeDesk {
  readonly tokens: OfficeTokens
  counter: RequestCounter
  readonly token = fixed
  readonly entries = new Map<string, Entry>()
  readonly missing = new Set<string>()

  constructor(options: Omit<OfficeTokensOptions, 'authorisePath' | 'tokenPath'>, counter: RequestCounter) {
    this.tokens = new RestTokens({ ...options, authorisePath: '/own/authorize', tokenPath: '/oauth/token' })
    this.counter = counter
  }

  owns(pathname: string): boolean {
    return pathname.startsWith('/own/')
  }

  answer({ headers, body, url }: OfficeRequest): OfficeAnswer {
    const key = headers['idempotency-key']
    if (typeof key !== 'string') return { status: 400, body: { error: 'Idempotency-Key' } }
    const record = decodeURIComponent(url.pathname.split('/')[2] ?? '')
    if (this.missing.has(record)) return { status: 404 }
    const known = this.entries.get(key)
    if (!known) this.entries.set(key, { ...(body as object), record })
    return { status: known ? 200 : 201, body: {} }
  }
}
