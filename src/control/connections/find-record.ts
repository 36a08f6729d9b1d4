import type { RecordRef, RecordRules } from '../../contracts/connections.ts'
import type { PaymentFacts } from '../../contracts/payment-events.ts'
import type { Candidate } from '../../contracts/records.ts'
import { spellingsOf } from '../../crm/phone-numbers.ts'
import { type KnownKinds, readRecordRef } from '../../crm/record-ref.ts'
import { readCallMetadata } from '../calls/call-metadata.ts'
import type { Queries } from '../store/database.ts'
import type { Connected } from './connection-row.ts'
import type { Speaker, Spoken } from './speaker.ts'

export type RecordFound =
  | { readonly kind: 'record'; readonly record: RecordRef; readonly source: 'payment' | 'call' | 'phone' }
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

/** Which record a payment belongs to: what it says itself, else what its call says, else whose number the caller has. */
export async function findRecord(options: FindRecord): Promise<RecordFound> {
  const { db, connected, payment } = options
  const { adapter, row } = connected
  const { rules } = row
  const own = ownReference(rules, payment)
  if (own !== undefined) return named(own, adapter, 'payment')
  const call = await callOf(db, payment)
  const inherited = call?.metadata[rules.metadataKey]
  if (inherited !== undefined) return named(inherited, adapter, 'call')
  if (!rules.byPhone || !adapter.find) return none(rules.none, 'no-reference')
  return byPhone(options, { number: call?.number ?? '', find: adapter.find })
}

/** What the payment says itself: it counts before anything that is said of its call. */
export function ownReference(
  { metadataKey, orReference }: RecordRules,
  { metadata, reference }: Pick<PaymentFacts, 'metadata' | 'reference'>,
): string | undefined {
  return metadata[metadataKey] ?? (orReference ? reference : undefined)
}

function named(text: string, adapter: KnownKinds, source: 'payment' | 'call'): RecordFound {
  const record = readRecordRef(text, adapter)
  if (record) return { kind: 'record', record, source }
  return { kind: 'held', because: 'reference-unreadable', candidates: [] }
}

type ByPhone = {
  readonly number: string
  readonly find: NonNullable<Connected['adapter']['find']>
}

async function byPhone({ speaker, connected }: FindRecord, { number, find }: ByPhone): Promise<RecordFound> {
  const { rules } = connected.row
  const numbers = spellingsOf(number, rules.country)
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

/** The other party's number: who called, or who was called; and what is said of the call. */
async function callOf(db: Queries, { merchantId, callId }: PaymentFacts) {
  const call = await db
    .selectFrom('calls')
    .select(['direction', 'from_number', 'to_number', 'metadata'])
    .where('merchant_id', '=', merchantId)
    .where('id', '=', callId)
    .executeTakeFirst()
  if (!call) return undefined
  const number = call.direction === 'inbound' ? call.from_number : call.to_number
  return { number, metadata: readCallMetadata(call.metadata) }
}
