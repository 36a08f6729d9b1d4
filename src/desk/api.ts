import { type ApiClient, ApiRefused, NoAnswer, type RequestOptions } from '../client/api-client.ts'
import type { AnswerOf, BodyOf } from '../client/endpoints.ts'
import type { EndpointName } from '../client/routes.ts'
import type { KeyedField } from '../contracts/card.ts'
import type { PaymentResource, Problem, SessionResource } from '../contracts/desk-port.ts'
import type { OperationResource } from '../contracts/operations.ts'
import type { PlatformStatus } from '../contracts/platform-status.ts'
import { type DeskClientOptions, deskClient } from './desk-client.ts'
import { IntentKeys } from './intent-keys.ts'
import type { Found, PaymentQuery } from './lookup.ts'

export type NewPayment = BodyOf<'createPayment'>
export type Credentials = { readonly email: string; readonly password: string }

/** What the agent can do to a payment. */
export type PaymentCommand =
  | { readonly do: 'arm' | 'another-card' | 'confirm' | 'cancel' }
  | { readonly do: 'clear-field'; readonly field: KeyedField }
  | { readonly do: 'extend'; readonly bySeconds: number }

/** What the agent can order of an approved payment; amounts in minor units. */
export type PaymentOrder =
  | { readonly do: 'capture'; readonly amountMinor: number }
  | { readonly do: 'void' }
  | { readonly do: 'refund'; readonly amountMinor: number; readonly reason?: string }

const nameOf = {
  arm: 'arm',
  'another-card': 'useAnotherCard',
  confirm: 'confirm',
  cancel: 'cancel',
  'clear-field': 'clearField',
  extend: 'extend',
} as const satisfies Readonly<Record<PaymentCommand['do'], EndpointName>>

/** Payments on a page of the search. */
const pageLength = 20

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  /** The API refused, and says why. */
  | { readonly ok: false; readonly problem: Problem }
  /** No readable answer: the request may have taken effect. Asking again with the same key is safe. */
  | { readonly ok: false; readonly problem: null }

/**
 * Answers that say nothing of what became of the request, from control (429, 503) or a proxy before it. Any other
 * answer is kept by the server for its key, so the same key would only bring the same answer again.
 */
const indefinite = new Set([408, 425, 429, 502, 503, 504])

export type ApiOptions = DeskClientOptions & { readonly keys?: IntentKeys }

/** The API of control, as the agent's part of the desk uses it. */
export class Api {
  readonly #client: ApiClient
  readonly #keys: IntentKeys
  readonly #underWay = new Map<string, Promise<Answer<unknown>>>()

  constructor(options: ApiOptions) {
    this.#client = deskClient(options)
    this.#keys = options.keys ?? new IntentKeys()
  }

  currentSession(): Promise<Answer<SessionResource>> {
    return this.#request('currentSession')
  }

  logIn(credentials: Credentials): Promise<Answer<SessionResource>> {
    return this.#post('log-in', 'logIn', { body: credentials })
  }

  logOut(): Promise<Answer<null>> {
    return this.#request('logOut')
  }

  createPayment(payment: NewPayment): Promise<Answer<PaymentResource>> {
    return this.#post(`create-payment ${payment.callId}`, 'createPayment', { body: payment })
  }

  /** The agent begins anew on this call: the next payment is another intent, even with the same amount and reference. */
  forgetPaymentIntent(callId: string): void {
    this.#keys.settle(`create-payment ${callId}`)
  }

  getPayment(paymentId: string): Promise<Answer<PaymentResource>> {
    return this.#request('getPayment', { id: paymentId })
  }

  /** With its captures, voids and refunds. */
  getRecord(paymentId: string): Promise<Answer<PaymentResource>> {
    return this.#request('getPayment', { id: paymentId, query: { expand: ['operations'] } })
  }

  findPayments({ reference, customer, status }: PaymentQuery, cursor?: string): Promise<Answer<Found>> {
    const given = Object.entries({ reference, customer, status, cursor }).filter(([, value]) =>
      Boolean(value),
    )
    return this.#request('listPayments', { query: { ...Object.fromEntries(given), limit: pageLength } })
  }

  /** A capture, void or refund. The same order again, before it was answered, is the same request to the server. */
  order(paymentId: string, order: PaymentOrder): Promise<Answer<OperationResource>> {
    const { do: kind, ...body } = order
    return this.#post(`${kind} ${paymentId}`, kind, { id: paymentId, body })
  }

  /** Supervisors and admins only. */
  status(): Promise<Answer<PlatformStatus>> {
    return this.#request('getStatus')
  }

  command(paymentId: string, command: PaymentCommand): Promise<Answer<PaymentResource>> {
    const { do: verb, ...body } = command
    const intent = `${verb} ${paymentId} ${'field' in command ? command.field : ''}`
    return this.#post(intent, nameOf[verb], { id: paymentId, body })
  }

  /** One request per intent at a time: a second click joins the first. */
  #post<N extends EndpointName>(
    intent: string,
    name: N,
    { body, ...options }: RequestOptions<N>,
  ): Promise<Answer<AnswerOf<N>>> {
    const text = JSON.stringify(body ?? {})
    const same = `${intent}\n${text}`
    const running = this.#underWay.get(same)
    if (running) return running as Promise<Answer<AnswerOf<N>>>
    const key = this.#keys.keyFor(intent, text)
    const sent = this.#request(name, { ...options, body, key } as RequestOptions<N>).then((answer) => {
      if (isDefinite(answer)) this.#keys.settle(intent)
      return answer
    })
    this.#underWay.set(same, sent)
    void sent.finally(() => this.#underWay.delete(same))
    return sent
  }

  async #request<N extends EndpointName>(name: N, options?: RequestOptions<N>): Promise<Answer<AnswerOf<N>>> {
    try {
      return { ok: true, value: await this.#client.request(name, options) }
    } catch (error) {
      if (error instanceof ApiRefused) return { ok: false, problem: error.problem }
      const status = error instanceof NoAnswer ? error.status : undefined
      return { ok: false, problem: status === undefined ? null : unexplained(status) }
    }
  }
}

function isDefinite(answer: Answer<unknown>): boolean {
  if (answer.ok) return true
  if (answer.problem === null || indefinite.has(answer.problem.status)) return false
  // Nothing was done, or the first request with this key is still being answered.
  return answer.problem.remedy !== 'retry'
}

/** An error that did not come from control: a proxy between, for example. */
function unexplained(status: number): Problem {
  return {
    type: 'about:blank',
    title: 'The platform did not answer',
    status,
    code: 'UNEXPLAINED',
    detail: `The server answered with status ${status} and no explanation.`,
    remedy: 'retry',
    requestId: '',
  }
}
