import { readFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'

export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  readonly json: any
}

export type ClientOptions = { readonly port: number; readonly dataDir: string; readonly apiKey: string }

type Ask = {
  readonly key?: string
  /** Gives up, as a client does whose time limit has passed. */
  readonly signal?: AbortSignal
  readonly apiKey?: string | null
}

/** Talks to a gateway as a merchant would: over TLS, trusting its CA alone. A reset or a timeout rejects. */
export class GatewayClient {
  readonly #options: ClientOptions
  readonly #ca: string

  constructor(options: ClientOptions) {
    this.#options = options
    this.#ca = readFileSync(path.join(options.dataDir, 'ca.pem'), 'utf8')
  }

  get(target: string, ask: Ask = {}): Promise<Reply> {
    return this.#send('GET', target, undefined, ask)
  }

  post(target: string, body: unknown, ask: Ask = {}): Promise<Reply> {
    return this.#send('POST', target, body, ask)
  }

  put(target: string, body: unknown): Promise<Reply> {
    return this.#send('PUT', target, body, {})
  }

  fault(body: unknown): Promise<Reply> {
    return this.#send('PUT', '/v1/faults', body, {})
  }

  /** Resolves once every planned fault has met its authorisation. */
  async faultTaken(): Promise<void> {
    while ((await this.get('/v1/faults')).json.left > 0);
  }

  /** Resolves once no authorisation is under way with this reference. */
  async nothingPending(ourReference: string): Promise<void> {
    const target = `/v1/authorisations?ourReference=${ourReference}`
    const pending = async () =>
      (await this.get(target)).json.authorisations.some(
        ({ outcome }: { outcome: string }) => outcome === 'pending',
      )
    while (await pending());
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  async ledger(): Promise<any[]> {
    return (await this.get('/v1/ledger')).json.lines
  }

  #send(method: string, target: string, body: unknown, ask: Ask): Promise<Reply> {
    const { port, apiKey } = this.#options
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
    const bearer = ask.apiKey === undefined ? apiKey : ask.apiKey
    const headers = {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...(ask.key === undefined ? {} : { 'idempotency-key': ask.key }),
    }
    return new Promise((resolve, reject) => {
      const { signal } = ask
      const options = {
        host: '127.0.0.1',
        port,
        path: target,
        method,
        headers,
        ca: this.#ca,
        agent: false,
        ...(signal && { signal }),
      }
      const request = https.request(options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => resolve(replyOf(response.statusCode ?? 0, response.headers, chunks)))
      })
      request.on('error', reject)
      request.end(text)
    })
  }
}

function replyOf(status: number, headers: Reply['headers'], chunks: readonly Buffer[]): Reply {
  const body = Buffer.concat(chunks).toString()
  const isJson = String(headers['content-type']).startsWith('application/json')
  return { status, headers, body, json: isJson ? JSON.parse(body) : undefined }
}
