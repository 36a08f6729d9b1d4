import type { RecordRef } from '../../contracts/connections.ts'
import type { PaymentFacts } from '../../contracts/payment-events.ts'
import type { Candidate } from '../../contracts/records.ts'
import { spellingsOf } from '../../crm/phone-numbers.ts'
import { readRecordRef } from '../../crm/record-ref.ts'
import type { Queries } from '../store/database.ts'
import type { Connected } from './connection-row.ts'
import type { Speaker, Spoken } from './speaker.ts'

export type RecordFound =
  | { readonly kind: 'record'; readonly record: RecordRef; readonly source: 'payment' | 'phone' }
  /** A person has to say which. */
  | { readonly kind: 'held'; readonly because: string; readonly candidates: readonly Candidate[] }
  /** As the merchant's rule wants it: nothing is written. */
  | { readonly kind: 'skip' }
  /** The other side could not be asked. */
  | { readonly kind: 'not-asked'; readonly spoken: Spoken }

export type FindRecord = {
  readonly db: Queries
  readonly speaker: Speaker
  readonly connected: Connected
  readonly payment: PaymentFacts
}

/** Which record a payment belongs to: what it says itself, else whose number the caller has, by the merchant's rules. */
export async function findRecord(options: FindRecord): Promise<RecordFound> {
  const { connected, payment } = options
  const { adapter, row } = connected
  const { rules } = row
  const named = payment.metadata[rules.metadataKey] ?? (rules.orReference ? payment.reference : undefined)
  if (named !== undefined) {
    const record = readRecordRef(named, adapter)
    if (record) return { kind: 'record', record, source: 'payment' }
    return { kind: 'held', because: 'reference-unreadable', candidates: [] }
  }
  if (!rules.byPhone || !adapter.find) return none(rules.none, 'no-reference')
  return byPhone(options, adapter.find)
}

async function byPhone(
  { db, speaker, connected, payment }: FindRecord,
  find: NonNullable<Connected['adapter']['find']>,
): Promise<RecordFound> {
  const { rules } = connected.row
  const numbers = spellingsOf(await callersNumber(db, payment), rules.country)
  if (numbers.length === 0) return none(rules.none, 'no-number')
  const kind = rules.kind ?? connected.adapter.recordKinds[0] ?? ''
  const spoken = await speaker.converse(connected, find, { numbers, kind })
  if (spoken.kind !== 'outcome' || spoken.outcome.kind !== 'found') return { kind: 'not-asked', spoken }
  const { records } = spoken.outcome
  const [first, second] = records
  if (!first) return none(rules.none, 'nobody-has-the-number')
  if (second && rules.many === 'hold')
    return { kind: 'held', because: 'several-have-the-number', candidates: records }
  return { kind: 'record', record: { kind: first.kind, id: first.id }, source: 'phone' }
}

function none(rule: 'hold' | 'skip', because: string): RecordFound {
  return rule === 'skip' ? { kind: 'skip' } : { kind: 'held', because, candidates: [] }
}

/** The other party's number: who called, or who was called. */
async function callersNumber(db: Queries, { merchantId, callId }: PaymentFacts): Promise<string> {
  const call = await db
    .selectFrom('calls')
    .select(['direction', 'from_number', 'to_number'])
    .where('merchant_id', '=', merchantId)
    .where('id', '=', callId)
    .executeTakeFirst()
  if (!call) return ''
  return call.direction === 'inbound' ? call.from_number : call.to_number
}
