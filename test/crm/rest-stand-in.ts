import type { OfficeDesk } from '../../src/sandbox/office/office-server.ts'
import type { OfficeAnswer, OfficeRequest } from '../../src/sandbox/office/office-wire.ts'

/** A merchant's own system: a fixed token, entries kept once for each idempotency key, records that can be missing. */
export class RestStandIn implements OfficeDesk {
  readonly tokens = null
  readonly token = 'token-of-the-merchants-own-system'
  readonly entries = new Map<string, Record<string, unknown>>()
  readonly missing = new Set<string>()

  owns(pathname: string): boolean {
    return pathname.startsWith('/own/')
  }

  answer({ headers, body, url }: OfficeRequest): OfficeAnswer {
    if (headers.authorization !== `Bearer ${this.token}`) return { status: 401 }
    const record = decodeURIComponent(url.pathname.split('/')[2] ?? '')
    if (this.missing.has(record)) return { status: 404 }
    const key = String(headers['idempotency-key'])
    const known = this.entries.has(key)
    this.entries.set(key, { record, ...(body as object) })
    return { status: known ? 200 : 201, body: {} }
  }
}
