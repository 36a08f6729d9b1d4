import type { FastifyReply, FastifyRequest } from 'fastify'
import { cut, internalError, sendAnswer, sendBroken } from './broken-answer.ts'
import type { Fault } from './faults.ts'
import { keyOf, type Parts } from './parts.ts'
import { type Authorisation, AuthorisationBody, Refusal } from './wire.ts'

/**
 * POST /v1/authorisations, with its faults. Between its arrival and its commit an authorisation is `pending` for
 * those who inquire: a gateway that said "unknown" then would invite a second charge.
 */
export class AuthoriseRoute {
  readonly #parts: Parts
  readonly #pending = new Set<AuthorisationBody>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { once, acquirer, faults, log, stopping } = this.#parts
    const body = AuthorisationBody.parse(request.body)
    const key = keyOf(request)
    let fault: Fault | undefined
    try {
      const answer = await once.run(
        { key, path: request.url, body },
        {
          prepare: async () => {
            fault = faults.take(body.amount, key)
            if (fault.kind !== 'none') log.warn({ kind: fault.kind }, 'fault injected')
            await this.#prepare(body, fault, reply)
          },
          work: () => ({ status: 201, body: JSON.stringify(acquirer.authorise(body)) }),
        },
      )
      if (answer.replayed) return sendAnswer(reply.header('idempotent-replayed', 'true'), answer)
      return fault ? sendBroken(reply, answer, { fault, stopping }) : sendAnswer(reply, answer)
    } catch (error) {
      if (!(error instanceof FailedBefore)) throw error
      return error.kind === 'error-500-before' ? reply.code(500).send(internalError) : cut(reply)
    }
  }

  /** What is under way with this reference, not yet in the ledger. */
  pending(ourReference: string): Authorisation[] {
    return [...this.#pending].filter((body) => body.ourReference === ourReference).map(pendingView)
  }

  /** All that happens before the commit; throws FailedBefore when there shall be none. */
  async #prepare(body: AuthorisationBody, fault: Fault, reply: FastifyReply): Promise<void> {
    this.#pending.add(body)
    try {
      if (fault.kind === 'reset-before-commit' || fault.kind === 'error-500-before') {
        throw new FailedBefore(fault.kind)
      }
      if (fault.kind === 'hang-before-commit') {
        await this.#closed(reply)
        throw new FailedBefore(fault.kind)
      }
      if (fault.kind === 'slow') await this.#wait(fault.slowMs)
    } finally {
      this.#pending.delete(body)
    }
  }

  /** Until the client has gone, or the gateway stops. */
  #closed(reply: FastifyReply): Promise<void> {
    const { stopping } = this.#parts
    return new Promise((resolve) => {
      const done = () => {
        stopping.removeEventListener('abort', done)
        resolve()
      }
      reply.raw.once('close', done)
      stopping.addEventListener('abort', done)
    })
  }

  #wait(ms: number): Promise<void> {
    const { clock, stopping } = this.#parts
    return new Promise((resolve, reject) => {
      const stop = () => {
        timer.cancel()
        reject(new Refusal(503, 'stopping', 'The gateway is stopping; nothing was committed.'))
      }
      const timer = clock.after(ms, () => {
        stopping.removeEventListener('abort', stop)
        resolve()
      })
      stopping.addEventListener('abort', stop, { once: true })
    })
  }
}

class FailedBefore extends Error {
  readonly kind: Fault['kind']
  constructor(kind: Fault['kind']) {
    super('a planned fault, before anything was committed')
    this.kind = kind
  }
}

function pendingView(body: AuthorisationBody): Authorisation {
  const { amount, currency, ourReference, merchantReference } = body
  return {
    id: null,
    outcome: 'pending',
    status: 'pending',
    amount,
    currency,
    ourReference,
    merchantReference,
    captured: false,
    capturedAmount: 0,
    refundedAmount: 0,
    authCode: null,
    decline: null,
    card: null,
    createdAt: null,
  }
}
