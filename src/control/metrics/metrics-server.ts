import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '../../base/log.ts'
import type { Secret } from '../../base/secret.ts'
import type { Metrics } from './metrics.ts'

export type MetricsServerOptions = {
  readonly listen: { readonly host: string; readonly port: number }
  /** What the reader shows as `Authorization: Bearer`; null only on loopback in sandbox mode. */
  readonly token: Secret | null
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>
  readonly log: Log
}

export type MetricsServer = { readonly port: number; close(): Promise<void> }

/**
 * `GET /metrics` on a port of its own, and nothing else there. The numbers are of all merchants together, so no merchant's
 * API key opens it, and it never listens where the desk and the API do.
 */
export async function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      options.log.error({ error }, 'metrics could not be read')
      response.writeHead(500).end()
    })
  })
  const { host, port } = options.listen
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const at = (server.address() as AddressInfo).port
  options.log.info({ port: at }, 'metrics listen')
  return {
    port: at,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { token, metrics }: MetricsServerOptions,
): Promise<void> {
  response.setHeader('cache-control', 'no-store')
  if (token && !isBearer(request.headers.authorization, token)) {
    response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
    return
  }
  if (request.url !== '/metrics') {
    response.writeHead(404).end()
    return
  }
  if (request.method !== 'GET') {
    response.writeHead(405, { allow: 'GET' }).end()
    return
  }
  const text = await metrics.text()
  response.writeHead(200, { 'content-type': metrics.contentType }).end(text)
}

/** In a time that says nothing of how much was right. */
function isBearer(header: string | undefined, token: Secret): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token.reveal()}`))
}
