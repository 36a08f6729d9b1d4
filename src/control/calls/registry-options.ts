import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import type { DeskFeed } from '../ports.ts'
import type { Store } from '../store/store.ts'
import type { CallMetadata } from './call-metadata.ts'
import type { CallEvent, CallState } from './call-state.ts'
import type { LiveCall } from './missing-legs.ts'

export type RegistryOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly feed: DeskFeed
  readonly bridge: BridgeClient
  /** Once per call, when it ends, before its media is released: the collection must stop first. */
  readonly onEnded: (callId: string) => void
  /** Tells the provider to end one party's call; unknown and ended ones are harmless. */
  readonly hangUp: (provider: string, providerCallId: string) => void
  /** Asks the provider whether one party's call has ended; false when it cannot say. */
  readonly isOver: (provider: string, providerCallId: string) => Promise<boolean>
  /** After every change of a call. */
  readonly onChange?: (call: LiveCall, before: CallState, event: CallEvent) => void
  /** The flow that answers callers who come over SIP without an agent; null: nobody does. */
  readonly sipFlow?: string | null
  /** The edge says more of a call over SIP than it did when the call began. */
  readonly onSipMetadata?: (
    call: { readonly merchantId: string; readonly callId: string },
    news: CallMetadata,
  ) => Promise<void>
  /** Whose a call over SIP is; null when it is nobody's. */
  readonly sipMerchant?: (named: string | undefined) => string | null
}
