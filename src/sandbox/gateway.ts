import { createHash, timingSafeEqual } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Secret } from '../base/secret.ts'
import { Acquirer } from './acquirer.ts'
import { internalError } from './broken-answer.ts'
import { identityIn } from './certificate-authority.ts'
import { FaultPlan } from './faults.ts'
import { Ledger } from './ledger.ts'
import { type Mailbox, startMailbox } from './mailbox.ts'
import { Notifier } from './notifier.ts'
import { OnceOnly } from './once-only.ts'
import { PendingDebits } from './pending-debits.ts'
import { PendingRefunds } from './pending-refunds.ts'
import { addRoutes } from './routes.ts'
import { errorBody, Refusal, type WebhookBody } from './wire.ts'

export type GatewayOptions = {
  readonly listen: { readonly host: string; readonly port: number }
  /** Folder of the certificates and the ledger. */
  readonly dataDir: string
  readonly apiKey: Secret
  /** Where events are posted to; can be set later by `PUT /v1/webhook`. */
  readonly webhook?: WebhookBody
  /** Where e-mail is taken by SMTP; unless told there is no mailbox. */
  readonly mail?: { readonly host: string; readonly port: number } | null
  readonly clock: Clock
  readonly log: Log
}

export type Gateway = {
  readonly port: number
  /** Of the mailbox; null when there is none. */
  readonly mailPort: number | null
  /** Answers what it can within `deadlineMs`, then closes every connection and the ledger. */
  stop(deadlineMs: number): Promise<void>
}

const bodyCapBytes = 64 * 1024

/** Our own payment gateway: real HTTPS under a CA of its own, test cards, faults, and books that can be read. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { listen, dataDir, clock, log } = options
  const { certificate, key } = await identityIn({ dataDir, hosts: hostsFor(listen.host), nowMs: clock.now() })
  const app = fastify({
    https: { cert: certificate, key, minVersion: 'TLSv1.2' },
    bodyLimit: bodyCapBytes,
    requestTimeout: 30_000,
    genReqId: () => newId('request', clock.now()),
  }) as unknown as FastifyInstance
  const ledger = new Ledger(dataDir)
  const stopping = new AbortController()
  setMaxListeners(0, stopping.signal) // One for every request that waits or hangs.
  guard(app, options)
  const acquirer = new Acquirer(ledger, clock)
  const notifier = new Notifier({ ledger, clock, log })
  ledger.onCommit = () => notifier.wake()
  const refunds = new PendingRefunds({ ledger, acquirer, clock, log })
  const debits = new PendingDebits({ ledger, acquirer, clock, log })
  let mailbox: Mailbox | undefined
  app.get('/v1/mail', () => ({ messages: mailbox?.messages ?? [] }))
  addRoutes(app, {
    ledger,
    acquirer,
    notifier,
    finishLater: (refundId, succeeds) => refunds.finishLater(refundId, succeeds),
    decideLater: (debitId, outcome) => debits.decideLater(debitId, outcome),
    once: new OnceOnly(ledger, clock),
    faults: new FaultPlan(),
    clock,
    log,
    stopping: stopping.signal,
  })
  try {
    if (options.mail) mailbox = await startMailbox({ listen: options.mail, clock, log })
    await app.listen(listen)
  } catch (error) {
    await mailbox?.stop()
    ledger.close()
    throw error
  }
  const { port } = app.server.address() as AddressInfo
  if (options.webhook) notifier.pointTo(options.webhook)
  refunds.resume()
  debits.resume()
  log.info({ port }, 'sandbox gateway listening')
  return {
    port,
    mailPort: mailbox?.port ?? null,
    async stop(deadlineMs) {
      stopping.abort()
      notifier.stop()
      refunds.stop()
      debits.stop()
      const patience = clock.after(deadlineMs, () => app.server.closeAllConnections())
      await app.close()
      patience.cancel()
      await mailbox?.stop()
      ledger.close()
    },
  }
}

/** The names of the certificate: loopback, and the address that is listened on when it is a particular one. */
function hostsFor(host: string): string[] {
  const wildcard = host === '0.0.0.0' || host === '::'
  return [...new Set(['localhost', '127.0.0.1', ...(wildcard ? [] : [host])])]
}

/** Who may ask, what a refusal looks like, and what is logged: never a body, never a query. */
function guard(app: FastifyInstance, { apiKey, log }: GatewayOptions): void {
  const expected = digest(`Bearer ${apiKey.reveal()}`)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('request-id', request.id).header('cache-control', 'no-store')
    // The hosted page: whoever has its address may pay.
    if (request.url.startsWith('/pay/') || request.url.startsWith('/embed/')) return
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      throw new Refusal(401, 'unauthorised', 'The API key is missing or wrong.')
    }
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, id } = request
    const route = request.routeOptions.url ?? 'none'
    const durationMs = Math.round(reply.elapsedTime)
    log.info({ method, route, status: reply.statusCode, durationMs, requestId: id }, 'request answered')
  })
  app.setNotFoundHandler(() => {
    throw new Refusal(404, 'not_found', 'There is no such endpoint.')
  })
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = refusalOf(error)
    if (status >= 500) log.error({ error, requestId: request.id }, 'request failed')
    return reply.code(status).send(body)
  })
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Messages are our own: those of a parser quote what was sent, and that may be a card. */
function refusalOf(error: unknown): { status: number; body: object } {
  if (error instanceof Refusal) return { status: error.status, body: errorBody(error.code, error.message) }
  if (error instanceof z.ZodError) {
    const field = error.issues[0]?.path.join('.') || 'the body'
    return { status: 400, body: errorBody('invalid_request', `Not valid: ${field}.`) }
  }
  const { statusCode = 500 } = error as { statusCode?: number }
  if (statusCode >= 500) return { status: 500, body: internalError }
  return { status: statusCode, body: errorBody('invalid_request', 'The request cannot be read.') }
}
