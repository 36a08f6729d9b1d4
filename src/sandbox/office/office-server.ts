import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Clock } from '../../base/clock.ts'
import type { OfficeFaults } from './office-faults.ts'
import type { OfficeTokens } from './office-tokens.ts'
import type { OfficeAnswer, OfficeRequest } from './office-wire.ts'
import type { RequestCounter } from './request-counter.ts'

/** One system behind the address. */
export type OfficeDesk = {
  /** Who may come in; null for what is open to all. */
  readonly tokens: OfficeTokens | null
  readonly counter?: RequestCounter
  /** Whether a request counts; all do unless told. */
  counts?(path: string): boolean
  /** Whether the path is its own. */
  owns(path: string): boolean
  answer(request: OfficeRequest): OfficeAnswer
}

export type OfficeOptions = {
  readonly clock: Clock
  readonly listen: { readonly host: string; readonly port: number }
  readonly desks: readonly OfficeDesk[]
  readonly faults: OfficeFaults
}

export type RunningOffice = { readonly port: number; readonly origin: string; stop(): Promise<void> }

const bodyCapBytes = 256 * 1024

/**
 * An HTTP server for systems that stand in for a merchant's CRM and books: it checks tokens, counts requests and makes
 * the faults that were ordered, before any system sees the request.
 */
export async function startOffice(options: OfficeOptions): Promise<RunningOffice> {
  const server = createServer(async (request, response) => {
    try {
      const raw = await text(request)
      if (raw.length > bodyCapBytes) return write(response, { status: 413 })
      const url = new URL(request.url ?? '/', 'http://office')
      const { method = 'GET', headers } = request
      await answer(options, { method, url, headers, raw }, response)
    } catch {
      write(response, { status: 400, body: { error: 'unreadable' } })
    }
  })
  await new Promise<void>((resolve) => server.listen(options.listen.port, options.listen.host, resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    origin: `http://${options.listen.host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

type Raw = Omit<OfficeRequest, 'body'> & { readonly raw: string }

async function answer(
  { desks, faults, clock }: OfficeOptions,
  { raw, ...head }: Raw,
  response: ServerResponse,
): Promise<void> {
  for (const { tokens } of desks) {
    const given = await tokens?.answer({ ...head, raw })
    if (!given) continue
    return faults.take('tokens') === 'no-answer' ? void response.destroy() : write(response, given)
  }
  const request: OfficeRequest = { ...head, body: raw === '' ? null : JSON.parse(raw) }
  const fault = faults.take(`${request.method} ${request.url.pathname}`)
  if (fault === 'status-500') return write(response, { status: 500, body: { error: 'fault' } })
  if (fault === 'rate-limited') return write(response, { status: 429, headers: { 'retry-after': '30' } })
  const desk = desks.find((one) => one.owns(request.url.pathname))
  if (!desk) return write(response, { status: 404, body: { error: 'no such path' } })
  const refused = refusal(desk, request, clock.now())
  if (refused) return write(response, refused)
  const found = desk.answer(request)
  // The work is done by now: the one who asked only never hears of it.
  if (fault === 'no-answer') return void response.destroy()
  write(response, { ...found, headers: { ...desk.counter?.headers(clock.now()), ...found.headers } })
}

function refusal(desk: OfficeDesk, { headers, url }: OfficeRequest, nowMs: number): OfficeAnswer | undefined {
  if (desk.tokens && !desk.tokens.isGood(headers.authorization, nowMs))
    return { status: 401, body: [{ errorCode: 'INVALID_SESSION_ID' }] }
  return desk.counts?.(url.pathname) === false ? undefined : desk.counter?.refuse(nowMs)
}

function write(response: ServerResponse, { status, body, headers }: OfficeAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}
