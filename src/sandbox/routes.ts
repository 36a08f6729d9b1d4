import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerWithFaults } from './answer-with-faults.ts'
import { AuthoriseRoute } from './authorise-route.ts'
import { cut, internalError, sendAnswer } from './broken-answer.ts'
import { addLinks } from './hosted-links.ts'
import { keyOf, type Parts } from './parts.ts'
import { settlementLinesOf } from './settlement-lines.ts'
import { settlementsOf } from './settlements.ts'
import { readAccount } from './test-accounts.ts'
import {
  DebitBody,
  FaultBody,
  InquiryQuery,
  MoneyBody,
  Refusal,
  SettlementLinesQuery,
  SettlementsQuery,
  TokenBody,
  VoidBody,
  WebhookBody,
} from './wire.ts'

type WithId = { Params: { id: string } }

/** The whole API of the gateway. */
export function addRoutes(app: FastifyInstance, parts: Parts): void {
  const { acquirer } = parts
  const authorise = new AuthoriseRoute(parts)

  app.post('/v1/authorisations', (request, reply) => authorise.handle(request, reply))
  app.get('/v1/authorisations', (request) => {
    const { ourReference } = InquiryQuery.parse(request.query)
    return { authorisations: [...acquirer.inquire(ourReference), ...authorise.pending(ourReference)] }
  })
  app.get<WithId>('/v1/authorisations/:id', (request) => acquirer.get(request.params.id))

  app.post('/v1/debits', (request, reply) => {
    const body = DebitBody.parse(request.body)
    const work = () => {
      const debit = acquirer.debit(body)
      if (debit.outcome === 'pending' && debit.id)
        parts.decideLater(debit.id, readAccount(body.account).outcome)
      return debit
    }
    return answerWithFaults(parts, { request, reply, body, operation: 'debit', amount: body.amount, work })
  })
  app.post('/v1/tokens', (request, reply) => {
    const body = TokenBody.parse(request.body)
    return answerOnce(parts, { request, reply, body, work: () => acquirer.tokenise(body.card) })
  })
  app.delete<{ Params: { token: string } }>('/v1/tokens/:token', (request, reply) => {
    const { kind } = parts.faults.take(0, undefined, 'forget')
    // Of the faults, those that a deletion can meet: refused before it, or cut off.
    if (kind === 'error-500-before') return reply.code(500).send(internalError)
    if (kind !== 'none') return cut(reply)
    if (!acquirer.forget(request.params.token))
      throw new Refusal(404, 'token_not_found', 'There is no such token.')
    return reply.code(204).send()
  })
  addLinks(app, parts)
  addFollowUps(app, parts)
  addBooks(app, parts)
}

/** What may follow an authorisation, and what became of it. */
function addFollowUps(app: FastifyInstance, parts: Parts): void {
  const { acquirer } = parts
  app.post<WithId>('/v1/authorisations/:id/captures', (request, reply) => {
    const body = MoneyBody.parse(request.body)
    const work = () => acquirer.capture(request.params.id, body)
    return answerWithFaults(parts, { request, reply, body, operation: 'capture', amount: body.amount, work })
  })
  app.post<WithId>('/v1/authorisations/:id/voids', (request, reply) => {
    const body = VoidBody.parse(request.body)
    const work = () => acquirer.void(request.params.id, body)
    return answerWithFaults(parts, { request, reply, body, operation: 'void', amount: 0, work })
  })
  app.post<WithId>('/v1/authorisations/:id/refunds', (request, reply) => {
    const body = MoneyBody.parse(request.body)
    return answerWithFaults(parts, {
      ...{ request, reply, body, operation: 'refund', amount: body.amount },
      work: (fault) => {
        const later = fault === 'pending' || fault === 'pending-fails'
        const refund = acquirer.refund(request.params.id, body, later ? 'pending' : 'done')
        if (later) parts.finishLater(refund.id, fault === 'pending')
        return refund
      },
    })
  })
  app.get('/v1/movements', (request) => {
    const { ourReference } = InquiryQuery.parse(request.query)
    return { movements: acquirer.movements(ourReference) }
  })
}

/** The books, as their owner reads them, and what a test may order. */
function addBooks(app: FastifyInstance, { clock, faults, ledger, log, notifier }: Parts): void {
  app.get('/v1/ledger', () => ({ lines: ledger.lines() }))
  app.get('/v1/settlements', (request) => {
    const { since } = SettlementsQuery.parse(request.query)
    return { settlements: settlementsOf(ledger.lines(), clock.now(), since) }
  })
  app.get('/v1/settlement-lines', (request) =>
    settlementLinesOf(ledger.lines(), SettlementLinesQuery.parse(request.query)),
  )
  app.get('/v1/faults', () => faults.current)
  app.put('/v1/faults', (request) => {
    faults.set(FaultBody.parse(request.body))
    log.info({ kind: faults.current.fault, count: faults.current.left }, 'fault planned')
    return faults.current
  })
  app.put('/v1/webhook', (request, reply) => {
    notifier.pointTo(WebhookBody.parse(request.body))
    return reply.code(204).send()
  })
}

type Once = {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly body: object
  readonly work: () => object
}

async function answerOnce({ once }: Parts, { request, reply, body, work }: Once): Promise<FastifyReply> {
  const intent = { key: keyOf(request), path: request.url, body }
  const answer = await once.run(intent, { work: () => ({ status: 201, body: JSON.stringify(work()) }) })
  if (answer.replayed) reply.header('idempotent-replayed', 'true')
  return sendAnswer(reply, answer)
}
