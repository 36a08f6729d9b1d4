import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import type { VaultEvent } from '../../contracts/vault-port.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import { createGatewayClient, type GatewayClient } from '../clients/gateway-client.ts'
import type { VaultClient } from '../clients/vault-client.ts'
import { Collections } from '../collection/collections.ts'
import type { CollectionState } from '../collection/machine.ts'
import type { Collection } from '../collection/runner.ts'
import { type ConnectionCore, createConnectionCore } from '../connections/assemble.ts'
import type { Records } from '../connections/records.ts'
import { GatewayEvents } from '../gateway-events/gateway-events.ts'
import { IdempotencyStore } from '../http/idempotency-store.ts'
import { createDeliveries, type Deliveries } from '../outbox/deliveries.ts'
import { createEndpoints, type Endpoints } from '../outbox/endpoints.ts'
import { createPostWebhook } from '../outbox/post-webhook.ts'
import { Relay } from '../outbox/relay.ts'
import { createWebhookTarget } from '../outbox/webhook-target.ts'
import { OpenLinks } from '../pay-links/open-links.ts'
import { createPayLinks, type PayLinks } from '../pay-links/pay-links.ts'
import { SendLink } from '../pay-links/send-link.ts'
import { PlanRunner } from '../plans/plan-runner.ts'
import { createPlans, type Plans } from '../plans/plans.ts'
import type { Calls, DeskFeed, OperationsApi, Payments, Reconciliations } from '../ports.ts'
import { PostedCards } from '../posted/posted-cards.ts'
import { Tokenising } from '../posted/tokenising.ts'
import { createMailer } from '../receipts/mailer.ts'
import { createReceiptLook, type ReceiptLook } from '../receipts/receipt-look.ts'
import { channelsOf, createReceiptTarget } from '../receipts/receipt-target.ts'
import { createReceipts, type Receipts } from '../receipts/receipts.ts'
import { createTexter } from '../receipts/texter.ts'
import { ReconciliationJob } from '../reconciliation/reconciliations.ts'
import { sealAnew } from '../secrets/seal-anew.ts'
import { Sealer } from '../secrets/sealer.ts'
import type { Store } from '../store/store.ts'
import { ForgetCards } from '../stored-cards/forget-cards.ts'
import { KeptCards } from '../stored-cards/kept-cards.ts'
import { createStoredCards, type StoredCards } from '../stored-cards/stored-cards.ts'
import { type GatewayMeter, GatewayWatch } from '../watch/gateway-watch.ts'
import { Authorisation } from './authorisation.ts'
import { DeskPublisher } from './desk-publisher.ts'
import { PaymentFlow } from './flow.ts'
import { FollowUp } from './follow-up.ts'
import { Gateways } from './gateways.ts'
import { Inquiries } from './inquiries.ts'
import { seedMerchants } from './merchants.ts'
import { Operations } from './operations.ts'
import { createOperationsApi } from './operations-api.ts'
import { createPayments } from './payments.ts'
import { PhoneOrders } from './phone-orders.ts'
import type { PaymentRow } from './rows.ts'
import { PaymentRunner, type RunnerOptions } from './runner.ts'
import { Settlement } from './settlement.ts'
import { merchantIds, type PaymentKey } from './store.ts'
import { TakeUp } from './take-up.ts'

const expiresAfterMs = 24 * 3_600_000
const expirySweepMs = 3_600_000

export type PaymentCoreOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly config: Pick<ControlConfig, 'merchants' | 'gateways' | 'collection' | 'mode'> & {
    /** Where people come back to who have connected a CRM; only then needed, as is what seals its tokens. */
    readonly publicUrl?: string
    readonly sealingKeys?: ControlConfig['sealingKeys']
    readonly payDoors?: ControlConfig['payDoors']
    /** Nothing but public addresses, unless told. */
    readonly egress?: ControlConfig['egress']
    readonly receipts?: ControlConfig['receipts']
    /** Every card that is keyed on a call is a telephone order, unless told. */
    readonly moto?: ControlConfig['moto']
  }
  /** Names this life of the process. */
  readonly bootId?: string
  readonly bridge: BridgeClient
  readonly vault: VaultClient
  readonly calls: Calls
  readonly feed: DeskFeed
  /** Counts what happens at the gateways and to collections; nothing unless told. */
  readonly meter?: CoreMeter
  /** Whoever goes on with callers by what happens to their payments: conversations, prompts. */
  readonly observers?: readonly PaymentObserver[]
  /** Where calls without a card go, when a test has a gateway of its own. */
  readonly gatewayClient?: GatewayClient
  /** Jitter of backoffs; `Math.random` unless told. */
  readonly random?: () => number
}

export type PaymentObserver = {
  /** Committed, and known to everybody. */
  onPayment?(row: PaymentRow): void
  /** The collection's machine has moved on; its payment may not have heard of it yet. */
  onCollection?(collection: Collection): void
  onVault?(collection: Collection, event: VaultEvent): void
}

export type CoreMeter = GatewayMeter & {
  /** A collection has moved on. */
  collection(state: CollectionState): void
}

export type PaymentCore = {
  readonly payments: Payments
  readonly operations: OperationsApi
  readonly storedCards: StoredCards
  readonly payLinks: PayLinks
  readonly plans: Plans
  readonly endpoints: Endpoints
  readonly deliveries: Deliveries
  readonly receipts: Receipts
  readonly receiptLook: ReceiptLook
  /** CRMs and accounting systems, and the records that payments belong to. */
  readonly connections: ConnectionCore
  readonly records: Records
  readonly reconciliations: Reconciliations
  readonly gateways: Gateways
  /** How the gateways do. */
  readonly watch: GatewayWatch
  /** How many callers are keying a card, and on how many calls the tones are masked. */
  readonly collections: Pick<Collections, 'live' | 'maskedCalls'>
  /** What gateways tell by webhook. */
  readonly gatewayEvents: Pick<GatewayEvents, 'receive'>
  /** Webhooks: runs by itself after `recover`; `wake` is for tests and operators. */
  readonly relay: { wake(): void }
  /**
   * Once at start, before the first request: merchants of the configuration are written, payments that the last
   * process left under way are taken up, and the relay begins.
   */
  recover(): Promise<void>
  /** Settles when nothing is under way that was begun by itself: plans, and what they charge. */
  idle(): Promise<void>
  /** Ends collections, finishes authorisations that are under way up to `deadlineMs`, and stops the relay. */
  stop(deadlineMs?: number): Promise<void>
}

/** Puts the payment core together. Links to bridge and vault, the store and the clock stay the caller's to close. */
export function createPaymentCore(options: PaymentCoreOptions): PaymentCore {
  const { store, clock, log, config, bridge, vault, calls, random = Math.random, observers = [] } = options
  const gateways = new Gateways(config.gateways)
  const gatewayIds = config.gateways.map(({ id }) => id)
  const watch = new GatewayWatch({ gatewayIds, clock, log, ...(options.meter && { meter: options.meter }) })
  const gatewayClient =
    options.gatewayClient ?? createGatewayClient({ gateways: config.gateways, clock, log })
  const { egress = { ports: [443], allow: [] }, receipts, moto = { agent: true, selfService: true } } = config
  const phoneOrders = new PhoneOrders({ moto, merchants: config.merchants })
  const sealer = new Sealer(config.sealingKeys ?? [])
  const postWebhook = createPostWebhook({ clock, egress })
  const webhooks = createWebhookTarget({ store, clock, postWebhook, sealer })
  const channels = {
    mailer: receipts?.email ? createMailer(receipts.email) : null,
    texter: receipts?.text ? createTexter(receipts.text) : null,
  }
  const connections = createConnectionCore({
    ...{ store, clock, log, mode: config.mode, publicUrl: config.publicUrl ?? '' },
    ...{ sealer, egress },
    onTold: (merchantId) => relay.wake(merchantId),
  })
  const relay: Relay = new Relay({
    store,
    clock,
    log,
    random,
    kinds: [webhooks, createReceiptTarget({ store, clock, ...channels }), connections.target],
    merchantIds: () => merchantIds(store.db),
  })
  const keptCards = new KeptCards({ clock, log, sealer })
  const onTold = (merchantId: string) => relay.wake(merchantId)
  const desk = new DeskPublisher({ feed: options.feed, collections: () => collections })
  const onCommitted = (row: PaymentRow) => {
    desk.committed(row)
    plans.onPayment(row)
    relay.wake(row.merchant_id)
    for (const observer of observers) observer.onPayment?.(row)
  }
  const perform: RunnerOptions['perform'] = (effect, row) => {
    // A posted card is collected already, and sent by whoever took it.
    const isPosted = posted.has(row.id) && (effect.do === 'collect' || effect.do === 'authorise')
    if (!isPosted) flow.perform(effect, row)
  }
  const onLeft = (key: PaymentKey) => takeUp.later(key)
  const runner = new PaymentRunner({ store, clock, log, onCommitted, perform, onStoreFailed: onLeft })
  const settlement = new Settlement({ store, clock, log, runner, keptCards })
  const gatewaySide = { store, clock, log, gateways, gatewayClient, watch }
  const inquiries = new Inquiries({ ...gatewaySide, settlement, random })
  const authorisation = new Authorisation({ ...gatewaySide, phoneOrders, keptCards })
  const followUp = new FollowUp(gatewaySide)
  const operations = new Operations({ store, clock, log, runner, followUp, random })
  const openLinks = new OpenLinks({
    ...{ ...gatewaySide, runner, settlement, publicUrl: config.publicUrl ?? '' },
    sender: new SendLink({ store, clock, log, ...channels }),
  })
  const collections: Collections = new Collections({
    bridge,
    vault,
    clock,
    log,
    settings: config.collection,
    onMask: (callId, masked) => calls.setMasked(callId, masked),
    onTold(collection, event) {
      for (const observer of observers) observer.onVault?.(collection, event)
    },
    onChange: (collection) => desk.changed(collection),
    onState: (collection) => {
      options.meter?.collection(collection.state)
      for (const observer of observers) observer.onCollection?.(collection)
      flow.onCollection(collection)
    },
  })
  const flow: PaymentFlow = new PaymentFlow({
    store,
    clock,
    log,
    runner,
    settlement,
    inquiries,
    authorisation,
    operations,
    gateways,
    calls,
    makeLink: (row) => openLinks.make(row),
    collections: () => collections,
    rowOf: (paymentId) => desk.rowOf(paymentId),
    onLeft,
  })
  const takeUp: TakeUp = new TakeUp({
    ...{ store, clock, log, runner, settlement, inquiries },
    lookAtLinks: (merchantId) => openLinks.recover(merchantId),
    collections: () => collections,
    isSending: (paymentId) => flow.isSending(paymentId) || posted.has(paymentId),
  })
  const posted: PostedCards = new PostedCards({
    ...{ store, clock, log, vault, runner, authorisation, settlement, inquiries, watch, onCommitted },
    ...{ gateways, phoneOrders, doors: config.payDoors ?? [] },
    tokenising: new Tokenising({ ...gatewaySide, phoneOrders }),
    answers: new IdempotencyStore({ store, clock, bootId: options.bootId ?? 'one-life', sealer }),
  })
  const processing = { store, clock, log, settlement, inquiries, operations, links: openLinks }
  const gatewayEvents = new GatewayEvents({ ...processing, random, gateways })
  const reconciliations = new ReconciliationJob({
    ...{ store, clock, log, gateways, gatewayClient, watch, settlement, operations },
    onTold,
  })
  const payments = createPayments({
    receiptChannels: channelsOf(channels),
    ...{ store, clock, runner, flow, gateways, phoneOrders, watch },
    ...{ collections, calls, bridge, vault, sealer, onCommitted },
  })
  const forgetting = new ForgetCards({ ...gatewaySide, keptCards })
  const storedCards = createStoredCards({
    ...{ store, clock, log, sealer, runner, gateways, watch, calls, payments, forgetting },
    setAside: (paymentId) => flow.setAside(paymentId),
    askCsc: payments.askCsc,
    asksCsc: (merchantId) =>
      config.merchants.find(({ id }) => id === merchantId)?.storedCards?.askCsc ?? false,
  })
  const planRunner = new PlanRunner({ store, clock, log, storedCards, onCommitted, onTold })
  const plans: Plans = createPlans({ store, clock, runner: planRunner, onTold })
  const payLinks = createPayLinks({
    ...{ store, clock, runner, gateways, watch, payments, open: openLinks, channels: channelsOf(channels) },
    setAside: (paymentId) => flow.setAside(paymentId),
  })
  const operationsApi = createOperationsApi({ store, operations, inquiries, collections, watch })
  return {
    payments,
    operations: operationsApi,
    storedCards,
    payLinks,
    plans,
    connections,
    records: connections.records(payments, operationsApi),
    gateways,
    watch,
    collections,
    endpoints: createEndpoints({ store, clock, mode: config.mode, egress, sealer, onTold }),
    deliveries: createDeliveries({ store, clock, onTold }),
    receipts: createReceipts({ store, clock, channels: channelsOf(channels), onTold }),
    receiptLook: createReceiptLook({ store, clock }),
    gatewayEvents,
    reconciliations,
    relay: { wake: () => relay.wakeAll() },
    ...lifeOf({
      ...options,
      sealer,
      flow,
      takeUp,
      collections,
      inquiries,
      operations,
      posted,
      gatewayEvents,
      reconciliations,
      relay,
      gatewayClient,
      forgetting,
      openLinks,
      planRunner,
    }),
  }
}

type Parts = PaymentCoreOptions & {
  readonly sealer: Sealer
  readonly flow: PaymentFlow
  readonly takeUp: TakeUp
  readonly collections: Collections
  readonly inquiries: Inquiries
  readonly operations: Operations
  readonly posted: PostedCards
  readonly gatewayEvents: GatewayEvents
  readonly reconciliations: ReconciliationJob
  readonly relay: Relay
  readonly gatewayClient: GatewayClient
  readonly forgetting: ForgetCards
  readonly openLinks: OpenLinks
  readonly planRunner: PlanRunner
}

/** How the core begins and ends. */
function lifeOf(parts: Parts): Pick<PaymentCore, 'recover' | 'idle' | 'stop'> {
  const { store, clock, log, config, sealer, flow, takeUp, collections, inquiries } = parts
  const { operations, posted, gatewayEvents, reconciliations, relay, gatewayClient } = parts
  const { forgetting, openLinks, planRunner } = parts
  let expiry: Timer | undefined
  const forEachMerchant = async (work: (merchantId: string) => Promise<void>) => {
    for (const merchantId of await merchantIds(store.db)) await work(merchantId)
  }
  const expire = () => {
    expiry = clock.after(expirySweepMs, expire)
    forEachMerchant((merchantId) => flow.expire(merchantId, clock.now() - expiresAfterMs)).catch(
      (error: unknown) => log.error({ error }, 'old payments could not be expired'),
    )
  }
  return {
    async recover() {
      await sealAnew({ store, sealer, log })
      const seeding = { merchants: config.merchants, sealer, nowMs: clock.now() }
      await store.transaction((trx) => seedMerchants(trx, seeding))
      await forEachMerchant(async (merchantId) => {
        await takeUp.all(merchantId)
        await operations.recover(merchantId)
        await forgetting.recover(merchantId)
        await openLinks.recover(merchantId)
      })
      gatewayEvents.wake()
      planRunner.wake()
      await reconciliations.start()
      relay.start()
      expire()
    },
    async idle() {
      // What is charged moves its plan on, and that may charge what is due next.
      do {
        await planRunner.idle()
        await flow.idle()
      } while (!planRunner.isIdle)
    },
    async stop(deadlineMs = 5_000) {
      expiry?.cancel()
      collections.stopAll('control-restarted')
      const done = Promise.all([flow.idle(), operations.idle(), posted.stop()])
      await Promise.race([done, new Promise<void>((resolve) => clock.after(deadlineMs, resolve))])
      await collections.close()
      takeUp.stop()
      const asked = Promise.all([
        inquiries.stop(),
        operations.stop(),
        gatewayEvents.stop(),
        reconciliations.stop(),
        forgetting.stop(),
        openLinks.stop(),
        planRunner.stop(),
      ])
      // Ends what is being asked: a gateway that hangs must not hold up our own end.
      await gatewayClient.close()
      await Promise.all([asked, relay.stop()])
    },
  }
}
