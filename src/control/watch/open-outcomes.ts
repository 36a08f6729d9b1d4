import { atTheBank } from '../../connectors/outcome.ts'
import { operationsUnderWay } from '../payments/operation-store.ts'
import { merchantIds } from '../payments/store.ts'
import type { Queries } from '../store/database.ts'

/** What is not known yet at one gateway: how many, and since when the oldest is not (epoch ms; null for none). */
export type OpenOutcomes = { readonly count: number; readonly oldestAt: number | null }

/** Attempts, captures, voids and refunds of unknown outcome, by gateway: of one merchant, or of all. */
export async function openOutcomes(db: Queries, merchantId?: string): Promise<Map<string, OpenOutcomes>> {
  const found = new Map<string, OpenOutcomes>()
  const add = (gateway: string, sentAt: number) => {
    const { count, oldestAt } = found.get(gateway) ?? { count: 0, oldestAt: null }
    found.set(gateway, { count: count + 1, oldestAt: Math.min(oldestAt ?? sentAt, sentAt) })
  }
  for (const id of merchantId === undefined ? await merchantIds(db) : [merchantId]) {
    for (const { gateway, sent_at } of await unknownAttempts(db, id)) add(gateway, Number(sent_at))
    for (const { gateway, state, sent_at } of await operationsUnderWay(db, id))
      if (state === 'unknown') add(gateway, sent_at)
  }
  return found
}

/** By way of the payment, whose state has an index. */
function unknownAttempts(db: Queries, merchantId: string) {
  return (
    db
      .selectFrom('payments')
      .innerJoin('attempts', (join) =>
        join
          .onRef('attempts.payment_id', '=', 'payments.id')
          .onRef('attempts.merchant_id', '=', 'payments.merchant_id'),
      )
      .select(['attempts.gateway', 'attempts.sent_at'])
      .where('payments.merchant_id', '=', merchantId)
      .where('payments.status', '=', 'unknown')
      .where('attempts.state', '=', 'unknown')
      // A debit that the banks have is not lost sight of: it takes its days.
      .where((by) => by.or([by('attempts.because', 'is', null), by('attempts.because', '!=', atTheBank)]))
      .execute()
  )
}
