import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AuthoriseRoute } from './authorise-route.ts'
import { sendAnswer } from './broken-answer.ts'
import { keyOf, type Parts } from './parts.ts'
import { settlementsOf } from './settlements.ts'
import { FaultBody, InquiryQuery, MoneyBody, SettlementsQuery, TokenBody, VoidBody } from './wire.ts'

type WithId = { Params: { id: string } }

/** The whole API of the gateway. */
export function addRoutes(app: FastifyInstance, parts: Parts): void {
  const { acquirer, clock, faults, ledger, log } = parts
  const authorise = new AuthoriseRoute(parts)

  app.post('/v1/authorisations', (request, reply) => authorise.handle(request, reply))
  app.get('/v1/authorisations', (request) => {
    const { ourReference } = InquiryQuery.parse(request.query)
    return { authorisations: [...acquirer.inquire(ourReference), ...authorise.pending(ourReference)] }
  })
  app.get<WithId>('/v1/authorisations/:id', (request) => acquirer.get(request.params.id))

  app.post('/v1/tokens', (request, reply) => {
    const body = TokenBody.parse(request.body)
    return answerOnce(parts, { request, reply, body, work: () => acquirer.tokenise(body.card) })
  })
  app.post<WithId>('/v1/authorisations/:id/captures', (request, reply) => {
    const body = MoneyBody.parse(request.body)
    return answerOnce(parts, { request, reply, body, work: () => acquirer.capture(request.params.id, body) })
  })
  app.post<WithId>('/v1/authorisations/:id/voids', (request, reply) => {
    const body = VoidBody.parse(request.body)
    return answerOnce(parts, { request, reply, body, work: () => acquirer.void(request.params.id, body) })
  })
  app.post<WithId>('/v1/authorisations/:id/refunds', (request, reply) => {
    const body = MoneyBody.parse(request.body)
    return answerOnce(parts, { request, reply, body, work: () => acquirer.refund(request.params.id, body) })
  })

  app.get('/v1/ledger', () => ({ lines: ledger.lines() }))
  app.get('/v1/settlements', (request) => {
    const { since } = SettlementsQuery.parse(request.query)
    return { settlements: settlementsOf(ledger.lines(), clock.now(), since) }
  })
  app.get('/v1/faults', () => faults.current)
  app.put('/v1/faults', (request) => {
    faults.set(FaultBody.parse(request.body))
    log.info({ kind: faults.current.fault, count: faults.current.left }, 'fault planned')
    return faults.current
  })
}

type Once = {
  readonly request: FastifyRequest<WithId> | FastifyRequest
  readonly reply: FastifyReply
  readonly body: object
  readonly work: () => object
}

async function answerOnce({ once }: Parts, { request, reply, body, work }: Once): Promise<FastifyReply> {
  const intent = { key: keyOf(request as FastifyRequest), path: request.url, body }
  const answer = await once.run(intent, { work: () => ({ status: 201, body: JSON.stringify(work()) }) })
  if (answer.replayed) reply.header('idempotent-replayed', 'true')
  return sendAnswer(reply, answer)
}
