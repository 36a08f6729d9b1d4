import { sql } from 'kysely'
import type { Queries } from '../store/database.ts'
import { type OpenOutcomes, openOutcomes } from '../watch/open-outcomes.ts'

/** What only the store knows, read at the moment of asking. */
export type StoredNumbers = {
  /** Events that wait to be delivered, and since when the oldest does (epoch ms; null for none). */
  readonly outbox: { readonly waiting: number; readonly oldestAt: number | null }
  readonly unknown: ReadonlyMap<string, OpenOutcomes>
  /** Differences that the last finished comparison of each gateway found. */
  readonly differences: ReadonlyMap<string, number>
}

/** Of one merchant, or of all. */
export async function storedNumbers(db: Queries, merchantId?: string): Promise<StoredNumbers> {
  return {
    outbox: await outboxOf(db, merchantId),
    unknown: await openOutcomes(db, merchantId),
    differences: await lastDifferences(db, merchantId),
  }
}

async function outboxOf(db: Queries, merchantId: string | undefined): Promise<StoredNumbers['outbox']> {
  const row = await db
    .selectFrom('outbox')
    .select([sql<number>`count(*)`.as('waiting'), sql<number | null>`min(created_at)`.as('oldest')])
    .where('state', '=', 'waiting')
    .$if(merchantId !== undefined, (query) => query.where('merchant_id', '=', merchantId ?? ''))
    .executeTakeFirstOrThrow()
  return { waiting: Number(row.waiting), oldestAt: row.oldest === null ? null : Number(row.oldest) }
}

async function lastDifferences(
  db: Queries,
  merchantId: string | undefined,
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('reconciliations as run')
    .select(['run.gateway', 'run.differences'])
    .where('run.state', '=', 'done')
    .$if(merchantId !== undefined, (query) => query.where('run.merchant_id', '=', merchantId ?? ''))
    .where(({ eb, not, exists }) =>
      not(
        exists(
          eb
            .selectFrom('reconciliations as later')
            .select('later.id')
            .whereRef('later.merchant_id', '=', 'run.merchant_id')
            .whereRef('later.gateway', '=', 'run.gateway')
            .where('later.state', '=', 'done')
            .whereRef('later.id', '>', 'run.id'),
        ),
      ),
    )
    .execute()
  const sums = new Map<string, number>()
  for (const { gateway, differences } of rows)
    sums.set(gateway, (sums.get(gateway) ?? 0) + Number(differences))
  return sums
}
