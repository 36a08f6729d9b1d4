import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { newId } from '../../../src/base/ids.ts'
import { silentLog } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { CallResource, DeskEvent, PaymentResource } from '../../../src/contracts/desk-port.ts'
import type { ControlConfig } from '../../../src/contracts/process-config/control-config.ts'
import { type BridgeClient, connectBridge } from '../../../src/control/clients/bridge-client.ts'
import type { GatewayClient } from '../../../src/control/clients/gateway-client.ts'
import { connectVault, type VaultClient } from '../../../src/control/clients/vault-client.ts'
import { createPaymentCore } from '../../../src/control/payments/assemble.ts'
import type { CoreMeter, PaymentCore } from '../../../src/control/payments/payment-core.ts'
import type { Actor } from '../../../src/control/ports.ts'
import { openStore, type Store, type StorePlace } from '../../../src/control/store/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { testSealingKey } from '../../support/sealing-key.ts'
import { type TestPlace, testPlace } from '../../support/test-place.ts'
import { ScriptedBridge } from './scripted-bridge.ts'
import { ScriptedGateway } from './scripted-gateway.ts'
import { ScriptedVault } from './scripted-vault.ts'
import { until } from './until.ts'

export type RigOptions = {
  /** A store of the test's own, which it removes itself. */
  readonly place?: StorePlace & { readonly reserveBytes?: number }
  readonly webhookEndpoints?: readonly { readonly url: string; readonly secret: Secret }[]
  readonly onQuery?: (sql: string) => void
  readonly meter?: CoreMeter
  readonly clock?: ManualClock
  readonly webhookSecrets?: readonly string[]
  readonly receipts?: ControlConfig['receipts']
  readonly moto?: ControlConfig['moto']
  /** Of the first merchant alone. */
  readonly merchantMoto?: ControlConfig['moto']
  /** The gateway's kind, where the sandbox's has no words for what is tested. */
  readonly connector?: Pick<ControlConfig['gateways'][number], 'connector' | 'settings'>
  /** Where calls without a card go, in the test's own process. */
  readonly gatewayClient?: GatewayClient
  /** A gateway of the test's own, instead of the scripted one. */
  readonly gatewayAt?: { readonly origin: string; readonly caFile: string; readonly apiKey: Secret }
}

export const merchantId = 'mer_one'
export const otherMerchantId = 'mer_two'
export const agent: Actor = { merchantId, kind: 'agent', id: 'agt_1' }
export const otherAgent: Actor = { merchantId: otherMerchantId, kind: 'agent', id: 'agt_2' }

/** The payment core on a real store and real sockets, between a bridge, a vault and a gateway that play their parts. */
export class Rig {
  readonly clock: ManualClock
  readonly journal: string[] = []
  /** Of the configuration, for the next core that starts. */
  sealingKeys: readonly { readonly id: string; readonly key: Secret }[] = [testSealingKey]
  readonly events: DeskEvent[] = []
  readonly calls = new Map<string, CallResource>()
  readonly gateway = new ScriptedGateway()
  readonly dir: string
  readonly #options: RigOptions
  readonly #token = new Secret('t'.repeat(43))
  readonly #place: TestPlace
  bridge!: ScriptedBridge
  vault!: ScriptedVault
  store!: Store
  core!: PaymentCore
  /** The gateway's, from the next start of the core on. Another one is another account of the same credentials. */
  settings: Readonly<Record<string, string>> | undefined
  /** What is set for the platform, from the next start of the core on. */
  moto: ControlConfig['moto'] | undefined
  links!: { bridge: BridgeClient; vault: VaultClient }

  private constructor(dir: string, place: TestPlace, options: RigOptions) {
    this.dir = dir
    this.clock = options.clock ?? new ManualClock()
    this.#place = place
    this.#options = options
    this.moto = options.moto
  }

  static async start(options: RigOptions = {}): Promise<Rig> {
    const own = options.place && { place: options.place, kind: 'sqlite' as const, remove: async () => {} }
    const rig = new Rig(await mkdtemp(path.join(tmpdir(), 'core-')), own ?? (await testPlace()), options)
    await rig.gateway.start(rig.dir)
    const peer = (name: string) => ({
      socketPath: path.join(rig.dir, name),
      token: rig.#token,
      journal: rig.journal,
    })
    rig.bridge = new ScriptedBridge(peer('bridge.sock'))
    rig.vault = new ScriptedVault(peer('vault.sock'))
    rig.vault.gateway = (call) => rig.gateway.approve(call)
    await rig.bridge.start()
    await rig.vault.start()
    await rig.startCore()
    return rig
  }

  async startCore(): Promise<void> {
    const { clock, dir } = this
    const link = (name: string) => ({
      socketPath: path.join(dir, name),
      token: this.#token,
      clock,
      log: silentLog,
    })
    this.store = await openStore({ ...this.#place.place, clock, onQuery: this.#options.onQuery })
    this.links = { bridge: connectBridge(link('bridge.sock')), vault: connectVault(link('vault.sock')) }
    this.core = createPaymentCore({
      store: this.store,
      clock,
      log: silentLog,
      random: () => 0.5,
      ...(this.#options.gatewayClient && { gatewayClient: this.#options.gatewayClient }),
      ...(this.#options.meter && { meter: this.#options.meter }),
      config: this.#config(),
      ...this.links,
      calls: {
        get: (merchant, callId) => (merchant === ownerOf(callId) ? this.calls.get(callId) : undefined),
        setMasked: (callId, masked) => {
          const call = this.calls.get(callId)
          if (call) this.calls.set(callId, { ...call, masked })
        },
      },
      feed: { publish: (_merchantId, event) => void this.events.push(event) },
    })
    await this.core.recover()
    await this.linksUp()
  }

  async linksUp(): Promise<void> {
    await until('bridge and vault are linked', async () => {
      await this.clock.turn(50)
      return this.links.bridge.up && this.links.vault.up
    })
  }

  /** As SIGKILL would: nothing is finished, nothing said. A new process takes over the same file. */
  async crash(): Promise<void> {
    this.links.bridge.close()
    this.links.vault.close()
    await this.store.close()
  }

  liveCall(owner = merchantId): string {
    const id = newId('call', this.clock.now())
    owners.set(id, owner)
    this.calls.set(id, {
      id,
      status: 'live',
      direction: 'inbound',
      from: '+441632960000',
      to: '+441632960001',
      provider: 'twilio',
      providerCallId: 'CA1',
      caller: 'joined',
      agent: 'joined',
      masked: false,
      metadata: {},
      startedAt: this.clock.now(),
      endedAt: null,
    })
    return id
  }

  async created(
    change: Partial<Parameters<PaymentCore['payments']['create']>[1]> = {},
  ): Promise<PaymentResource> {
    return this.core.payments.create(agent, {
      callId: this.liveCall(),
      amountMinor: 1_050,
      currency: 'GBP',
      reference: 'order-1',
      metadata: {},
      capture: 'automatic',
      confirm: 'automatic',
      ...change,
    })
  }

  /** A payment whose caller is being asked for the card number. */
  async collecting(change: Parameters<Rig['created']>[0] = {}): Promise<PaymentResource> {
    const payment = await this.created(change)
    await this.core.payments.arm(agent, payment.id)
    await this.reaches(payment.id, (now) => now.collection?.state === 'collecting')
    return this.get(payment.id)
  }

  get(paymentId: string): Promise<PaymentResource> {
    return this.core.payments.get(agent, paymentId)
  }

  async reaches(
    paymentId: string,
    wanted: PaymentResource['status'] | ((payment: PaymentResource) => boolean),
  ): Promise<PaymentResource> {
    const holds = (payment: PaymentResource) =>
      typeof wanted === 'string' ? payment.status === wanted : wanted(payment)
    const what = `payment is ${typeof wanted === 'string' ? wanted : 'as wanted'}`
    await until(what, async () => holds(await this.get(paymentId)))
    return this.get(paymentId)
  }

  /** Turns the clock in small steps, with real time for the sockets in between, until the payment is settled. */
  async settles(
    paymentId: string,
    wanted: PaymentResource['status'],
    stepMs = 1_000,
  ): Promise<PaymentResource> {
    await until(`the payment settles as ${wanted}`, async () => {
      await this.clock.turn(stepMs)
      return (await this.get(paymentId)).status === wanted
    })
    return this.get(paymentId)
  }

  async close(): Promise<void> {
    await this.core.stop(0).catch(() => {})
    await this.crash().catch(() => {})
    await this.bridge.kill()
    await this.vault.kill()
    await this.gateway.stop()
    await this.#place.remove()
    await rm(this.dir, { recursive: true, force: true })
  }

  #config(): Parameters<typeof createPaymentCore>[0]['config'] {
    const { origin, caFile, apiKey } = this.#options.gatewayAt ?? scripted(this.gateway)
    const secrets = this.#options.webhookSecrets ?? []
    const webhookSecrets = secrets.map((secret) => new Secret(secret))
    const kind = this.#options.connector ?? { connector: 'sandbox' }
    const settings = this.settings && { settings: this.settings }
    const gateway = { id: 'sandbox', ...kind, ...settings, origin, apiKey, caFile, webhookSecrets }
    const merchant = { gatewayId: 'sandbox', agents: [], apiKeys: [] }
    const ownMoto = this.#options.merchantMoto ? { moto: this.#options.merchantMoto } : {}
    const webhookEndpoints = [...(this.#options.webhookEndpoints ?? [])]
    return {
      mode: 'sandbox',
      payDoors: [{ id: 'twilio-pay', merchantId, gatewayId: 'sandbox' }],
      egress: { ports: null, allow: ['127.0.0.0/8', '::1/128'] },
      ...(this.moto && { moto: this.moto }),
      receipts: this.#options.receipts ?? { email: null, text: null },
      publicUrl: 'https://pay.test',
      sealingKeys: [...this.sealingKeys],
      gateways: [{ ...gateway, timeoutMs: 120_000 }],
      merchants: [
        { ...merchant, ...ownMoto, id: merchantId, name: 'One', webhookEndpoints },
        { ...merchant, id: otherMerchantId, name: 'Two', webhookEndpoints: [] },
      ],
      collection: {
        fields: ['pan', 'expiry', 'csc'],
        acceptedBrands: null,
        limits: { firstDigitMs: 20_000, betweenDigitsMs: 5_000, wholeMs: 300_000 },
      },
    }
  }
}

function scripted({ origin, caFile }: ScriptedGateway) {
  return { origin, caFile, apiKey: new Secret('key') }
}

const owners = new Map<string, string>()
const ownerOf = (callId: string) => owners.get(callId)
