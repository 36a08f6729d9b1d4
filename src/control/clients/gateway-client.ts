import { readFileSync } from 'node:fs'
import { buildConnector, Pool } from 'undici'
import type { Clock } from '../../base/clock.ts'
import { computeHeaders } from '../../base/computed-headers.ts'
import { codeOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { GatewayCall, GatewayReply } from '../../contracts/gateway-call.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import { hasSlot, writeBody } from './gateway-body.ts'
import { type ReplyLimits, readReply } from './read-reply.ts'

const connectMs = 5_000
const connections = 16

/** Names that connectors may see of an answer. */
const passedOn = new Set([
  'content-type',
  'retry-after',
  'x-request-id',
  'request-id',
  'idempotency-key',
  'idempotent-replayed',
  'original-request',
])
const limits: ReplyLimits = { mostBytes: 256 * 1024, passesOn: (name) => passedOn.has(name) }

export type GatewayClient = {
  /** A call without a card. Never throws: what is certain stands in the reply. */
  send(call: GatewayCall): Promise<GatewayReply>
  close(): Promise<void>
}

export type GatewayClientOptions = {
  readonly gateways: ControlConfig['gateways']
  readonly clock: Clock
  readonly log: Log
}

/** The connection was never made: certain that no byte of the request left. */
class ConnectFailed extends Error {
  readonly because: 'refused' | 'dns' | 'tls' | 'timeout'
  constructor(cause: Error) {
    super('no connection')
    this.because = whyNoConnection(codeOf(cause))
  }
}

/**
 * One pool of connections for each gateway of the configuration, trusting only its CA; no other host is ever
 * called. Redirects are answers like any other, and no body is logged.
 */
export function createGatewayClient({ gateways, clock, log }: GatewayClientOptions): GatewayClient {
  const pools = new Map(gateways.map(({ origin, caFile }) => [origin, poolFor(origin, caFile)]))
  return {
    async send(call) {
      const pool = pools.get(call.origin)
      if (!pool || hasSlot(call)) {
        log.error(
          { connector: call.connector, operation: call.operation },
          'a call that may not leave control',
        )
        return { kind: 'not-sent', because: 'policy' }
      }
      const beganMs = clock.monotonicMs()
      const reply = await request(pool, call, clock)
      const facts = {
        connector: call.connector,
        operation: call.operation,
        kind: reply.kind,
        status: reply.kind === 'answered' ? reply.status : null,
        reason: reply.kind === 'answered' ? null : reply.because,
        latencyMs: Math.round(clock.monotonicMs() - beganMs),
      }
      log.info(facts, 'gateway called')
      return reply
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}

function poolFor(origin: string, caFile: string | null): Pool {
  const ca = caFile === null ? {} : { ca: readFileSync(caFile, 'utf8') }
  const dial = buildConnector({ ...ca, timeout: connectMs, rejectUnauthorized: true, minVersion: 'TLSv1.2' })
  return new Pool(origin, {
    connections,
    pipelining: 1,
    connect: (options, callback) =>
      dial(options, (...[error, socket]) => {
        if (error) callback(new ConnectFailed(error), null)
        else callback(null, socket)
      }),
  })
}

async function request(pool: Pool, call: GatewayCall, clock: Clock): Promise<GatewayReply> {
  const abort = new AbortController()
  const timer = clock.after(call.timeoutMs, () => abort.abort())
  try {
    const body = writeBody(call)
    const headers: Record<string, string> = body ? { 'content-type': body.contentType } : {}
    const sending = { body: Buffer.from(body?.text ?? '', 'utf8'), nowMs: clock.now() }
    const computed = computeHeaders(call.computedHeaders ?? [], sending)
    for (const { name, value } of [...call.headers, ...computed]) headers[name.toLowerCase()] = value
    const response = await pool.request({
      method: call.method,
      path: call.path,
      headers,
      body: body?.text ?? null,
      signal: abort.signal,
      headersTimeout: call.timeoutMs,
      bodyTimeout: call.timeoutMs,
    })
    return await readReply(response, abort.signal, limits)
  } catch (error) {
    if (error instanceof ConnectFailed) return { kind: 'not-sent', because: error.because }
    return { kind: 'no-answer', because: whyNoAnswer(codeOf(error), abort.signal.aborted) }
  } finally {
    timer.cancel()
  }
}

function whyNoConnection(code: string): ConnectFailed['because'] {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'dns'
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'timeout'
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused'
  return code.startsWith('E') && !code.startsWith('ERR_') ? 'refused' : 'tls'
}

function whyNoAnswer(
  code: string,
  aborted: boolean,
): Extract<GatewayReply, { kind: 'no-answer' }>['because'] {
  if (aborted || code.endsWith('_TIMEOUT')) return 'timeout'
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') return 'reset'
  return 'unreadable'
}
