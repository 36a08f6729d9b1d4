import { createHash } from 'node:crypto'
import { newId } from '../../base/ids.ts'
import type { Actor } from '../ports.ts'
import type { Queries } from './database.ts'
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
  readonly fault: 'missing' | 'changed' | 'not-chained'
}

/** Walks one merchant's chain. Undefined when it is whole; otherwise the first fault. */
export async function verifyAudit(db: Queries, merchantId: string): Promise<ChainFault | undefined> {
  let expectedSeq = 1
  let previousHash = genesis
  const rows = db
    .selectFrom('audit')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .orderBy('seq')
    .stream()
  for await (const row of rows) {
    const { hash, ...rest } = row
    if (row.seq !== expectedSeq) return { seq: expectedSeq, fault: 'missing' }
    if (row.previous_hash !== previousHash) return { seq: row.seq, fault: 'not-chained' }
    if (hashOf(rest) !== hash) return { seq: row.seq, fault: 'changed' }
    previousHash = hash
    expectedSeq++
  }
  return undefined
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
