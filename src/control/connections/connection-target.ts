import type { Clock } from '../../base/clock.ts'
import type { RecordRef } from '../../contracts/connections.ts'
import { PaymentEvent } from '../../contracts/payment-events.ts'
import type { Written } from '../../crm/adapter.ts'
import type { Delivered, Delivery, TargetKind } from '../outbox/target.ts'
import type { Store } from '../store/store.ts'
import type { ConnectionHttp } from './connection-http.ts'
import {
  type Connected,
  changeConnection,
  connectedOf,
  findConnection,
  listConnections,
} from './connection-row.ts'
import { findRecord } from './find-record.ts'
import {
  findLink,
  type LinkChange,
  type LinkKey,
  linkUnlessThere,
  type RecordLink,
  saveLink,
} from './record-links.ts'
import type { Speaker, Spoken } from './speaker.ts'

export type ConnectionTargetOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly speaker: Speaker
  readonly http: ConnectionHttp
}

/** Connected CRMs and books as targets of the outbox. */
export function createConnectionTarget(options: ConnectionTargetOptions): TargetKind {
  const { store, http } = options
  return {
    name: 'connection',
    async enabled(db, merchantId) {
      const rows = await listConnections(db, merchantId)
      return rows.filter(({ state }) => state === 'connected').map(({ id }) => id)
    },
    async deliver(delivery) {
      const { merchantId, target: connectionId } = delivery
      const row = await findConnection(store.db, { merchantId, connectionId })
      if (row?.state !== 'connected')
        return { do: 'disable', row: 'waits', status: null, outcome: 'disabled' }
      const event = PaymentEvent.safeParse(JSON.parse(delivery.body)).data
      // Of no payment, such as a test or a difference: nothing of it belongs on a record.
      if (!event) return { do: 'done', status: null, outcome: 'not-for-records' }
      return write(options, connectedOf(row), { delivery, event })
    },
    disable: (trx, { merchantId, target }, because, nowMs) =>
      changeConnection(
        trx,
        { merchantId, connectionId: target },
        { state: 'disabled', disabled_because: because },
        nowMs,
      ),
    close: () => http.close(),
  }
}

type Order = { readonly delivery: Delivery; readonly event: PaymentEvent }

async function write(
  { store, clock, speaker }: ConnectionTargetOptions,
  connected: Connected,
  { delivery, event }: Order,
): Promise<Delivered> {
  const { merchantId, target: connectionId, paymentId, position, eventId } = delivery
  const key: LinkKey = { merchantId, connectionId, paymentId }
  const known = await findLink(store.db, key)
  // An old event that was replayed must not write over what is newer.
  if (known?.written && position < known.position && connected.adapter.entries === 'by-payment')
    return { do: 'done', status: null, outcome: 'newer-is-written' }
  const linked = await recordOf({ store, clock, speaker }, { connected, key, known, event })
  if ('do' in linked) return linked
  const request = {
    ...{ event, eventId, record: linked.record, written: known?.written ?? null },
    mapping: connected.row.mapping,
  }
  const spoken = await speaker.converse(connected, connected.adapter.write, request)
  if (spoken.kind === 'outcome' && spoken.outcome.kind === 'done') {
    const written = spoken.outcome.written
    await keepWritten(store, key, written, Math.max(position, known?.position ?? -1), clock.now())
    return { do: 'done', status: spoken.status, outcome: written ? 'written' : 'nothing-to-write' }
  }
  if (spoken.kind === 'outcome' && spoken.outcome.kind === 'record-gone') {
    const held = { state: 'held', because: 'record-gone' } as const
    await saveLink(store.db, key, held, clock.now())
    return { do: 'give-up', status: spoken.status, outcome: 'record-gone' }
  }
  return deliveredOf(spoken, clock.now())
}

async function keepWritten(
  store: Store,
  key: LinkKey,
  written: Written | null,
  position: number,
  nowMs: number,
): Promise<void> {
  await saveLink(store.db, key, { written: written && JSON.stringify(written), position }, nowMs)
}

type Asked = {
  readonly connected: Connected
  readonly key: LinkKey
  readonly known: RecordLink | undefined
  readonly event: PaymentEvent
}

/** The record that is known, or is found now and kept; or what to do without one. */
async function recordOf(
  { store, clock, speaker }: Pick<ConnectionTargetOptions, 'store' | 'clock' | 'speaker'>,
  { connected, key, known, event }: Asked,
): Promise<{ readonly record: RecordRef } | Delivered> {
  if (known) return told(known)
  const found = await findRecord({ db: store.db, speaker, connected, payment: event.data })
  // Looking takes a while: who named the record meanwhile knew better, and is not written over.
  const keep = (change: LinkChange) => linkUnlessThere(store.db, key, change, clock.now())
  switch (found.kind) {
    case 'record': {
      const { record, source } = found
      return told(await keep({ state: 'linked', record_kind: record.kind, record_id: record.id, source }))
    }
    case 'held': {
      const candidates = JSON.stringify(found.candidates)
      return told(await keep({ state: 'held', because: found.because, candidates }))
    }
    case 'skip': {
      const named = await findLink(store.db, key)
      return named ? told(named) : { do: 'done', status: null, outcome: 'no-record' }
    }
    case 'not-asked':
      return deliveredOf(found.spoken, clock.now())
  }
}

function told(link: RecordLink): { readonly record: RecordRef } | Delivered {
  const { state, record_kind: kind, record_id: id, because } = link
  if (state === 'linked' && kind !== null && id !== null) return { record: { kind, id } }
  return held(because ?? 'held')
}

/** Given up until somebody names the record, which brings it back: see point-to-record.ts. */
function held(because: string): Delivered {
  return { do: 'give-up', status: null, outcome: `held: ${because}` }
}

function deliveredOf(spoken: Spoken, nowMs: number): Delivered {
  if (spoken.kind === 'no-room') return { do: 'postpone', outcome: 'rate-limit', untilMs: spoken.untilMs }
  if (spoken.kind === 'reconnect')
    return { do: 'disable', row: 'waits', status: 401, outcome: `reconnect: ${spoken.because}` }
  const { outcome, status } = spoken
  if (outcome.kind === 'retry') {
    const wait = outcome.afterMs === undefined ? {} : { notBeforeMs: nowMs + outcome.afterMs }
    return { do: 'retry', status, outcome: outcome.because, ...wait }
  }
  return { do: 'give-up', status, outcome: outcome.kind === 'give-up' ? outcome.because : outcome.kind }
}
