import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'

export type Fault = 'none' | 'busy' | 'error' | 'cut-before' | 'cut-after' | 'slow'

/** What one target is like. */
export type ReceiverPlan = {
  readonly name: string
  /** Does what it hears of once, by `webhook-id`; without it, every arrival counts. */
  readonly dedupes: boolean
  /** How often each fault meets an event that comes for the first time. */
  readonly faults: Readonly<Partial<Record<Fault, number>>>
}

/** A merchant's endpoint with its own troubles. Notes every event that it took in, in the order in which it did. */
export class FaultyReceiver {
  readonly plan: ReceiverPlan
  readonly secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
  /** Ids of events, in order of arrival; of one that dedupes, each once. */
  readonly taken: string[] = []
  readonly met: Partial<Record<Fault, number>> = {}
  duplicates = 0
  unsigned = 0
  readonly #random: () => number
  readonly #seen = new Set<string>()
  readonly #tried = new Set<string>()
  #server: Server | undefined
  url = ''

  constructor(plan: ReceiverPlan, random: () => number) {
    this.plan = plan
    this.#random = random
  }

  async start(): Promise<this> {
    this.#server = createServer((request, response) => {
      const headers = request.headers as Record<string, string>
      void text(request).then(
        (body) => this.#answer(headers, body, response),
        () => {}, // The relay was killed while it wrote.
      )
    })
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${this.plan.name}`
    return this
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined))
  }

  #answer(headers: Record<string, string>, body: string, response: ServerResponse): void {
    const id = headers['webhook-id'] ?? ''
    const at = new Date(Number(headers['webhook-timestamp']) * 1_000)
    if (headers['webhook-signature'] !== new Webhook(this.secret).sign(id, at, body)) this.unsigned++
    // A fault at most once for each event, so that a run has an end.
    const fault = this.#tried.has(id) ? 'none' : this.#draw()
    this.#tried.add(id)
    this.met[fault] = (this.met[fault] ?? 0) + 1
    if (fault === 'busy') return void response.writeHead(429, { 'retry-after': '7' }).end()
    if (fault === 'error') return void response.writeHead(500).end()
    if (fault === 'cut-before') return void response.socket?.destroy()
    this.#take(id)
    if (fault === 'cut-after') return void response.socket?.destroy()
    const done = () => void response.writeHead(204).end()
    if (fault === 'slow') setTimeout(done, 40)
    else done()
  }

  #take(id: string): void {
    const before = this.#seen.has(id)
    this.#seen.add(id)
    if (before) this.duplicates++
    if (!before || !this.plan.dedupes) this.taken.push(id)
  }

  #draw(): Fault {
    let left = this.#random()
    for (const [fault, share] of Object.entries(this.plan.faults)) {
      left -= share
      if (left < 0) return fault as Fault
    }
    return 'none'
  }
}
