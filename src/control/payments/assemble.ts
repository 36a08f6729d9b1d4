import { createGatewayClient } from '../clients/gateway-client.ts'
import { Collections } from '../collection/collections.ts'
import { createConnectionCore } from '../connections/assemble.ts'
import { GatewayEvents } from '../gateway-events/gateway-events.ts'
import { IdempotencyStore } from '../http/idempotency-store.ts'
import { createDeliveries } from '../outbox/deliveries.ts'
import { createEndpoints } from '../outbox/endpoints.ts'
import { createPostWebhook } from '../outbox/post-webhook.ts'
import { Relay } from '../outbox/relay.ts'
import { createWebhookTarget } from '../outbox/webhook-target.ts'
import { OpenLinks } from '../pay-links/open-links.ts'
import { createPayLinks } from '../pay-links/pay-links.ts'
import { SendLink } from '../pay-links/send-link.ts'
import { PlanRunner } from '../plans/plan-runner.ts'
import { createPlans, type Plans } from '../plans/plans.ts'
import { PostedCards } from '../posted/posted-cards.ts'
import { Tokenising } from '../posted/tokenising.ts'
import { createMailer } from '../receipts/mailer.ts'
import { createReceiptLook } from '../receipts/receipt-look.ts'
import { channelsOf, createReceiptTarget } from '../receipts/receipt-target.ts'
import { createReceipts } from '../receipts/receipts.ts'
import { createTexter } from '../receipts/texter.ts'
import { ReconciliationJob } from '../reconciliation/reconciliations.ts'
import { Sealer } from '../secrets/sealer.ts'
import { ForgetCards } from '../stored-cards/forget-cards.ts'
import { KeptCards } from '../stored-cards/kept-cards.ts'
import { createStoredCards } from '../stored-cards/stored-cards.ts'
import { GatewayWatch } from '../watch/gateway-watch.ts'
import { Authorisation } from './authorisation.ts'
import { lifeOf } from './core-life.ts'
import { DeskPublisher } from './desk-publisher.ts'
import { PaymentFlow } from './flow.ts'
import { FollowUp } from './follow-up.ts'
import { Gateways } from './gateways.ts'
import { Inquiries } from './inquiries.ts'
import { Operations } from './operations.ts'
import { createOperationsApi } from './operations-api.ts'
import type { PaymentCore, PaymentCoreOptions } from './payment-core.ts'
import { createPayments } from './payments.ts'
import { PhoneOrders } from './phone-orders.ts'
import type { PaymentRow } from './rows.ts'
import { PaymentRunner, type RunnerOptions } from './runner.ts'
import { Settlement } from './settlement.ts'
import { merchantIds, type PaymentKey } from './store.ts'
import { TakeUp } from './take-up.ts'

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
  const forgetting = new ForgetCards({ ...gatewaySide, keptCards, random })
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
