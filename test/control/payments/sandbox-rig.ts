import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { silentLog } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { PaymentResource } from '../../../src/contracts/desk-port.ts'
import type { OperationResource } from '../../../src/contracts/operations.ts'
import type { Actor, OperationOrdered } from '../../../src/control/ports.ts'
import { type Gateway, startGateway } from '../../../src/sandbox/gateway.ts'
import type { LedgerLine } from '../../../src/sandbox/ledger.ts'
import { CardProcessStandIn } from '../../connectors/sandbox/card-process-stand-in.ts'
import { GatewayClient } from '../../sandbox/gateway-client.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { agent, merchantId, Rig, type RigOptions } from './rig.ts'
import { until } from './until.ts'

const apiKey = 'sk_sandbox_for_tests_only'
const goodCard = { pan: '4242424242424242', expiry: '1234', csc: '123' }

/** Both are good while the first is being replaced. */
export const oldSecret = 'whsec_that_is_being_replaced'
export const webhookSecret = 'whsec_of_the_sandbox_rig'

export const supervisor: Actor = { merchantId, kind: 'agent', id: 'agt_sup' }

/** The payment core between a scripted bridge and vault, and the real sandbox gateway, all on one clock. */
export class SandboxRig {
  readonly rig: Rig
  readonly client: GatewayClient
  readonly #gateway: Gateway
  readonly dataDir: string

  private constructor(rig: Rig, gateway: Gateway, dataDir: string) {
    this.rig = rig
    this.#gateway = gateway
    this.dataDir = dataDir
    this.client = new GatewayClient({ port: gateway.port, dataDir, apiKey })
  }

  static async start(options: Pick<RigOptions, 'receipts'> = {}): Promise<SandboxRig> {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'operations-'))
    const clock = new ManualClock()
    const listen = { host: '127.0.0.1', port: 0 }
    const gateway = await startGateway({ listen, dataDir, apiKey: new Secret(apiKey), clock, log: silentLog })
    const gatewayAt = {
      origin: `https://localhost:${gateway.port}`,
      caFile: path.join(dataDir, 'ca.pem'),
      apiKey: new Secret(apiKey),
    }
    const rig = await Rig.start({ ...options, clock, gatewayAt, webhookSecrets: [oldSecret, webhookSecret] })
    rig.vault.gateway = (call) => new CardProcessStandIn(dataDir, goodCard).send(call)
    return new SandboxRig(rig, gateway, dataDir)
  }

  /** A payment that the gateway has approved. */
  async approved(change: Parameters<Rig['created']>[0] = {}): Promise<PaymentResource> {
    const { id } = await this.rig.collecting(change)
    this.rig.vault.keyCard()
    return this.rig.reaches(id, change.capture === 'manual' ? 'authorised' : 'captured')
  }

  /** Each order a millisecond later than the last: ids sort by their time. */
  async order(ordered: OperationOrdered): Promise<OperationResource> {
    await this.rig.clock.turn(1)
    return this.rig.core.operations.order(supervisor, ordered)
  }

  operations(paymentId: string): Promise<OperationResource[]> {
    return this.rig.core.operations.list(agent, paymentId)
  }

  /** Turns the clock until the payment's only live operation has come to this. */
  async settles(paymentId: string, state: OperationResource['state'], stepMs = 1_000): Promise<void> {
    await until(`the operation is ${state}`, async () => {
      await this.rig.clock.turn(stepMs)
      return (await this.operations(paymentId)).at(-1)?.state === state
    })
  }

  /** The clock turns, hour by hour: what each begins at the real gateway has a moment before the clock runs out on it. */
  async hoursPass(hours: number): Promise<void> {
    for (let hour = 0; hour < hours; hour++) {
      await this.rig.clock.turn(3_600_000)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** What the gateway's books say of these kinds, in order. */
  async booked(...kinds: string[]): Promise<LedgerLine[]> {
    return (await this.client.ledger()).filter(({ kind }) => kinds.includes(kind))
  }

  async close(): Promise<void> {
    await this.rig.close()
    await this.#gateway.stop(0)
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}
