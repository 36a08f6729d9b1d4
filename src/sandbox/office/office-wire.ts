import type { IncomingHttpHeaders } from 'node:http'

export type OfficeRequest = {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  /** JSON, or null. */
  readonly body: unknown
}

export type OfficeAnswer = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}
