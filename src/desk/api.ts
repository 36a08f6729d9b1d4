import type { z } from 'zod'
import type { CardField } from '../contracts/card.ts'
import type { CreatePayment, PaymentResource, Problem, SessionResource } from '../contracts/desk-port.ts'
import type { OperationResource } from '../contracts/operations.ts'
import type { PlatformStatus } from '../contracts/platform-status.ts'
import { IntentKeys } from './intent-keys.ts'
import type { Found, PaymentQuery } from './lookup.ts'
import { pathTo, type RouteName, routes } from './routes.ts'

export type NewPayment = z.input<typeof CreatePayment>
export type Credentials = { readonly email: string; readonly password: string }

/** What the agent can do to a payment. */
export type PaymentCommand =
  | { readonly do: 'arm' | 'another-card' | 'confirm' | 'cancel' }
  | { readonly do: 'clear-field'; readonly field: CardField }
  | { readonly do: 'extend'; readonly bySeconds: number }

/** What the agent can order of an approved payment; amounts in minor units. */
export type PaymentOrder =
  | { readonly do: 'capture'; readonly amountMinor: number }
  | { readonly do: 'void' }
  | { readonly do: 'refund'; readonly amountMinor: number; readonly reason?: string }

const routeOf = {
  arm: 'arm',
  'another-card': 'useAnotherCard',
  confirm: 'confirm',
  cancel: 'cancel',
  'clear-field': 'clearField',
  extend: 'extend',
} as const satisfies Readonly<Record<PaymentCommand['do'], RouteName>>

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

export type ApiOptions = {
  readonly fetch: typeof fetch
  readonly keys?: IntentKeys
  /** The server's `Date` header, epoch ms, whenever there is one: the countdown is in the server's time. */
  readonly onServerTime?: (epochMs: number) => void
}

/** The API of control, as the desk uses it. Same origin; the session is an HttpOnly cookie that no script sees. */
export class Api {
  readonly #options: ApiOptions
  readonly #keys: IntentKeys
  readonly #underWay = new Map<string, Promise<Answer<unknown>>>()

  constructor(options: ApiOptions) {
    this.#options = options
    this.#keys = options.keys ?? new IntentKeys()
  }

  currentSession(): Promise<Answer<SessionResource>> {
    return this.#request('GET', '/v1/sessions/current')
  }

  logIn(credentials: Credentials): Promise<Answer<SessionResource>> {
    return this.#post('log-in', '/v1/sessions', credentials)
  }

  logOut(): Promise<Answer<null>> {
    return this.#request('DELETE', '/v1/sessions/current')
  }

  createPayment(payment: NewPayment): Promise<Answer<PaymentResource>> {
    return this.#post(`create-payment ${payment.callId}`, routes.createPayment, payment)
  }

  /** The agent begins anew on this call: the next payment is another intent, even with the same amount and reference. */
  forgetPaymentIntent(callId: string): void {
    this.#keys.settle(`create-payment ${callId}`)
  }

  getPayment(paymentId: string): Promise<Answer<PaymentResource>> {
    return this.#request('GET', pathTo('getPayment', paymentId))
  }

  /** With its captures, voids and refunds. */
  getRecord(paymentId: string): Promise<Answer<PaymentResource>> {
    return this.#request('GET', `${pathTo('getPayment', paymentId)}?expand=operations`)
  }

  findPayments({ reference, status }: PaymentQuery, cursor?: string): Promise<Answer<Found>> {
    const wanted = { reference, status, cursor, limit: String(pageLength) }
    const given = Object.entries(wanted).filter((pair): pair is [string, string] => Boolean(pair[1]))
    return this.#request('GET', `${routes.listPayments}?${new URLSearchParams(given)}`)
  }

  /** A capture, void or refund. The same order again, before it was answered, is the same request to the server. */
  order(paymentId: string, order: PaymentOrder): Promise<Answer<OperationResource>> {
    const { do: kind, ...body } = order
    return this.#post(`${kind} ${paymentId}`, pathTo(kind, paymentId), body)
  }

  /** Supervisors and admins only. */
  status(): Promise<Answer<PlatformStatus>> {
    return this.#request('GET', '/v1/status')
  }

  command(paymentId: string, command: PaymentCommand): Promise<Answer<PaymentResource>> {
    const { do: verb, ...body } = command
    const intent = `${verb} ${paymentId} ${'field' in command ? command.field : ''}`
    return this.#post(intent, pathTo(routeOf[verb], paymentId), body)
  }

  /** One request per intent at a time: a second click joins the first. */
  #post<T>(intent: string, path: string, body: object): Promise<Answer<T>> {
    const text = JSON.stringify(body)
    const same = `${intent}\n${text}`
    const running = this.#underWay.get(same)
    if (running) return running as Promise<Answer<T>>
    const key = this.#keys.keyFor(intent, text)
    const sent = this.#request<T>('POST', path, { key, text }).then((answer) => {
      if (isDefinite(answer)) this.#keys.settle(intent)
      return answer
    })
    this.#underWay.set(same, sent)
    void sent.finally(() => this.#underWay.delete(same))
    return sent
  }

  async #request<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    post?: { readonly key: string; readonly text: string },
  ): Promise<Answer<T>> {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (post) Object.assign(headers, { 'content-type': 'application/json', 'idempotency-key': post.key })
    try {
      const response = await this.#options.fetch(path, {
        method,
        headers,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.timeout(15_000),
        ...(post && { body: post.text }),
      })
      this.#noteServerTime(response)
      return await read<T>(response)
    } catch {
      return { ok: false, problem: null }
    }
  }

  #noteServerTime(response: Response): void {
    const epochMs = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(epochMs)) this.#options.onServerTime?.(epochMs)
  }
}

function isDefinite(answer: Answer<unknown>): boolean {
  if (answer.ok) return true
  if (answer.problem === null || indefinite.has(answer.problem.status)) return false
  // Nothing was done, or the first request with this key is still being answered.
  return answer.problem.remedy !== 'retry'
}

async function read<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text()
  if (response.ok) return { ok: true, value: (text === '' ? null : JSON.parse(text)) as T }
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    return { ok: false, problem: JSON.parse(text) as Problem }
  }
  return { ok: false, problem: unexplained(response.status) }
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
