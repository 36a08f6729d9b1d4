import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import type { VaultEvent } from '../../contracts/vault-port.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import type { VaultClient } from '../clients/vault-client.ts'
import type { Collections } from '../collection/collections.ts'
import type { CollectionState } from '../collection/machine.ts'
import type { Collection } from '../collection/runner.ts'
import type { ConnectionCore } from '../connections/assemble.ts'
import type { Records } from '../connections/records.ts'
import type { GatewayEvents } from '../gateway-events/gateway-events.ts'
import type { Deliveries } from '../outbox/deliveries.ts'
import type { Endpoints } from '../outbox/endpoints.ts'
import type { PayLinks } from '../pay-links/pay-links.ts'
import type { Plans } from '../plans/plans.ts'
import type { Calls, DeskFeed, OperationsApi, Payments, Reconciliations } from '../ports.ts'
import type { ReceiptLook } from '../receipts/receipt-look.ts'
import type { Receipts } from '../receipts/receipts.ts'
import type { Store } from '../store/store.ts'
import type { StoredCards } from '../stored-cards/stored-cards.ts'
import type { GatewayMeter, GatewayWatch } from '../watch/gateway-watch.ts'
import type { Gateways } from './gateways.ts'
import type { PaymentRow } from './rows.ts'

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
