import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import type { VaultClient } from '../clients/vault-client.ts'
import type { Endpoints } from '../outbox/endpoints.ts'
import type { Calls, DeskFeed, Payments } from '../ports.ts'
import type { Store } from '../store/store.ts'

export type PaymentCoreOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly config: Pick<ControlConfig, 'merchants' | 'gateways' | 'collection' | 'mode'>
  readonly bridge: BridgeClient
  readonly vault: VaultClient
  readonly calls: Calls
  readonly feed: DeskFeed
}

export type PaymentCore = {
  readonly payments: Payments
  readonly endpoints: Endpoints
  /** Webhooks: runs by itself after `recover`; `wake` is for tests and operators. */
  readonly relay: { wake(): void }
  /**
   * Once at start, before the first request: merchants of the configuration are written, payments that the last
   * process left under way are taken up, and the relay begins.
   */
  recover(): Promise<void>
  /** Ends collections, finishes authorisations that are under way up to `deadlineMs`, and stops the relay. */
  stop(deadlineMs?: number): Promise<void>
}

export declare function createPaymentCore(options: PaymentCoreOptions): PaymentCore
