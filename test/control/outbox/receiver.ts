import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { Secret } from '../../../src/base/secret.ts'
import { MerchantEvent, type PaymentEvent } from '../../../src/contracts/payment-events.ts'

export type Received = {
  readonly id: string
  readonly event: PaymentEvent
  readonly headers: IncomingHttpHeaders
}

/** A merchant's endpoint on loopback, that verifies every signature as a merchant would. */
export class Receiver {
  readonly secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  readonly received: Received[] = []
  unverified = 0
  /** What it answers; 204 unless the test says otherwise. */
  answer: (response: ServerResponse, event: PaymentEvent) => void = (response) =>
    response.writeHead(204).end()
  /** The package compares the time with the machine's; a test's clock stands still, so that here only the rest is. */
  verify: (body: string, headers: Record<string, string>) => void = (body, headers) => {
    const at = new Date(Number(headers['webhook-timestamp']) * 1_000)
    const expected = new Webhook(this.secret).sign(headers['webhook-id'] ?? '', at, body)
    if (!headers['webhook-signature']?.split(' ').includes(expected)) throw new Error('signature')
  }
  url = ''
  #server: Server | undefined

  get config() {
    return { url: this.url, secret: new Secret(this.secret) }
  }

  async start(): Promise<this> {
    const server = createServer(async (request, response) => {
      const body = await text(request)
      const headers = request.headers as Record<string, string>
      try {
        this.verify(body, headers)
      } catch {
        this.unverified++
        response.writeHead(401).end()
        return
      }
      // Nearly all are of payments, and the tests of the others read nothing of one.
      const event = MerchantEvent.parse(JSON.parse(body)) as PaymentEvent
      this.received.push({ id: headers['webhook-id'] ?? '', event, headers: request.headers })
      this.answer(response, event)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tonewall`
    this.#server = server
    return this
  }

  types(paymentId: string): string[] {
    return this.received.filter(({ event }) => event.data.id === paymentId).map(({ event }) => event.type)
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined))
  }
}
