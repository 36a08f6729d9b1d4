import type { Preview, PreviewOrder } from '../../contracts/connections.ts'
import { eventOf } from '../payments/facts.ts'
import { findPayment, listPayments } from '../payments/store.ts'
import type { Actor } from '../ports.ts'
import type { Store } from '../store/store.ts'
import { RecordHasNoPayment } from './connection-errors.ts'
import { checkMapping } from './connection-input.ts'
import { connectedOf } from './connection-row.ts'
import { found } from './connections.ts'
import { typeOf } from './point-to-record.ts'
import { previewOf } from './preview.ts'
import { findLink } from './record-links.ts'

/** Shows a mapping on the merchant's own payments while it is edited. Nothing is sent, nothing is stored. */
export class Previews {
  readonly #store: Store

  constructor({ store }: { readonly store: Store }) {
    this.#store = store
  }

  /** Throws ConnectionInvalid for a template that cannot be read; RecordHasNoPayment when there is nothing to show it on. */
  async show({ merchantId }: Actor, connectionId: string, order: PreviewOrder): Promise<Preview> {
    const { db } = this.#store
    if (order.mapping) checkMapping(order.mapping)
    const connected = connectedOf(await found(db, merchantId, connectionId))
    const newest = async () => (await listPayments(db, merchantId, { limit: 1 })).rows[0]
    const { paymentId } = order
    const payment =
      paymentId === undefined ? await newest() : await findPayment(db, { merchantId, paymentId })
    if (!payment) throw new RecordHasNoPayment()
    const link = await findLink(db, { merchantId, connectionId, paymentId: payment.id })
    const { record_kind: kind = null, record_id: id = null } = link ?? {}
    const record = kind !== null && id !== null ? { kind, id } : null
    return previewOf({ connected, event: eventOf(payment, typeOf[payment.status]), record, order })
  }
}
