import type { RecordLinkResource } from '../../contracts/records.ts'
import { sameRecord } from '../../crm/record-ref.ts'
import { findAdapter } from '../../crm/registry.ts'
import type { ConnectionRow } from './connection-row.ts'
import type { RecordLink } from './record-links.ts'

function namesOf({ id, name, adapter }: ConnectionRow) {
  const recordKinds = [...(findAdapter(adapter)?.recordKinds ?? [])]
  return { connectionId: id, connectionName: name, recordKinds }
}

/** A link as the API and the desk show it: what was written there stays ours. */
export function linkResource(link: RecordLink, connection: ConnectionRow): RecordLinkResource {
  const { state, source, because, candidates, record_kind: kind, record_id } = link
  const record = kind !== null && record_id !== null ? { kind, id: record_id } : null
  return {
    ...{ ...namesOf(connection), paymentId: link.payment_id, state, source, because, candidates },
    record,
    // What stands on the record before a correction has not moved yet.
    written: link.written !== null && record !== null && sameRecord(link.written.record, record),
    updatedAt: link.updated_at,
  }
}

/** Nothing of the payment has come to this connection yet. A person may name the record all the same. */
export function unlinked(connection: ConnectionRow, paymentId: string): RecordLinkResource {
  return {
    ...{ ...namesOf(connection), paymentId, state: 'open', source: null, because: null, candidates: [] },
    ...{ record: null, written: false, updatedAt: connection.updated_at },
  }
}
