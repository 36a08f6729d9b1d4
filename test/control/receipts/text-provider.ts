import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Secret } from '../../../src/base/secret.ts'

export type SentText = { readonly sid: string; readonly to: string; readonly body: string }

/**
 * Twilio's Messages resource as a receiver of requests sees it (documented at
 * https://www.twilio.com/docs/messaging/api/message-resource): basic authentication, form in, JSON out, no idempotency
 * key. Keeps every message that it took, whatever it answered.
 */
export class TextProvider {
  readonly accountSid = `AC${'1'.repeat(32)}`
  readonly authToken = 'token-of-the-test'
  readonly sent: SentText[] = []
  lookUps = 0
  /** What becomes of a message and its answer. `take` keeps it. */
  onMessage: (take: () => SentText, response: ServerResponse) => void = (take, response) =>
    json(response, 201, { ...take(), status: 'queued' })
  /** What a look-up shows; everything unless told. */
  listed: () => readonly SentText[] = () => this.sent
  lookUpStatus = 200
  #server: Server | undefined
  port = 0

  get config() {
    const apiOrigin = `http://127.0.0.1:${this.port}`
    const { accountSid } = this
    return { accountSid, authToken: new Secret(this.authToken), from: '+441632960000', apiOrigin }
  }

  async start(): Promise<this> {
    const expected = `Basic ${Buffer.from(`${this.accountSid}:${this.authToken}`).toString('base64')}`
    this.#server = createServer(async (request, response) => {
      const body = await text(request)
      if (request.headers.authorization !== expected) return json(response, 401, { code: 20003 })
      const url = new URL(request.url ?? '', 'http://x')
      if (request.method === 'POST') {
        const form = new URLSearchParams(body)
        const take = () => {
          const sid = `SM${String(this.sent.length).padStart(32, '0')}`
          const message = { sid, to: form.get('To') ?? '', body: form.get('Body') ?? '' }
          this.sent.push(message)
          return message
        }
        return this.onMessage(take, response)
      }
      this.lookUps++
      const found = this.listed().filter(({ to }) => to === url.searchParams.get('To'))
      const messages = found.map((message) => ({ ...message, status: 'delivered' }))
      json(response, this.lookUpStatus, { messages })
    })
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve))
    this.port = (this.#server.address() as AddressInfo).port
    return this
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined))
  }
}

export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
