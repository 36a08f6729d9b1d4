import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { GatewayCall, GatewayReply } from '../../../src/contracts/gateway-call.ts'
import { identityIn } from '../../../src/sandbox/certificate-authority.ts'

type Entry = {
  readonly ourReference: string
  readonly idempotencyKey: string
  readonly amount: number
  readonly currency: string
  readonly outcome: 'approved' | 'declined'
}

/** The other end of the sandbox connector's conversation: a ledger, and inquiries over real TLS. */
export class ScriptedGateway {
  readonly ledger: Entry[] = []
  inquiries = 0
  /** Names another amount than it was asked for. */
  echoOffBy = 0
  /** Status of inquiries, for a gateway that has troubles of its own. */
  inquiryStatus = 200
  origin = ''
  caFile = ''
  #server: Server | undefined

  async start(dir: string): Promise<void> {
    const dataDir = path.join(dir, 'gateway')
    const { certificate, key } = await identityIn({ dataDir, hosts: ['127.0.0.1'], nowMs: Date.now() })
    this.caFile = path.join(dataDir, 'ca.pem')
    const server = createServer({ cert: certificate, key }, (request, response) => {
      this.inquiries++
      const url = new URL(request.url ?? '/', this.origin)
      const found = this.ledger.filter((entry) => entry.ourReference === url.searchParams.get('ourReference'))
      response.writeHead(this.inquiryStatus, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ authorisations: found.map((entry) => this.#resource(entry)) }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    this.origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    this.#server = server
  }

  /** The card process sends: the gateway approves, once for each key. */
  approve(call: GatewayCall): GatewayReply {
    return this.#answer(this.#book(call, 'approved'))
  }

  decline(call: GatewayCall): GatewayReply {
    return this.#answer(this.#book(call, 'declined'))
  }

  /** The gateway approves, and the answer is lost on its way. */
  approveAndReset(call: GatewayCall): GatewayReply {
    this.#book(call, 'approved')
    return { kind: 'no-answer', because: 'reset' }
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined))
  }

  #book(call: GatewayCall, outcome: Entry['outcome']): Entry {
    const idempotencyKey = call.headers.find(({ name }) => name === 'idempotency-key')?.value ?? ''
    const known = this.ledger.find((entry) => entry.idempotencyKey === idempotencyKey)
    if (known) return known
    const literal = (name: string) => call.body?.fields.find((field) => field.path.join('.') === name)?.value
    const entry: Entry = {
      ourReference: String(literal('ourReference')),
      idempotencyKey,
      amount: Number(literal('amount')),
      currency: String(literal('currency')),
      outcome,
    }
    this.ledger.push(entry)
    return entry
  }

  #answer(entry: Entry): GatewayReply {
    return { kind: 'answered', status: 201, headers: {}, body: JSON.stringify(this.#resource(entry)) }
  }

  #resource({ ourReference, amount, currency, outcome }: Entry) {
    const shared = { id: `gw_${ourReference}`, ourReference, amount: amount + this.echoOffBy, currency }
    return outcome === 'approved'
      ? { ...shared, outcome, status: 'captured', captured: true, authCode: 'A1B2C3' }
      : { ...shared, outcome, decline: { code: 'insufficient_funds' } }
  }
}
