import { randomUUID } from 'node:crypto'
import { CallResource, DeskEvent, PaymentResource, Problem } from '../contracts/desk-port.ts'

/** The API refused: its problem document, with the stable code. */
export class ApiRefused extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`)
    this.problem = problem
  }
}

type Body = Readonly<Record<string, unknown>>
export type ApiClientOptions = { readonly baseUrl: string; readonly apiKey: string }

/** A merchant's system: what it says to the API with a machine key. */
export class ApiClient {
  readonly #options: ApiClientOptions
  /** All that was said over HTTP, both ways, for the canary's search. */
  readonly transcript: string[] = []

  constructor(options: ApiClientOptions) {
    this.#options = options
  }

  async calls(): Promise<CallResource[]> {
    const page = (await this.#ask('GET', '/v1/calls')) as { data: unknown[] }
    return page.data.map((call) => CallResource.parse(call))
  }

  async createPayment(body: Body, key?: string): Promise<PaymentResource> {
    return PaymentResource.parse(await this.#ask('POST', '/v1/payments', { body, key }))
  }

  async payment(id: string): Promise<PaymentResource> {
    return PaymentResource.parse(await this.#ask('GET', `/v1/payments/${id}`))
  }

  /** arm, clear-field, another-card, extend, confirm or cancel. */
  async act(
    id: string,
    verb: string,
    { body = {}, key }: { body?: Body; key?: string } = {},
  ): Promise<PaymentResource> {
    return PaymentResource.parse(await this.#ask('POST', `/v1/payments/${id}/${verb}`, { body, key }))
  }

  async createEndpoint(url: string): Promise<{ id: string; secret: string }> {
    return (await this.#ask('POST', '/v1/webhook-endpoints', { body: { url } })) as {
      id: string
      secret: string
    }
  }

  /** The desk's events, until the signal; comes back by itself with what was missed. */
  async *events(signal: AbortSignal): AsyncGenerator<DeskEvent> {
    let lastId: string | undefined
    while (!signal.aborted) {
      try {
        const headers = {
          ...this.#headers(),
          accept: 'text/event-stream',
          ...(lastId && { 'last-event-id': lastId }),
        }
        const response = await fetch(`${this.#options.baseUrl}/v1/events`, { headers, signal })
        if (!response.ok || !response.body) throw new Error(`events: ${response.status}`)
        for await (const { id, data } of serverSentEvents(response.body)) {
          lastId = id ?? lastId
          this.transcript.push(data)
          yield DeskEvent.parse(JSON.parse(data))
        }
      } catch (error) {
        if (error instanceof SyntaxError) throw error
        if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#options.apiKey}` }
  }

  async #ask(
    method: string,
    path: string,
    { body, key }: { body?: Body; key?: string | undefined } = {},
  ): Promise<unknown> {
    const headers = this.#headers()
    if (body)
      Object.assign(headers, { 'content-type': 'application/json', 'idempotency-key': key ?? randomUUID() })
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const response = await fetch(`${this.#options.baseUrl}${path}`, init)
    const text = await response.text()
    this.transcript.push(`${method} ${path} ${init.body ?? ''}`, text)
    const answer: unknown = text === '' ? null : JSON.parse(text)
    if (!response.ok) throw new ApiRefused(Problem.parse(answer))
    return answer
  }
}

/** Reads the event stream format of the HTML standard: `id:` and `data:` lines, an empty line ends an event. */
async function* serverSentEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<{ id: string | undefined; data: string }> {
  let held = ''
  let id: string | undefined
  let data: string[] = []
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    const lines = (held + decoder.decode(chunk, { stream: true })).split('\n')
    held = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { id, data: data.join('\n') }
        data = []
      } else if (line.startsWith('id:')) id = line.slice(3).trim()
      else if (line.startsWith('data:')) data.push(line.slice(5).trimStart())
    }
  }
}
