import cookiePlugin from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import { createApiKeys } from '../auth/api-keys.ts'
import { createLogIn } from '../auth/log-in.ts'
import { LogInThrottle } from '../auth/log-in-throttle.ts'
import { Sessions } from '../auth/sessions.ts'
import type { CallRegistry } from '../calls/registry.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import type { AssistedCalls } from '../collection/assisted-calls.ts'
import type { ConnectionCore } from '../connections/assemble.ts'
import type { Records } from '../connections/records.ts'
import type { DeskFeedHub } from '../desk-feed.ts'
import type { GatewayEvents } from '../gateway-events/gateway-events.ts'
import type { Deliveries } from '../outbox/deliveries.ts'
import type { Endpoints } from '../outbox/endpoints.ts'
import type { PayLinks } from '../pay-links/pay-links.ts'
import type { Plans } from '../plans/plans.ts'
import type { OperationsApi, Payments, Reconciliations } from '../ports.ts'
import type { ReceiptLook } from '../receipts/receipt-look.ts'
import type { Receipts } from '../receipts/receipts.ts'
import type { Store } from '../store/store.ts'
import type { StoredCards } from '../stored-cards/stored-cards.ts'
import { addVersions } from './api-version.ts'
import { addAuthentication } from './authenticate.ts'
import { addDesk } from './desk-files.ts'
import { addIdempotency } from './idempotency.ts'
import { IdempotencyStore } from './idempotency-store.ts'
import { addOpenApi, openApiRoute } from './openapi.ts'
import { sendProblem } from './problem.ts'
import { assistanceRoutes } from './routes/assistance.ts'
import { callRoutes } from './routes/calls.ts'
import { connectionRoutes } from './routes/connections.ts'
import { deliveryRoutes } from './routes/deliveries.ts'
import { errorDocsRoute } from './routes/error-docs.ts'
import { eventRoutes } from './routes/events.ts'
import { exportRoutes } from './routes/exports.ts'
import { gatewayWebhookRoutes } from './routes/gateway-webhooks.ts'
import { healthRoutes } from './routes/health.ts'
import { operationRoutes } from './routes/operations.ts'
import { payLinkRoutes } from './routes/pay-links.ts'
import { paymentRoutes } from './routes/payments.ts'
import { planRoutes } from './routes/plans.ts'
import { receiptRoutes } from './routes/receipts.ts'
import { reconciliationRoutes } from './routes/reconciliations.ts'
import { recordRoutes } from './routes/records.ts'
import type { RouteApp } from './routes/route-app.ts'
import { type BankAccountsOf, sessionRoutes } from './routes/sessions.ts'
import { type StatusOf, statusRoutes } from './routes/status.ts'
import { storedCardRoutes } from './routes/stored-cards.ts'
import { transferRoutes } from './routes/transfers.ts'
import { webhookEndpointRoutes } from './routes/webhook-endpoints.ts'
import { addSecurityHeaders } from './security-headers.ts'
import { createSessionCookie } from './session-cookie.ts'
import { addUnknownRoutes } from './unknown-routes.ts'

export type HttpOptions = {
  readonly config: Pick<
    ControlConfig,
    'mode' | 'publicUrl' | 'session' | 'deskDir' | 'carrierUrl' | 'panelFrameAncestors'
  >
  readonly version: string
  /** Names this life of the process. */
  readonly bootId: string
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly calls: CallRegistry
  readonly payments: Payments
  readonly operations: OperationsApi
  readonly assisted: AssistedCalls
  readonly storedCards: StoredCards
  readonly payLinks: PayLinks
  readonly bankAccountsOf: BankAccountsOf
  readonly plans: Plans
  readonly gatewayEvents: Pick<GatewayEvents, 'receive'>
  readonly reconciliations: Reconciliations
  readonly endpoints: Endpoints
  readonly status: StatusOf
  readonly deliveries: Deliveries
  readonly receipts: Receipts
  readonly receiptLook: ReceiptLook
  readonly connections: ConnectionCore
  readonly records: Records
  readonly feed: DeskFeedHub
  readonly vault: { readonly up: boolean }
  readonly bridge: BridgeClient
  /** The telephony providers' routes, which prove themselves by signature. */
  readonly providers: (app: FastifyInstance) => void
}

export type HttpServer = {
  readonly app: FastifyInstance
  /** Event streams that are open now. */
  openStreams(): number
  /** Forgets answers that are older than a day. */
  forgetOldAnswers(): Promise<void>
  /** Ends event streams and stops taking requests; those under way are answered. */
  close(): Promise<void>
}

const mostBodyBytes = 64 * 1024
const requestsPerMinute = 6_000
const hourMs = 60 * 60_000

/** The API, the desk's files and the providers' webhooks on one application; nothing listens yet. */
export async function createHttpServer(options: HttpOptions): Promise<HttpServer> {
  const { config, store, clock, log } = options
  const carrierUrl = config.mode === 'sandbox' ? config.carrierUrl : null
  const sessions = new Sessions({ store, clock, limits: config.session })
  const secure = config.mode === 'production' || config.publicUrl.startsWith('https:')
  const cookie = createSessionCookie({ secure, longestMs: sessions.longestMs })
  const answers = new IdempotencyStore({
    ...{ store, clock, bootId: options.bootId, sealer: options.connections.sealer },
  })

  const app = createApplication(options)
  addUnknownRoutes(app)
  await addSecurityHeaders(app, { publicUrl: config.publicUrl, carrierUrl })
  await app.register(cookiePlugin)
  await app.register(rateLimit, { max: requestsPerMinute, timeWindow: 60_000, enableDraftSpec: true })
  await addOpenApi(app, config.publicUrl)
  addAuthentication(app, {
    apiKeys: createApiKeys({ store, clock }),
    sessions,
    cookie,
    publicUrl: config.publicUrl,
  })
  addIdempotency(app, answers, log)
  addVersions(app)

  const routes: RouteApp = app.withTypeProvider<ZodTypeProvider>()
  const streams = eventRoutes(routes, { ...options, sessions })
  const logIn = createLogIn({ store, sessions, throttle: new LogInThrottle(clock), log })
  const onLogOut = (sessionId: string) => streams.end(sessionId)
  const { bankAccountsOf } = options
  sessionRoutes(routes, { store, sessions, logIn, cookie, carrierUrl, bankAccountsOf, onLogOut })
  callRoutes(routes, options.calls, options.connections.callRecords(options.calls))
  paymentRoutes(routes, {
    payments: options.payments,
    expandFrom: options,
    nameCall: (merchantId, alias) => options.calls.named(merchantId, alias).id,
  })
  transferRoutes(routes, options)
  operationRoutes(routes, options.operations)
  assistanceRoutes(routes, options)
  storedCardRoutes(routes, options.storedCards)
  payLinkRoutes(routes, options.payLinks)
  planRoutes(routes, options.plans)
  reconciliationRoutes(routes, options.reconciliations)
  exportRoutes(routes, store)
  webhookEndpointRoutes(routes, options.endpoints)
  statusRoutes(routes, options.status)
  deliveryRoutes(routes, options.deliveries)
  receiptRoutes(routes, options)
  connectionRoutes(routes, options.connections)
  const { publicUrl, panelFrameAncestors: frameAncestors } = config
  const { sealer } = options.connections
  recordRoutes(routes, { records: options.records, sealer, clock, publicUrl, frameAncestors })
  healthRoutes(routes, options)
  openApiRoute(routes)
  errorDocsRoute(routes)
  gatewayWebhookRoutes(app, options.gatewayEvents)
  options.providers(app)
  await addDesk(app, config.deskDir)

  const forgetOldAnswers = () => answers.forgetOld()
  const sweep = repeat(clock, hourMs, () =>
    forgetOldAnswers().catch((error) => log.error({ error }, 'sweep failed')),
  )
  const close = async () => {
    sweep.cancel()
    streams.end()
    await app.close()
  }
  return { app, openStreams: () => streams.count, forgetOldAnswers, close }
}

function createApplication({ config, clock, log }: HttpOptions): FastifyInstance {
  const problems = { publicUrl: config.publicUrl, log }
  const app = Fastify({
    // What is logged goes through the allow-list of base/log.ts.
    logger: false,
    bodyLimit: mostBodyBytes,
    // A proxy that ends TLS on this machine may say whom it speaks for; nobody else is believed.
    trustProxy: 'loopback',
    genReqId: () => newId('request', clock.now()),
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    // To receive a request, in ms; an answer may take longer, and an event stream has no end.
    requestTimeout: 30_000,
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply, problems),
    routerOptions: { maxParamLength: 128 },
  })
  app.setValidatorCompiler((route) => {
    const validate = validatorCompiler(route as Parameters<typeof validatorCompiler>[0])
    // Fastify says null for a body that is not there; a schema says `optional` or `default`.
    return (value: unknown) => validate(value ?? undefined)
  })
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, problems))
  readJsonOnly(app)
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id))
  app.addHook('onResponse', async (request, reply) => {
    const facts = { requestId: request.id, method: request.method, route: request.routeOptions.url ?? null }
    const durationMs = Math.round(reply.elapsedTime)
    log.debug({ ...facts, status: reply.statusCode, durationMs }, 'request answered')
  })
  return app
}

/** JSON, and nothing that a form on a foreign page could send. An empty body is no body, whatever its type says. */
function readJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body, done)
  })
}

function repeat(clock: Clock, everyMs: number, task: () => void): { cancel(): void } {
  let timer = clock.after(everyMs, function again() {
    task()
    timer = clock.after(everyMs, again)
  })
  return { cancel: () => timer.cancel() }
}
