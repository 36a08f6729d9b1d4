import type { FastifyReply, FastifyRequest } from 'fastify'
import { answerWithFaults } from './answer-with-faults.ts'
import type { Parts } from './parts.ts'
import { type Authorisation, AuthorisationBody } from './wire.ts'

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

  handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = AuthorisationBody.parse(request.body)
    const { acquirer } = this.#parts
    return answerWithFaults(this.#parts, {
      ...{ request, reply, body, operation: 'authorise', amount: body.amount },
      work: () => acquirer.authorise(body),
      during: async (waiting) => {
        this.#pending.add(body)
        await waiting().finally(() => this.#pending.delete(body))
      },
    })
  }

  /** What is under way with this reference, not yet in the ledger. */
  pending(ourReference: string): Authorisation[] {
    return [...this.#pending].filter((body) => body.ourReference === ourReference).map(pendingView)
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
    networkRef: null,
    token: null,
    debit: false,
    card: null,
    createdAt: null,
  }
}
