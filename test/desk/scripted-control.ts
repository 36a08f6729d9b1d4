import type { ServerResponse } from 'node:http'
import fastify, { type FastifyInstance } from 'fastify'
import { Assistance } from '../../src/contracts/assistance.ts'
import { DeskEvent, type PaymentResource } from '../../src/contracts/desk-port.ts'
import { PlatformStatus } from '../../src/contracts/platform-status.ts'
import { addDesk } from '../../src/control/http/desk-files.ts'
import { addSecurityHeaders } from '../../src/control/http/security-headers.ts'
import { aPayment, aSession } from './examples.ts'

export type Posted = { readonly path: string; readonly key: string; readonly body: Record<string, unknown> }

/**
 * The built desk behind control's own security headers, and an API that the test plays: it says what the desk is
 * told, and sees what the desk asks.
 */
export class ScriptedControl {
  readonly posted: Posted[] = []
  /** What payments were looked for by. */
  readonly searched: Record<string, string>[] = []
  /** The payment as GET and every POST answer it. */
  payment: PaymentResource = aPayment({ status: 'created' })
  /** What every search finds. */
  found: PaymentResource[] = []
  /** The next POST to a path that ends so is answered with this problem. */
  readonly refusals = new Map<string, object>()
  /** Until it is resolved, no POST is answered. */
  gate: Promise<void> = Promise.resolve()
  /** Until it is resolved, no payment can be read. */
  readGate: Promise<void> = Promise.resolve()
  /** What the agent chose for the call. */
  assistance: Assistance = Assistance.parse({})
  loggedIn = false
  /** As GET /v1/status answers it; while null, it cannot be read. */
  status: PlatformStatus | null = null
  origin = ''
  readonly #app: FastifyInstance = fastify({ forceCloseConnections: true })
  readonly #streams = new Set<ServerResponse>()
  #nextId = 1
  #log: string[] = []
  /** While false, the API answers nobody: as when control is gone. */
  #there = true

  static async start(deskDir: string, session: object = aSession): Promise<ScriptedControl> {
    const control = new ScriptedControl()
    const app = control.#app
    const { carrierUrl = null } = ((session as { sandbox?: { carrierUrl: string } | null }).sandbox ??
      {}) as {
      carrierUrl?: string
    }
    await addSecurityHeaders(app, { publicUrl: 'http://127.0.0.1', carrierUrl })
    await addDesk(app, deskDir)
    control.#routes(session)
    control.origin = await app.listen({ host: '127.0.0.1', port: 0 })
    return control
  }

  /** Sends an event to every desk; later ones get it too, when they come back with `Last-Event-ID`. */
  tell(event: DeskEvent): void {
    const checked = DeskEvent.parse(event)
    if (checked.type === 'payment') this.payment = checked.payment
    const text = `id: ${this.#nextId++}\nevent: ${checked.type}\ndata: ${JSON.stringify(checked)}\n\n`
    this.#log.push(text)
    for (const stream of this.#streams) stream.write(text)
  }

  /** Cuts every stream, and answers nothing until `comeBack`. */
  goAway(): void {
    this.#there = false
    for (const stream of this.#streams) stream.destroy()
  }

  comeBack(): void {
    this.#there = true
  }

  close(): Promise<void> {
    return this.#app.close()
  }

  #routes(session: object): void {
    const app = this.#app
    app.addHook('onRequest', async (request) => {
      if (!this.#there && request.url.startsWith('/v1/')) request.raw.destroy()
    })
    app.get('/v1/sessions/current', (_request, reply) =>
      this.loggedIn
        ? reply.send(session)
        : reply.code(401).type('application/problem+json').send(problem(401)),
    )
    app.delete('/v1/sessions/current', (_request, reply) => {
      this.loggedIn = false
      return reply.code(204).send()
    })
    app.get('/v1/payments', async (request) => {
      this.searched.push(request.query as Record<string, string>)
      return { data: this.found, nextCursor: null }
    })
    app.get('/v1/status', (_request, reply) =>
      this.status ? reply.send(PlatformStatus.parse(this.status)) : reply.code(503).send(problem(503)),
    )
    app.get('/v1/calls/:id/assistance', async () => this.assistance)
    app.post('/v1/calls/:id/assistance', async (request) => {
      this.assistance = Assistance.parse(request.body)
      return this.assistance
    })
    app.get('/v1/payments/:id', async () => {
      await this.readGate
      return this.payment
    })
    app.post('/v1/*', async (request, reply) => {
      const path = request.url
      const key = String(request.headers['idempotency-key'] ?? '')
      this.posted.push({ path, key, body: request.body as Record<string, unknown> })
      await this.gate
      const refusal = [...this.refusals].find(([end]) => path.endsWith(end))
      if (refusal) {
        this.refusals.delete(refusal[0])
        const status = (refusal[1] as { status: number }).status
        return reply.code(status).type('application/problem+json').send(refusal[1])
      }
      if (path !== '/v1/sessions') return reply.code(201).send(this.payment)
      this.loggedIn = true
      return reply.code(201).send(session)
    })
    app.get('/v1/events', (request, reply) => {
      reply.hijack()
      reply.raw.writeHead(200, { ...reply.getHeaders(), 'content-type': 'text/event-stream' } as never)
      const last = Number(request.headers['last-event-id'] ?? 0)
      reply.raw.write('retry: 100\n\n')
      for (const text of this.#log.slice(last)) reply.raw.write(text)
      this.#streams.add(reply.raw)
      reply.raw.on('close', () => this.#streams.delete(reply.raw))
    })
  }
}

export function problem(status: number, changes: object = {}): object {
  return {
    type: 'about:blank',
    title: 'Refused',
    status,
    code: 'REFUSED',
    detail: 'The e-mail or the password is wrong.',
    remedy: 'fix-request',
    requestId: 'req_1',
    ...changes,
  }
}
