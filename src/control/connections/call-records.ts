import type { Clock } from '../../base/clock.ts'
import type { CallResource } from '../../contracts/desk-port.ts'
import type { CallRecordResource } from '../../contracts/records.ts'
import { readRecordRef } from '../../crm/record-ref.ts'
import { findAdapter } from '../../crm/registry.ts'
import { type CallMetadata, changeMetadata, type MetadataChange } from '../calls/call-metadata.ts'
import type { PaymentRow } from '../payments/rows.ts'
import { listPayments } from '../payments/store.ts'
import type { Actor } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import { lockMerchant } from '../store/locks.ts'
import type { Store } from '../store/store.ts'
import { RecordUnreadable } from './connection-errors.ts'
import { type ConnectionRow, listConnections } from './connection-row.ts'
import { ownReference } from './find-record.ts'
import { pointToRecord } from './point-to-record.ts'
import { findLink } from './record-links.ts'

/** What has to be known of calls here. */
export type CallsForRecords = {
  /** However long ago it was. Throws CallNotFound. */
  find(merchantId: string, callId: string): Promise<CallResource>
  learnMetadata(callId: string, metadata: CallMetadata): void
}

export type CallRecordsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly calls: CallsForRecords
  readonly onTold: (merchantId: string) => void
}

/** Of one call: more than an agent could take in a day. */
const mostPayments = 200

/** What is said of a call, and the records that its payments inherit from that. */
export class CallRecords {
  readonly #options: CallRecordsOptions

  constructor(options: CallRecordsOptions) {
    this.#options = options
  }

  /** For each connected system that asks calls: which record payments of this call belong to. Throws CallNotFound. */
  async shown({ merchantId }: Actor, callId: string): Promise<CallRecordResource[]> {
    const { store, calls } = this.#options
    const { metadata } = await calls.find(merchantId, callId)
    const connections = await listConnections(store.db, merchantId)
    // Where the payment's own reference counts, it always has one.
    const asking = connections.filter(({ state, rules }) => state === 'connected' && !rules.orReference)
    return asking.map((connection) => {
      const { id, name, rules } = connection
      const recordKinds = [...(findAdapter(connection.adapter)?.recordKinds ?? [])]
      const { metadataKey } = rules
      const record = readFor(connection, metadata[metadataKey]) ?? null
      return { connectionId: id, connectionName: name, recordKinds, metadataKey, record }
    })
  }

  /**
   * Changes what is said of a call, during it or after it. Payments of it that inherit their record move with that; those that
   * name one themselves, or whose record a person named, stay. Throws CallNotFound; RecordUnreadable for an entry that names
   * a record which no connected system can have.
   */
  async edit(actor: Actor, callId: string, change: MetadataChange): Promise<CallResource> {
    const { calls } = this.#options
    await calls.find(actor.merchantId, callId)
    await this.#change(actor, { callId, change, isChecked: true })
    return calls.find(actor.merchantId, callId)
  }

  /** The telephone network says more of a call: whoever said it cannot be told that it is unreadable. */
  async learn(call: { readonly merchantId: string; readonly callId: string }, news: CallMetadata) {
    const actor = { merchantId: call.merchantId, kind: 'system', id: 'telephony' } as const
    await this.#change(actor, { callId: call.callId, change: news, isChecked: false })
  }

  async #change(
    actor: Actor,
    order: { readonly callId: string; readonly change: MetadataChange; readonly isChecked: boolean },
  ): Promise<void> {
    const { store, clock, calls, onTold } = this.#options
    const { callId, change, isChecked } = order
    const { merchantId } = actor
    const nowMs = clock.now()
    const metadata = await store.transaction(async (trx) => {
      await lockMerchant(trx, merchantId)
      const connections = await listConnections(trx, merchantId)
      const naming = connections.filter(({ rules }) => typeof change[rules.metadataKey] === 'string')
      if (isChecked) refuseUnreadable(naming, change)
      const changed = await changeMetadata(trx, { merchantId, callId }, change)
      const facts = { callId, keys: Object.keys(change).join(' ') }
      await appendAudit(trx, { actor, action: 'call.metadata-changed', paymentId: null, facts }, nowMs)
      if (naming.length === 0) return changed
      const { rows } = await listPayments(trx, merchantId, { callId, limit: mostPayments })
      for (const payment of rows)
        for (const connection of naming) await inherit(trx, { connection, payment, metadata: changed }, nowMs)
      return changed
    })
    calls.learnMetadata(callId, metadata)
    onTold(merchantId)
  }
}

function readFor({ adapter }: ConnectionRow, text: string | undefined) {
  const known = findAdapter(adapter)
  return text === undefined || !known ? undefined : readRecordRef(text, known)
}

/** An entry counts when one of the systems that ask for it can have such a record: others may share its name. */
function refuseUnreadable(naming: readonly ConnectionRow[], change: MetadataChange): void {
  for (const [key, text] of Object.entries(change)) {
    const asking = naming.filter(({ rules }) => rules.metadataKey === key)
    if (asking.length === 0 || asking.some((connection) => readFor(connection, text ?? undefined))) continue
    const kinds = asking.flatMap(({ adapter }) => findAdapter(adapter)?.recordKinds ?? [])
    throw new RecordUnreadable([...new Set(kinds)], `/metadata/${key}`)
  }
}

type Inheriting = {
  readonly connection: ConnectionRow
  readonly payment: PaymentRow
  readonly metadata: CallMetadata
}

async function inherit(trx: Queries, { connection, payment, metadata }: Inheriting, nowMs: number) {
  const record = readFor(connection, metadata[connection.rules.metadataKey])
  const { metadata: own, reference } = payment
  const said = { metadata: JSON.parse(own) as Record<string, string>, reference }
  if (!record || ownReference(connection.rules, said) !== undefined) return
  const key = { merchantId: payment.merchant_id, connectionId: connection.id, paymentId: payment.id }
  const link = await findLink(trx, key)
  // What a person named for this payment stays.
  if (link?.source === 'agent') return
  if (link?.record_kind === record.kind && link.record_id === record.id) return
  await pointToRecord(trx, { connection, payment, record, source: 'call' }, nowMs)
}
