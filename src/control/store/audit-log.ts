import { createHash } from 'node:crypto'
import { newId } from '../../base/ids.ts'
import type { Actor } from '../ports.ts'
import type { Queries } from './database.ts'
import { lockMerchant } from './locks.ts'
import type { AuditTable } from './payment-tables.ts'

export type AuditEntry = {
  readonly actor: Actor
  /** What was done, for example `payment.armed`. */
  readonly action: string
  readonly paymentId: string | null
  /** Counts, states and references: nothing of a card but its last four. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>
}

const genesis = '0'.repeat(64)

/**
 * Appends to the merchant's chain: each row carries the hash of the one before, so that a row that was changed, taken
 * out or moved is found. In the transaction of what it tells of, which is also what keeps the chain from forking.
 */
export async function appendAudit(trx: Queries, entry: AuditEntry, nowMs: number): Promise<void> {
  const { merchantId, kind, id } = entry.actor
  await lockMerchant(trx, merchantId)
  const last = await trx
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .where('merchant_id', '=', merchantId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const row = {
    merchant_id: merchantId,
    seq: (last?.seq ?? 0) + 1,
    id: newId('audit', nowMs),
    at: nowMs,
    actor_kind: kind,
    actor_id: id,
    action: entry.action,
    payment_id: entry.paymentId,
    facts: JSON.stringify(entry.facts),
    previous_hash: last?.hash ?? genesis,
  }
  await trx
    .insertInto('audit')
    .values({ ...row, hash: hashOf(row) })
    .execute()
}

export type ChainFault = {
  readonly seq: number
  /** The row at fault; null when it is the one that is missing. */
  readonly id: string | null
  /** `not-chained`: moved from another place, or put in. */
  readonly fault: 'missing' | 'changed' | 'not-chained'
}

/** The newest row: whoever wrote it down elsewhere can tell later that none was cut off at the end. */
export type ChainHead = { readonly seq: number; readonly hash: string }

export type ChainReport = { readonly fault: ChainFault | null; readonly head: ChainHead }

const pageRows = 2_000

/** Walks one merchant's chain, page by page, to its end or to the first fault. */
export async function walkAudit(db: Queries, merchantId: string): Promise<ChainReport> {
  let head: ChainHead = { seq: 0, hash: genesis }
  for (;;) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('merchant_id', '=', merchantId)
      .where('seq', '>', head.seq)
      .orderBy('seq')
      .limit(pageRows)
      .execute()
    for (const row of rows) {
      const fault = faultOf(row, head)
      if (fault) return { fault, head }
      head = { seq: row.seq, hash: row.hash }
    }
    if (rows.length < pageRows) return { fault: null, head }
  }
}

/** Undefined when the merchant's chain is whole; otherwise the first fault. */
export async function verifyAudit(db: Queries, merchantId: string): Promise<ChainFault | undefined> {
  return (await walkAudit(db, merchantId)).fault ?? undefined
}

function faultOf(row: AuditTable, before: ChainHead): ChainFault | null {
  const { hash, seq, id, ...rest } = row
  if (seq !== before.seq + 1) return { seq: before.seq + 1, id: null, fault: 'missing' }
  if (row.previous_hash !== before.hash) return { seq, id, fault: 'not-chained' }
  return hashOf({ ...rest, seq, id }) === hash ? null : { seq, id, fault: 'changed' }
}

/** SHA-256 over the row's values in a fixed order, as a JSON array. */
function hashOf(row: Omit<AuditTable, 'hash'>): string {
  const values = [
    row.merchant_id,
    row.seq,
    row.id,
    row.at,
    row.actor_kind,
    row.actor_id,
    row.action,
    row.payment_id,
    row.facts,
    row.previous_hash,
  ]
  return createHash('sha256').update(JSON.stringify(values)).digest('hex')
}
