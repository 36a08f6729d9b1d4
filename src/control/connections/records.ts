import type { Clock } from '../../base/clock.ts'
import { RecordRef } from '../../contracts/connections.ts'
import type { PaymentResource } from '../../contracts/desk-port.ts'
import type { OperationResource } from '../../contracts/operations.ts'
import type { PaymentStatus } from '../../contracts/payment-events.ts'
import type { RecordLinkResource } from '../../contracts/records.ts'
import { readRecordRef } from '../../crm/record-ref.ts'
import { findAdapter } from '../../crm/registry.ts'
import { findPayment } from '../payments/store.ts'
import type { Actor, OperationOrdered, OperationsApi, Payments } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import { lockMerchant } from '../store/locks.ts'
import type { Store } from '../store/store.ts'
import { RecordHasNoPayment, RecordPaymentAmbiguous, RecordUnreadable } from './connection-errors.ts'
import { listConnections } from './connection-row.ts'
import { found } from './connections.ts'
import { linkResource, unlinked } from './link-resource.ts'
import { pointToRecord } from './point-to-record.ts'
import { findLink, linksOfPayment, paymentsOfRecord, type RecordLink } from './record-links.ts'

export type RecordsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly payments: Pick<Payments, 'get'>
  readonly operations: Pick<OperationsApi, 'order'>
  readonly onTold: (merchantId: string) => void
}

export type RecordOrder = {
  /** `Case:500…`, or an id alone when `connectionId` says whose. */
  readonly record: string
  readonly connectionId?: string | undefined
  readonly paymentId?: string | undefined
  readonly kind: 'refund' | 'void'
  readonly amountMinor?: number | undefined
  readonly reason?: string | undefined
}

/** Payments and the records that they belong to, from both sides. */
export class Records {
  readonly #options: RecordsOptions

  constructor(options: RecordsOptions) {
    this.#options = options
  }

  /** Which records of connected systems the payment belongs to. */
  async ofPayment({ merchantId }: Actor, paymentId: string): Promise<RecordLink[]> {
    await findPayment(this.#options.store.db, { merchantId, paymentId })
    return linksOfPayment(this.#options.store.db, merchantId, paymentId)
  }

  /** The same as the API shows it, with the connections that have not looked for the record yet. */
  async shown(actor: Actor, paymentId: string): Promise<RecordLinkResource[]> {
    const links = await this.ofPayment(actor, paymentId)
    const connections = await listConnections(this.#options.store.db, actor.merchantId)
    return connections.flatMap((connection) => {
      const link = links.find(({ connection_id }) => connection_id === connection.id)
      if (link) return [linkResource(link, connection)]
      return connection.state === 'connected' ? [unlinked(connection, paymentId)] : []
    })
  }

  /**
   * A person says which record it is. What was written elsewhere moves; what was held until now is written.
   */
  async correct(
    actor: Actor,
    { paymentId, connectionId, record: text }: { paymentId: string; connectionId: string; record: string },
  ): Promise<RecordLinkResource> {
    const { store, clock, onTold } = this.#options
    const { merchantId } = actor
    const key = { merchantId, connectionId, paymentId }
    const nowMs = clock.now()
    const named = await store.transaction(async (trx) => {
      await lockMerchant(trx, merchantId)
      const connection = await found(trx, merchantId, connectionId)
      const payment = await findPayment(trx, { merchantId, paymentId })
      const record = await this.#read(trx, merchantId, { text, connectionId })
      const facts = { connectionId, recordKind: record.kind, adapter: connection.adapter }
      await appendAudit(trx, { actor, action: 'payment.record-named', paymentId, facts }, nowMs)
      await pointToRecord(trx, { connection, payment, record, source: 'agent' }, nowMs)
      return linkResource((await findLink(trx, key)) as RecordLink, connection)
    })
    onTold(merchantId)
    return named
  }

  /** Newest first. */
  async paymentsOf(
    actor: Actor,
    { record: text, connectionId }: Pick<RecordOrder, 'record' | 'connectionId'>,
  ): Promise<PaymentResource[]> {
    const { store, payments } = this.#options
    const { merchantId } = actor
    const record = await this.#read(store.db, merchantId, { text, connectionId })
    const ids = await paymentsOfRecord(store.db, { merchantId, record, connectionId })
    return Promise.all(ids.map((id) => payments.get(actor, id)))
  }

  /** Refunds or voids the one payment of the record that it can be done with. */
  async order(actor: Actor, order: RecordOrder): Promise<OperationResource> {
    const { kind, paymentId, amountMinor, reason } = order
    const all = await this.paymentsOf(actor, order)
    const fits = all.filter(({ status }) => fitting[kind].has(status))
    const meant = paymentId === undefined ? fits : all.filter(({ id }) => id === paymentId)
    const [first, second] = meant
    if (!first) throw new RecordHasNoPayment()
    if (second) throw new RecordPaymentAmbiguous()
    const ordered: OperationOrdered = {
      ...{ paymentId: first.id, kind },
      ...(amountMinor === undefined ? {} : { amountMinor }),
      ...(reason === undefined ? {} : { reason }),
    }
    return this.#options.operations.order(actor, ordered)
  }

  async #read(
    db: Queries,
    merchantId: string,
    { text, connectionId }: { readonly text: string; readonly connectionId?: string | undefined },
  ): Promise<RecordRef> {
    if (connectionId === undefined) {
      const [kind, ...rest] = text.split(':')
      const record = RecordRef.safeParse({ kind, id: rest.join(':') }).data
      if (record) return record
      throw new RecordUnreadable(['Contact', 'Case', 'ticket', 'invoice', '…'])
    }
    const connection = await found(db, merchantId, connectionId)
    const adapter = findAdapter(connection.adapter)
    const record = adapter && readRecordRef(text, adapter)
    if (record) return record
    throw new RecordUnreadable(adapter?.recordKinds ?? [])
  }
}

const fitting: Readonly<Record<'refund' | 'void', ReadonlySet<PaymentStatus>>> = {
  refund: new Set(['captured', 'partly-refunded']),
  void: new Set(['authorised', 'captured']),
}
