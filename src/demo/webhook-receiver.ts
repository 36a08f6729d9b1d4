import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { PaymentEvent } from '../contracts/payment-events.ts'

export type ReceivedWebhook = { readonly id: string; readonly event: PaymentEvent }

export type WebhookReceiver = {
  readonly url: string
  /** Events whose signature was good, in order of arrival, each delivery once. */
  readonly received: readonly ReceivedWebhook[]
  /** Requests that were not signed by the secret. */
  readonly refused: number
  /** Whole bodies as they came, for the canary's search. */
  readonly bodies: readonly string[]
  /** The secret comes from the platform when the endpoint is made. */
  trust(secret: string): void
  close(): Promise<void>
}

/** A merchant's endpoint: takes webhooks on loopback and verifies each as the Standard Webhooks specification says. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = []
  const bodies: string[] = []
  let verifier: Webhook | undefined
  let refused = 0
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      bodies.push(body)
      try {
        if (!verifier) throw new Error('no secret yet')
        const event = PaymentEvent.parse(verifier.verify(body, request.headers as Record<string, string>))
        const id = String(request.headers['webhook-id'])
        if (!received.some((known) => known.id === id)) received.push({ id, event })
        response.writeHead(204).end()
      } catch {
        refused++
        response.writeHead(401).end()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    bodies,
    get refused() {
      return refused
    },
    trust: (secret) => {
      verifier = new Webhook(secret)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
