import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { Running } from '../base/child-process.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { createLog, type Log } from '../base/log.ts'
import type { ControlConfig } from '../contracts/process-config/control-config.ts'
import { seedAccess } from './auth/seed-access.ts'
import { CallRegistry } from './calls/registry.ts'
import { sipProvider } from './calls/sip-facts.ts'
import { type BridgeClient, connectBridge } from './clients/bridge-client.ts'
import { connectVault, type VaultClient } from './clients/vault-client.ts'
import { AssistedCalls } from './collection/assisted-calls.ts'
import { DeskFeedHub } from './desk-feed.ts'
import { DailyExports } from './exports/daily-exports.ts'
import { packageVersion } from './http/package-files.ts'
import { createHttpServer } from './http/server.ts'
import { createBillLookup } from './ivr/bill-lookup.ts'
import { createSelfService } from './ivr/create-self-service.ts'
import type { SelfService } from './ivr/self-service.ts'
import { liveMetrics } from './metrics/live-metrics.ts'
import { serveMetrics } from './metrics/metrics-server.ts'
import { OutboxPruner } from './outbox/prune.ts'
import { createPaymentCore } from './payments/assemble.ts'
import { bankAccountsOf } from './payments/bank-accounts.ts'
import type { PaymentCore, PaymentObserver } from './payments/payment-core.ts'
import { merchantIds } from './payments/store.ts'
import { openStore, type Store, type StorePlace } from './store/store.ts'
import { createTwilioRest } from './telephony/twilio/rest.ts'
import { twilioRoutes } from './telephony/twilio/routes.ts'
import { TwilioCalls } from './telephony/twilio/twilio-calls.ts'
import { platformStatus } from './watch/platform-status.ts'

export type RunningControl = Running & { readonly port: number; readonly metricsPort: number | null }

/** Where logs go, what time it is, and who hears of queries may be chosen by tests; in production nobody does. */
export type ControlSurroundings = {
  readonly clock?: Clock
  readonly log?: Log
  /** Hears the text of each query once it is done: the crash runs kill the process in the middle of a transaction. */
  readonly onQuery?: (sql: string) => void
}

/**
 * Control, in the order of its start: store, links, calls, payments, who may come in, and the door last. When this
 * settles, it listens; it is useful once vault and bridge are there too (`/readyz`).
 */
export async function startControl(
  config: ControlConfig,
  surroundings: ControlSurroundings = {},
): Promise<RunningControl> {
  const { clock = systemClock, log = createLog({ process: 'control', level: config.logLevel }) } =
    surroundings
  const bootId = randomBytes(6).toString('hex')
  const store = await openStore({ ...placeOf(config), clock, onQuery: surroundings.onQuery })
  const vault = connectVault({ ...config.vault, clock, log })
  const bridge = connectBridge({ ...config.bridge, clock, log })
  const feed = new DeskFeedHub({ bootId })
  const assisted = new AssistedCalls({ bridge, clock, log })

  const rest = createTwilioRest({ ...config.twilio, clock, log })
  let core: PaymentCore | undefined
  let service: SelfService | undefined
  const calls = new CallRegistry({
    store,
    clock,
    log,
    feed,
    bridge,
    onEnded: (callId) => {
      core?.payments.callEnded(callId)
      assisted.callEnded(callId)
    },
    // A call over SIP is ended by its own signalling; all that we have of it is its media.
    hangUp: (provider, providerCallId) => void (provider !== sipProvider && rest.hangUp(providerCallId)),
    isOver: async (provider, providerCallId) => provider !== sipProvider && rest.isOver(providerCallId),
    sipMerchant: (named) => merchantOfSip(config, named),
    sipFlow: config.ivr?.sipFlow ?? null,
    onSipMetadata: async (call, news) => core?.connections.callRecords(calls).learn(call, news),
    onChange: (call, before, event) => service?.onCall(call, before, event.type === 'leg-joined'),
  })
  const observer: PaymentObserver = {
    onPayment: (row) => service?.onPayment(row),
    onCollection: (collection) => service?.onCollection(collection),
    onVault: (collection, event) => service?.onVault(collection, event),
  }
  const metrics = liveMetrics({ store, clock, vault, bridge, core: () => core })
  core = createPaymentCore({
    store,
    clock,
    log,
    config,
    bootId,
    bridge,
    vault,
    calls,
    feed,
    meter: metrics,
    observers: [observer, assisted],
  })
  const twilioCalls = new TwilioCalls({
    ...{ clock, log, calls, bridge, rest, publicUrl: config.publicUrl },
    ...{ streamUrl: config.bridge.streamUrl, numbers: config.twilio.numbers },
    onAgentMissed: (callId) => service?.onBridge({ type: 'agent-missed', callId }),
  })
  const lookup = createBillLookup({ clock, log, egress: config.egress, lookups: config.ivr?.lookups ?? [] })
  service = createSelfService({ config, clock, log, bridge, calls, core, twilioCalls, lookup })
  bridge.listen({ onEvent: (event) => service?.onBridge(event) })
  await calls.recover()
  await core.recover()
  const daily = dailyExports(config, { store, clock, log })
  daily?.start()
  const pruner = new OutboxPruner({
    store,
    clock,
    log,
    retention: config.retention,
    merchantIds: () => merchantIds(store.db),
  })
  pruner.start()
  await seedAccess({ store, clock, merchants: config.merchants })
  tellOfThePlatform({ config, feed, vault, bridge })

  const { publicUrl } = config
  const { authToken } = config.twilio
  const { payments, operations, endpoints, gatewayEvents, reconciliations, gateways, watch } = core
  const { deliveries, receipts, receiptLook, connections, records, storedCards, payLinks, plans } = core
  const http = await createHttpServer({
    ...{ config, version: packageVersion(), bootId, store, clock, log },
    ...{ assisted, calls, payments, operations, endpoints, deliveries, gatewayEvents, reconciliations },
    ...{ receipts, receiptLook, storedCards, payLinks, plans },
    bankAccountsOf: (merchantId) => bankAccountsOf(store.db, gateways, merchantId),
    ...{ feed, vault, bridge, connections, records },
    status: (actor) => platformStatus({ store, clock, gateways, watch, vault, bridge }, actor),
    providers: (app) => twilioRoutes(app, { calls: twilioCalls, authToken, publicUrl }),
  })
  await http.forgetOldAnswers()
  await http.app.listen({ host: config.listen.host, port: config.listen.port })
  const { port } = http.app.server.address() as AddressInfo
  const metricsServer = config.metrics && (await serveMetrics({ ...config.metrics, metrics, log }))
  log.info({ port }, 'control listens')

  return {
    port,
    metricsPort: metricsServer?.port ?? null,
    /** Calls live on without control: the bridge keeps them, masked, and they are found again. */
    async stop(deadlineMs) {
      // A request that hangs must not take the time that an authorisation under way needs.
      await Promise.race([http.close(), pause(clock, deadlineMs / 2)])
      await metricsServer?.close()
      await daily?.stop()
      await pruner.stop()
      await core.stop(deadlineMs / 2)
      await calls.stop()
      await lookup.close()
      bridge.close()
      vault.close()
      await store.close()
    },
  }
}

function dailyExports(
  { exportsDir }: ControlConfig,
  parts: { readonly store: Store; readonly clock: Clock; readonly log: Log },
): DailyExports | null {
  if (exportsDir === null) return null
  return new DailyExports({ ...parts, folder: exportsDir, merchantIds: () => merchantIds(parts.store.db) })
}

function placeOf(config: Pick<ControlConfig, 'databaseFile' | 'databaseUrl'>): StorePlace {
  return config.databaseUrl ? { url: config.databaseUrl } : { file: config.databaseFile }
}

/** The edge may name a merchant of ours; what it does not name belongs to the configured one. */
function merchantOfSip({ merchants, sip }: ControlConfig, named: string | undefined): string | null {
  if (named === undefined) return sip?.merchantId ?? null
  return merchants.some(({ id }) => id === named) ? named : null
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve))
}

/** Desks show at once when no card can be taken. */
function tellOfThePlatform(options: {
  readonly config: ControlConfig
  readonly feed: DeskFeedHub
  readonly vault: VaultClient
  readonly bridge: BridgeClient
}): void {
  const { config, feed, vault, bridge } = options
  const tell = () => {
    const parts = { vault: vault.up ? 'up' : 'down', bridge: bridge.up ? 'up' : 'down' } as const
    for (const { id } of config.merchants) feed.publish(id, { type: 'platform', ...parts })
  }
  vault.listen({ onUp: tell, onDown: tell })
  bridge.listen({ onUp: tell, onDown: tell })
}
