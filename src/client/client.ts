import { randomUUID } from 'node:crypto'
import { type ApiVersion, currentVersion } from '../contracts/api-version.ts'
import { Problem } from '../contracts/desk-port.ts'
import { type AnswerOf, type BodyOf, type EndpointName, endpoints, type Query } from './endpoints.ts'

/** The API refused: its problem document, with the stable code and the remedy. */
export class ApiRefused extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`)
    this.problem = problem
  }
}

/** No answer that says what became of the request. Send it again with the same key: it is never carried out twice. */
export class NoAnswer extends Error {
  readonly key: string | undefined
  constructor(cause: unknown, key: string | undefined) {
    super('the platform did not answer', { cause })
    this.key = key
  }
}

export type ClientOptions = {
  readonly baseUrl: string
  readonly apiKey: string
  readonly fetch?: typeof fetch
  /** The date of the API that answers are read by; the types of this client are of today's. */
  readonly version?: ApiVersion
}

export type RequestOptions<N extends EndpointName> = {
  readonly id?: string
  /** Of the paths that name a connection beside it. */
  readonly connectionId?: string
  readonly query?: Query
  /** Names the intent over retries; a new one unless told. */
  readonly key?: string
} & (BodyOf<N> extends undefined ? { readonly body?: undefined } : { readonly body?: BodyOf<N> })

/**
 * The API with the types of its own contracts. Answers are checked against them, so that what a method returns is what
 * its type says.
 */
export class TonewallClient {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** Throws ApiRefused with the problem, or NoAnswer with the key to try again with. */
  async request<N extends EndpointName>(name: N, options: RequestOptions<N> = {}): Promise<AnswerOf<N>> {
    const { method, path, answer } = endpoints[name]
    const { id, connectionId, query, body, key = randomUUID() } = options
    const isPost = method === 'POST'
    const hasBody = isPost || method === 'PUT' || method === 'PATCH'
    const url = `${this.#options.baseUrl}${fill(path, { id, connectionId })}${search(query)}`
    const headers = {
      ...this.headers(),
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(isPost ? { 'idempotency-key': key } : {}),
    }
    const init = { method, headers, ...(hasBody ? { body: JSON.stringify(body ?? {}) } : {}) }
    const { status, text, isProblem } = await this.#send(url, init, isPost ? key : undefined)
    if (status >= 200 && status < 300)
      return answer.parse(text === '' ? null : JSON.parse(text)) as AnswerOf<N>
    if (!isProblem) throw new NoAnswer(`status ${status}`, isPost ? key : undefined)
    throw new ApiRefused(Problem.parse(JSON.parse(text)))
  }

  headers(): Record<string, string> {
    const { apiKey, version = currentVersion } = this.#options
    return { authorization: `Bearer ${apiKey}`, 'tonewall-version': version }
  }

  async #send(url: string, init: RequestInit, key: string | undefined) {
    try {
      const response = await (this.#options.fetch ?? fetch)(url, init)
      const type = response.headers.get('content-type') ?? ''
      const isProblem = type.startsWith('application/problem+json')
      return { status: response.status, text: await response.text(), isProblem }
    } catch (error) {
      throw new NoAnswer(error, key)
    }
  }
}

function fill(path: string, names: Readonly<Record<string, string | undefined>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = names[name]
    if (value === undefined) throw new TypeError(`this request needs ${name === 'id' ? 'an id' : name}`)
    return encodeURIComponent(value)
  })
}

function search(query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const pairs = given.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)])
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}
