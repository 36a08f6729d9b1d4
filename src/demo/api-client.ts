import type { z } from 'zod'
import { TonewallClient } from '../client/client.ts'
import type { ConnectionResource, NewConnection } from '../contracts/connections.ts'
import {
  type CallResource,
  type CreatePayment,
  DeskEvent,
  type PaymentResource,
} from '../contracts/desk-port.ts'

/** Thrown by every method that the API refuses. */
export { ApiRefused } from '../client/api-client.ts'

type Body = Readonly<Record<string, unknown>>
export type ApiClientOptions = { readonly baseUrl: string; readonly apiKey: string }

const verbs = {
  arm: 'arm',
  'clear-field': 'clearField',
  'another-card': 'useAnotherCard',
  extend: 'extend',
  confirm: 'confirm',
  cancel: 'cancel',
} as const
export type Verb = keyof typeof verbs

/** A merchant's system: what it says to the API with a machine key. */
export class ApiClient {
  readonly #options: ApiClientOptions
  readonly #client: TonewallClient
  /** All that was said over HTTP, both ways, for the canary's search. */
  readonly transcript: string[] = []

  constructor(options: ApiClientOptions) {
    this.#options = options
    const recorded: typeof fetch = async (url, init) => {
      const response = await fetch(url, init)
      const text = await response.clone().text()
      this.transcript.push(`${init?.method} ${url} ${init?.body ?? ''}`, text)
      return response
    }
    this.#client = new TonewallClient({ ...options, fetch: recorded })
  }

  async calls(): Promise<CallResource[]> {
    return (await this.#client.request('listCalls')).data
  }

  createPayment(body: Body, key?: string): Promise<PaymentResource> {
    const payment = body as z.input<typeof CreatePayment>
    return this.#client.request('createPayment', { body: payment, ...(key === undefined ? {} : { key }) })
  }

  payment(id: string): Promise<PaymentResource> {
    return this.#client.request('getPayment', { id })
  }

  async act(
    id: string,
    verb: string,
    { body = {}, key }: { body?: Body; key?: string } = {},
  ): Promise<PaymentResource> {
    const name = verbs[verb as Verb]
    return this.#client.request(name, { id, body: body as never, ...(key === undefined ? {} : { key }) })
  }

  hangUp(callId: string): Promise<CallResource> {
    return this.#client.request('hangUp', { id: callId })
  }

  createEndpoint(url: string): Promise<{ id: string; secret: string }> {
    return this.#client.request('createWebhookEndpoint', { body: { url } })
  }

  /** The caller has agreed to be sent a receipt by e-mail. */
  async orderReceipt(id: string, to: string): Promise<void> {
    await this.#client.request('orderReceipt', { id, body: { channel: 'email', to, consent: true } })
  }

  /** A connection to a CRM or to the books, made and connected with what the app proves by itself. */
  async connect(connection: z.input<typeof NewConnection>): Promise<ConnectionResource> {
    const { id } = await this.#client.request('createConnection', { body: connection })
    return (await this.#client.request('connect', { id, body: {} })).connection
  }

  /** The desk's events, until the signal; comes back by itself with what was missed. */
  async *events(signal: AbortSignal): AsyncGenerator<DeskEvent> {
    let lastId: string | undefined
    while (!signal.aborted) {
      try {
        const headers = {
          ...this.#client.headers(),
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
