import type { FastifyRequest } from 'fastify'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Acquirer } from './acquirer.ts'
import type { FaultPlan } from './faults.ts'
import type { Ledger } from './ledger.ts'
import type { Notifier } from './notifier.ts'
import type { OnceOnly } from './once-only.ts'
import type { ReadAccount } from './test-accounts.ts'
import { Refusal } from './wire.ts'

/** What the routes work with. */
export type Parts = {
  readonly ledger: Ledger
  readonly acquirer: Acquirer
  readonly once: OnceOnly
  readonly faults: FaultPlan
  readonly notifier: Notifier
  /** What becomes of a refund that is pending, a little later. */
  readonly finishLater: (refundId: string, succeeds: boolean) => void
  /** What the bank makes of a debit, a little later. */
  readonly decideLater: (debitId: string, outcome: ReadAccount['outcome']) => void
  readonly clock: Clock
  readonly log: Log
  /** Aborted when the gateway stops: whoever waits or hangs ends. */
  readonly stopping: AbortSignal
}

/** The `Idempotency-Key` header: 1 to 255 printable characters, or none. */
export function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Refusal(400, 'invalid_idempotency_key', 'The Idempotency-Key is 1 to 255 printable characters.')
  }
  return key
}
