import type { MerchantEvent } from '../../contracts/payment-events.ts'
import type { Queries } from '../store/database.ts'

/**
 * Where results go. The outbox has a row for each (event, target); a target is one webhook endpoint, one connected
 * CRM or accounting system, or one channel of receipts. The relay knows nothing of what a target speaks: it takes
 * rows in the order of each payment, keeps leases, waits and counts, and leaves the sending to the target's kind.
 *
 * Ids of targets carry their kind in the prefix (`whe_`, `con_`, …), so that no two kinds ever share one.
 */
export type TargetKind = {
  readonly name: 'webhook' | 'connection' | 'receipt'
  /** Targets of the merchant that may be delivered to now. What waits for another keeps waiting. */
  enabled(db: Queries, merchantId: string): Promise<readonly string[]>
  /**
   * Sends one event. Throws nothing but bugs: what went wrong stands in the answer. May be called again with the same
   * delivery after a crash at any point, so that whatever it writes elsewhere has to be written under a key of its own.
   */
  deliver(delivery: Delivery): Promise<Delivered>
  /** After `disable`, in the transaction that notes it. */
  disable(trx: Queries, key: TargetKey, because: string, nowMs: number): Promise<void>
  /** Ends what is being sent: a target that hangs must not hold up our own end. */
  close(): Promise<void>
}

export type TargetKey = { readonly merchantId: string; readonly target: string }

/** The targets of one kind that an event goes to; asked in the transaction of what the event tells of, and only reads. */
export type ChooseTargets = (
  trx: Queries,
  told: { readonly merchantId: string; readonly paymentId: string; readonly event: MerchantEvent },
) => Promise<readonly string[]>

/** A row of the outbox on its way. */
export type Delivery = TargetKey & {
  /** The same on every try and at every target. */
  readonly eventId: string
  readonly paymentId: string
  /** The payment's version: rows of one payment come in this order, the next only once this one is over. */
  readonly position: number
  readonly type: string
  /** JSON: a MerchantEvent. */
  readonly body: string
  /** 1 is the first. */
  readonly attempt: number
  /** No try has been noted yet, or none since a person had it replayed. */
  readonly isFresh: boolean
  /** When the event was told, epoch ms. */
  readonly createdAt: number
}

type Answered = {
  /** HTTP status, or null when there was no answer. */
  readonly status: number | null
  /** A word for the delivery log, `accepted`, `refused`, `timeout`, an error's code: never text of the target's. */
  readonly outcome: string
}

/** What became of a delivery, and what the relay does next. */
export type Delivered =
  /** Written, or nothing to write: the row is `delivered`. */
  | (Answered & { readonly do: 'done' })
  /** Again by the schedule, and not before `notBeforeMs` (epoch ms) when the target named a time. Counts as an attempt. */
  | (Answered & { readonly do: 'retry'; readonly notBeforeMs?: number | undefined })
  /** Not sent at all, for want of room in a rate limit: again at `untilMs` (epoch ms). Counts as no attempt. */
  | { readonly do: 'postpone'; readonly outcome: string; readonly untilMs: number }
  /** Will never succeed as it is: the row is `dead`, for replay; the payment's next row goes on. */
  | (Answered & { readonly do: 'give-up' })
  /** The target is closed to everything: disabled until somebody mends it. The row is `dead`, or waits for that day. */
  | (Answered & { readonly do: 'disable'; readonly row: 'dead' | 'waits' })
