import { type ApiVersion, currentVersion } from '../contracts/api-version.ts'
import type { Problem } from '../contracts/desk-port.ts'
import type { AnswerOf, BodyOf, Query } from './endpoints.ts'
import { newKey } from './new-key.ts'
import { type EndpointName, routeOf } from './routes.ts'

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
  /** HTTP status of an answer that is not the platform's: a proxy's between, for example. */
  readonly status: number | undefined
  constructor(cause: unknown, key: string | undefined, status?: number) {
    super('the platform did not answer', { cause })
    this.key = key
    this.status = status
  }
}

/** Reads what was answered: checks it, or believes it. */
export type Reader = {
  readonly answer: (name: EndpointName, json: unknown) => unknown
  readonly problem: (json: unknown) => Problem
}

export type ApiClientOptions = {
  /** '' in a page of the platform's own. */
  readonly baseUrl: string
  /** Null: whoever is logged in, by the browser's cookie. */
  readonly apiKey: string | null
  readonly fetch?: typeof fetch
  /** The date of the API that answers are read by; the types of this client are of today's. */
  readonly version?: ApiVersion
  /** Believes answers unless told. */
  readonly reader?: Reader
}

export type RequestOptions<N extends EndpointName> = {
  readonly id?: string
  /** Of the paths that name a connection beside it. */
  readonly connectionId?: string
  readonly query?: Query
  /** Names the intent over retries; a new one unless told. */
  readonly key?: string
} & (BodyOf<N> extends undefined ? { readonly body?: undefined } : { readonly body?: BodyOf<N> })

const believing: Reader = { answer: (_name, json) => json, problem: (json) => json as Problem }

/**
 * The API with the types of its own contracts, and without a schema: for the desk, whose page may not make code of them
 * and has no room for them. Everybody else takes `TonewallClient`, which checks what it is answered.
 */
export class ApiClient {
  readonly #options: ApiClientOptions

  constructor(options: ApiClientOptions) {
    this.#options = options
  }

  /** Throws ApiRefused with the problem, or NoAnswer with the key to try again with. */
  async request<N extends EndpointName>(name: N, options: RequestOptions<N> = {}): Promise<AnswerOf<N>> {
    const { method, path } = routeOf(name)
    const { id, connectionId, query, body } = options
    const key = method === 'POST' ? (options.key ?? newKey()) : undefined
    const hasBody = method !== 'GET' && method !== 'DELETE'
    const url = `${this.#options.baseUrl}${fill(path, { id, connectionId })}${search(query)}`
    const headers = {
      ...this.headers(),
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    }
    const init = { method, headers, ...(hasBody ? { body: JSON.stringify(body ?? {}) } : {}) }
    const { status, text, isProblem } = await this.#send(url, init, key)
    const { answer, problem } = this.#options.reader ?? believing
    if (status >= 200 && status < 300)
      return answer(name, text === '' ? null : JSON.parse(text)) as AnswerOf<N>
    if (!isProblem) throw new NoAnswer(`status ${status}`, key, status)
    throw new ApiRefused(problem(JSON.parse(text)))
  }

  headers(): Record<string, string> {
    const { apiKey, version = currentVersion } = this.#options
    const who = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }
    return { ...who, 'tonewall-version': version }
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
