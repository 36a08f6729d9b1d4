import { sql } from 'kysely'
import type { DifferenceResource, ReconciliationResource } from '../../contracts/reconciliation.ts'
import type { Queries } from '../store/database.ts'
import type { DifferenceTable, ReconciliationTable } from '../store/gateway-tables.ts'

const dayMs = 24 * 3_600_000

export type RunKey = { readonly merchantId: string; readonly id: string }

export async function insertRun(db: Queries, row: ReconciliationTable): Promise<void> {
  await db.insertInto('reconciliations').values(row).execute()
}

export async function findRun(
  db: Queries,
  { merchantId, id }: RunKey,
): Promise<ReconciliationTable | undefined> {
  return db
    .selectFrom('reconciliations')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function updateRun(
  db: Queries,
  { merchantId, id }: RunKey,
  change: Partial<ReconciliationTable>,
): Promise<void> {
  await db
    .updateTable('reconciliations')
    .set(change)
    .where('merchant_id', '=', merchantId)
    .where('id', '=', id)
    .execute()
}

/** Newest first. */
export async function listRuns(
  db: Queries,
  merchantId: string,
  { cursor, limit }: { readonly cursor?: string; readonly limit: number },
): Promise<ReconciliationTable[]> {
  return db
    .selectFrom('reconciliations')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .$if(cursor !== undefined, (query) => query.where('id', '<', cursor ?? ''))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

export type DailyState = {
  /** Until when whole days were compared, or are being compared. */
  readonly coveredUntilMs: number | null
  /** From when on whole days were ever to be compared: the first days of all may have failed every time. */
  readonly firstSinceMs: number | null
  /** Comparisons up to that midnight that failed, and when the last one did. */
  readonly failures: number
  readonly lastFailedMs: number | null
}

export async function dailyState(db: Queries, merchantId: string, untilMs: number): Promise<DailyState> {
  const ofMerchant = db.selectFrom('reconciliations').where('merchant_id', '=', merchantId)
  // Ranges that somebody ordered may leave a part of the day out.
  const wholeDays = ofMerchant.where(sql<boolean>`since_ms % ${dayMs} = 0 and until_ms % ${dayMs} = 0`)
  const covered = await wholeDays
    .select(({ fn }) => fn.max<number | null>('until_ms').as('until'))
    .where('state', '!=', 'failed')
    .executeTakeFirst()
  const first = await wholeDays
    .select(({ fn }) => fn.min<number | null>('since_ms').as('since'))
    .executeTakeFirst()
  const failed = await ofMerchant
    .select(({ fn }) => [fn.count<number>('id').as('times'), fn.max<number | null>('updated_at').as('last')])
    .where('state', '=', 'failed')
    .where('until_ms', '=', untilMs)
    .executeTakeFirst()
  return {
    coveredUntilMs: covered?.until ?? null,
    firstSinceMs: first?.since ?? null,
    failures: Number(failed?.times ?? 0),
    lastFailedMs: failed?.last ?? null,
  }
}

/** Runs that a crash cut short: they changed nothing, and may simply be run again. */
export async function failLeftRuns(db: Queries, merchantId: string, nowMs: number): Promise<void> {
  await db
    .updateTable('reconciliations')
    .set({ state: 'failed', because: 'control restarted', updated_at: nowMs })
    .where('merchant_id', '=', merchantId)
    .where('state', '=', 'running')
    .execute()
}

/** Those of these subjects that an earlier run has listed in the same way. */
export async function knownDifferences(
  db: Queries,
  merchantId: string,
  subjects: readonly string[],
): Promise<Set<string>> {
  if (subjects.length === 0) return new Set()
  const rows = await db
    .selectFrom('reconciliation_differences')
    .select(['kind', 'subject'])
    .where('merchant_id', '=', merchantId)
    .where('subject', 'in', subjects)
    .execute()
  return new Set(rows.map(({ kind, subject }) => `${kind} ${subject}`))
}

export async function insertDifferences(db: Queries, rows: readonly DifferenceTable[]): Promise<void> {
  if (rows.length > 0)
    await db
      .insertInto('reconciliation_differences')
      .values([...rows])
      .execute()
}

export async function differencesOf(db: Queries, { merchantId, id }: RunKey): Promise<DifferenceResource[]> {
  const rows = await db
    .selectFrom('reconciliation_differences')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('reconciliation_id', '=', id)
    .orderBy('id')
    .execute()
  return rows.map(differenceResource)
}

export function differenceResource(row: DifferenceTable): DifferenceResource {
  return {
    id: row.id,
    reconciliationId: row.reconciliation_id,
    kind: row.kind,
    subject: row.subject,
    paymentId: row.payment_id,
    gatewayRef: row.gateway_ref,
    oursMinor: row.ours_minor,
    theirsMinor: row.theirs_minor,
    currency: row.currency,
    createdAt: row.created_at,
  }
}

export function runResource(row: ReconciliationTable): ReconciliationResource {
  return {
    id: row.id,
    gateway: row.gateway,
    state: row.state,
    since: row.since_ms,
    until: row.until_ms,
    lines: row.lines,
    matched: row.matched,
    differences: row.differences,
    because: row.because,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
