import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { silentLog } from '../../src/base/log.ts'
import { Secret } from '../../src/base/secret.ts'
import type { OperationKind } from '../../src/contracts/operations.ts'
import { startGateway } from '../../src/sandbox/gateway.ts'
import { Ledger, type LedgerLine } from '../../src/sandbox/ledger.ts'
import { Receiver } from '../control/outbox/receiver.ts'
import { ScriptedBridge } from '../control/payments/scripted-bridge.ts'
import { ScriptedVault } from '../control/payments/scripted-vault.ts'
import { GatewayClient } from '../sandbox/gateway-client.ts'
import { fastClock } from './fast-clock.ts'
import { CardSender, type Fault } from './faults.ts'
import type { PeerMoment } from './points.ts'

export const linkToken = 't'.repeat(43)
export const gatewayKey = 'sk_sandbox_for_the_crash_runs'

const momentOf: Readonly<Record<string, PeerMoment>> = {
  mask: 'mask',
  'open-collection': 'open-collection',
  'route-digits': 'route-digits',
  discard: 'discard',
  unmask: 'unmask',
}

/** Everyone whom control speaks with, in this process, and none of whom dies: bridge, vault, sandbox, carrier, merchant. */
export class Peers {
  readonly bridge: ScriptedBridge
  readonly vault: ScriptedVault
  readonly merchant = new Receiver()
  readonly gatewayOrigin: string
  readonly carrierOrigin: string
  /** Cards that were sent, by the idempotency key of the request. */
  readonly sent: string[] = []
  /** Counts all that was asked of a peer: while it moves, control is doing something. */
  activity = 0
  /** Hears of each moment at once, before the peer answers. */
  onMoment: (moment: PeerMoment) => void = () => {}
  readonly #ledger: Ledger
  readonly #sender: CardSender
  readonly #gateway: GatewayClient
  readonly #stops: (() => Promise<unknown>)[]

  private constructor(
    folder: string,
    origins: { gateway: string; carrier: string },
    stops: (() => Promise<unknown>)[],
  ) {
    this.gatewayOrigin = origins.gateway
    this.carrierOrigin = origins.carrier
    this.#stops = stops
    this.#ledger = new Ledger(folder)
    this.#sender = new CardSender(folder)
    const port = Number(new URL(origins.gateway).port)
    this.#gateway = new GatewayClient({ port, dataDir: folder, apiKey: gatewayKey })
    const journal = Object.assign([] as string[], {
      push: (method: string) => {
        this.activity++
        const moment = momentOf[method]
        if (moment) this.onMoment(moment)
        return 0
      },
    })
    const peer = (name: string) => ({
      socketPath: path.join(folder, name),
      token: new Secret(linkToken),
      journal,
    })
    this.bridge = new ScriptedBridge(peer('bridge.sock'))
    this.vault = new ScriptedVault(peer('vault.sock'))
    this.vault.gateway = async (call) => {
      this.activity++
      this.sent.push(call.headers.find(({ name }) => name === 'idempotency-key')?.value ?? 'none')
      this.onMoment('send')
      const reply = await this.#sender.send(call)
      this.onMoment('committed')
      setImmediate(() => this.onMoment('answered'))
      return reply
    }
    this.merchant.answer = (response, event) => {
      this.activity++
      if (event.type !== 'payment.created') this.onMoment('told')
      response.writeHead(204).end()
    }
  }

  static async start(folder: string, originMs: number): Promise<Peers> {
    const gateway = await startGateway({
      listen: { host: '127.0.0.1', port: 0 },
      dataDir: folder,
      apiKey: new Secret(gatewayKey),
      clock: fastClock(originMs),
      log: silentLog,
    })
    const carrier = createServer((_request, response) =>
      response
        .writeHead(201, { 'content-type': 'application/json' })
        .end('{"sid":"CAagent","status":"in-progress"}'),
    )
    await new Promise<void>((resolve) => carrier.listen(0, '127.0.0.1', resolve))
    const origins = {
      gateway: `https://localhost:${gateway.port}`,
      carrier: `http://127.0.0.1:${(carrier.address() as AddressInfo).port}`,
    }
    const stopCarrier = async () => {
      carrier.closeAllConnections()
      carrier.close()
    }
    const peers = new Peers(folder, origins, [() => gateway.stop(0), stopCarrier])
    await Promise.all([peers.bridge.start(), peers.vault.start(), peers.merchant.start()])
    return peers
  }

  /** For the run that begins now: what goes wrong at the gateway. */
  plan(fault: Fault): void {
    this.sent.length = 0
    this.#sender.plan(fault)
  }

  /** The next capture, void or refund meets this; what was planned before is forgotten. */
  async planOperation(kind: OperationKind, fault: Fault): Promise<void> {
    const { status } = await this.#gateway.fault({ fault, on: kind })
    if (status !== 200) throw new Error(`the gateway does not know the fault ${fault}`)
  }

  /** What the gateway's books say of a payment, by the merchant's reference. */
  ledger(reference: string): LedgerLine[] {
    return this.#ledger.lines().filter(({ merchantReference }) => merchantReference === reference)
  }

  async stop(): Promise<void> {
    this.#ledger.close()
    await Promise.all([this.bridge.kill(), this.vault.kill(), this.merchant.stop()])
    await Promise.all(this.#stops.map((stop) => stop()))
  }
}
