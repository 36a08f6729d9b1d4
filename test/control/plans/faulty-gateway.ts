import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Clock } from '../../../src/base/clock.ts'
import type { GatewayCall, GatewayReply } from '../../../src/contracts/gateway-call.ts'
import { writeBody } from '../../../src/control/clients/gateway-body.ts'
import type { GatewayClient } from '../../../src/control/clients/gateway-client.ts'
import { Acquirer } from '../../../src/sandbox/acquirer.ts'
import { Ledger, type LedgerLine } from '../../../src/sandbox/ledger.ts'
import { OnceOnly } from '../../../src/sandbox/once-only.ts'
import { AuthorisationBody, Refusal } from '../../../src/sandbox/wire.ts'

export type Fault =
  | 'none'
  | 'refused'
  | 'lost-before'
  | 'lost-after'
  | '500-before'
  | '500-after'
  | 'declined'

/**
 * The sandbox gateway's own acquirer, ledger and idempotency, without a network between: a clock that leaps by hours would
 * time out every request on the way. Faults are what the network and the gateway do to a charge.
 */
export class FaultyGateway implements GatewayClient {
  /** What the next charge meets. */
  fault: () => Fault = () => 'none'
  /** What happens elsewhere while a charge is under way. */
  meanwhile: () => Promise<void> = async () => {}
  readonly met = new Map<Fault, number>()
  readonly #dir = mkdtempSync(path.join(tmpdir(), 'faulty-gateway-'))
  readonly #ledger = new Ledger(this.#dir)
  readonly #acquirer: Acquirer
  readonly #once: OnceOnly
  /** Declines whatever is charged with it. */
  readonly #bad: string

  constructor(clock: Clock) {
    this.#acquirer = new Acquirer(this.#ledger, clock)
    this.#once = new OnceOnly(this.#ledger, clock)
    this.#bad = this.token('4000000000009995')
  }

  /** A card that is kept here from the beginning. */
  token(number = '4242424242424242'): string {
    const card = { number, expiryMonth: 12, expiryYear: 2099, csc: '123' }
    return this.#ledger.once(() => this.#acquirer.tokenise(card)).token
  }

  lines(): LedgerLine[] {
    return this.#ledger.lines()
  }

  async send(call: GatewayCall): Promise<GatewayReply> {
    if (call.method === 'GET') return this.#read(call.path)
    if (call.path !== '/v1/authorisations') return answered(404, { error: { code: 'not_found' } })
    const fault = this.fault()
    this.met.set(fault, (this.met.get(fault) ?? 0) + 1)
    if (fault === 'refused') return { kind: 'not-sent', because: 'refused' }
    if (fault === 'lost-before') return { kind: 'no-answer', because: 'reset' }
    if (fault === '500-before') return answered(500, { error: { code: 'internal_error' } })
    const reply = await this.#charge(call, fault === 'declined')
    await this.meanwhile()
    if (fault === 'lost-after') return { kind: 'no-answer', because: 'timeout' }
    return fault === '500-after' ? answered(500, { error: { code: 'internal_error' } }) : reply
  }

  async close(): Promise<void> {}

  remove(): void {
    this.#ledger.close()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  async #charge(call: GatewayCall, declined: boolean): Promise<GatewayReply> {
    const sent = JSON.parse(writeBody(call)?.text ?? '{}') as Record<string, unknown>
    const body = AuthorisationBody.parse(declined ? { ...sent, token: this.#bad } : sent)
    const key = call.headers.find(({ name }) => name === 'idempotency-key')?.value
    try {
      const work = () => ({ status: 201, body: JSON.stringify(this.#acquirer.authorise(body)) })
      const answer = await this.#once.run({ key, path: call.path, body: sent }, { work })
      return { kind: 'answered', headers: {}, ...answer }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return answered(error.status, { error: { code: error.code } })
    }
  }

  #read(target: string): GatewayReply {
    const url = new URL(target, 'https://gateway.test')
    if (url.pathname === '/v1/settlement-lines') return answered(200, { lines: [], nextCursor: null })
    const ourReference = url.searchParams.get('ourReference') ?? ''
    return answered(200, { authorisations: this.#acquirer.inquire(ourReference) })
  }
}

const answered = (status: number, body: object): GatewayReply => ({
  kind: 'answered',
  status,
  headers: {},
  body: JSON.stringify(body),
})
