import { readFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

/** One line of the sandbox gateway's books. */
const LedgerLine = z.looseObject({
  kind: z.enum(['authorisation', 'capture', 'void', 'refund', 'refund-done', 'refund-failed']),
  ourReference: z.string(),
  merchantReference: z.string(),
  amount: z.number().int(),
  currency: z.string(),
  outcome: z.enum(['approved', 'declined']),
  captured: z.boolean(),
  brand: z.string(),
  last4: z.string(),
})
export type LedgerLine = z.infer<typeof LedgerLine>

/** An e-mail in the sandbox's mailbox. */
const ReceivedMail = z.looseObject({ from: z.string(), to: z.array(z.string()), raw: z.string() })
export type ReceivedMail = z.infer<typeof ReceivedMail>

export type SandboxGatewayOptions = {
  readonly origin: string
  readonly apiKey: string
  readonly dataDir: string
}

/** The sandbox gateway as its operator sees it: what was really charged, and which fault the next payment meets. */
export class SandboxGatewayClient {
  readonly #options: SandboxGatewayOptions

  constructor(options: SandboxGatewayOptions) {
    this.#options = options
  }

  async ledger(): Promise<LedgerLine[]> {
    const answer = z.object({ lines: z.array(LedgerLine) }).parse(await this.#ask('GET', '/v1/ledger'))
    return answer.lines
  }

  /** Every e-mail that the sandbox's mailbox has taken, oldest first. */
  async mail(): Promise<ReceivedMail[]> {
    return z.object({ messages: z.array(ReceivedMail) }).parse(await this.#ask('GET', '/v1/mail')).messages
  }

  /** `none` heals the gateway; see `src/sandbox/faults.ts`. */
  async setFault(fault: string, { count = 1, slowMs = 3_000 } = {}): Promise<void> {
    await this.#ask('PUT', '/v1/faults', { fault, count, slowMs })
  }

  async #ask(method: string, route: string, body?: unknown): Promise<unknown> {
    const { origin, apiKey, dataDir } = this.#options
    const ca = readFileSync(path.join(dataDir, 'sandbox', 'ca.pem'))
    const headers = {
      authorization: `Bearer ${apiKey}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    }
    const request = https.request(`${origin}${route}`, { method, headers, ca, agent: false })
    const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
      request.on('error', reject)
      request.on('response', (response) => {
        text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject)
      })
    })
    request.end(body ? JSON.stringify(body) : undefined)
    const { status, body: answer } = await answered
    if (status >= 300) throw new Error(`sandbox gateway: ${method} ${route} answered ${status}`)
    return answer === '' ? null : JSON.parse(answer)
  }
}
