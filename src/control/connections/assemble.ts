import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { AddressGuard, type EgressRules } from '../egress/address-guard.ts'
import { createGuardedAgent } from '../egress/guarded-agent.ts'
import { createResolveHost } from '../egress/resolve-host.ts'
import type { TargetKind } from '../outbox/target.ts'
import type { OperationsApi, Payments } from '../ports.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Store } from '../store/store.ts'
import { CallRecords, type CallsForRecords } from './call-records.ts'
import { Connector } from './connect.ts'
import { answerMs, createConnectionHttp } from './connection-http.ts'
import { createConnectionTarget } from './connection-target.ts'
import { Connections } from './connections.ts'
import { Limiter } from './limiter.ts'
import { lookUpRecord, type RecordAnswer, type RecordQuestion } from './look-up-record.ts'
import { Previews } from './previews.ts'
import { Records } from './records.ts'
import { Speaker } from './speaker.ts'
import { TokenKeeper } from './token-keeper.ts'

export type ConnectionCoreOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly mode: 'sandbox' | 'production'
  readonly publicUrl: string
  readonly sealer: Sealer
  /** What merchants may have us dial. */
  readonly egress: EgressRules
  /** Something was written for this merchant's targets. */
  readonly onTold: (merchantId: string) => void
}

/** What the API does with connected systems. */
export type ConnectionCore = {
  readonly connections: Connections
  readonly connector: Connector
  readonly previews: Previews
  readonly target: TargetKind
  /** Payments by their records. */
  records(payments: Pick<Payments, 'get'>, operations: Pick<OperationsApi, 'order'>): Records
  /** What is said of calls, and what their payments inherit from it. */
  callRecords(calls: CallsForRecords): CallRecords
  /** Which record a caller means who is served without an agent. */
  lookUp(question: RecordQuestion): Promise<RecordAnswer>
  readonly sealer: Sealer
}

export function createConnectionCore(options: ConnectionCoreOptions): ConnectionCore {
  const { store, clock, log, sealer, egress, onTold } = options
  const guard = new AddressGuard(egress)
  const dispatcher = createGuardedAgent({ guard, resolve: createResolveHost(), connectMs: 5_000, answerMs })
  const http = createConnectionHttp(clock, dispatcher)
  const tokens = new TokenKeeper({ store, clock, log, sealer, http })
  const speaker = new Speaker({ clock, log, http, tokens, limiter: new Limiter({ store, clock }) })
  return {
    sealer,
    connections: new Connections(options),
    connector: new Connector({ ...options, tokens, speaker, onConnected: onTold }),
    previews: new Previews({ store }),
    target: createConnectionTarget({ store, clock, speaker, http }),
    lookUp: (question) => lookUpRecord({ store, clock, log, speaker }, question),
    records: (payments, operations) => new Records({ store, clock, payments, operations, onTold }),
    callRecords: (calls) => new CallRecords({ store, clock, calls, onTold }),
  }
}
