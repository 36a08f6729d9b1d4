import type { Collections } from '../collection/collections.ts'
import type { Collection } from '../collection/runner.ts'
import type { DeskFeed } from '../ports.ts'
import { resourceOf } from './facts.ts'
import type { PaymentRow } from './rows.ts'

/** As many as a vault can have collections. */
const rowsKept = 10_000

/**
 * Shows payments to the desk: after every commit, and after every key that the caller presses. For the latter, the
 * rows of payments that are being collected are kept, so that a dot costs no read.
 */
export class DeskPublisher {
  readonly #feed: DeskFeed
  readonly #collections: () => Collections
  readonly #rows = new Map<string, PaymentRow>()

  constructor({ feed, collections }: { readonly feed: DeskFeed; readonly collections: () => Collections }) {
    this.#feed = feed
    this.#collections = collections
  }

  /** The payment's row as it was last committed, when a card was or is being taken for it. */
  rowOf(paymentId: string): PaymentRow | undefined {
    return this.#rows.get(paymentId)
  }

  committed(row: PaymentRow): void {
    if (row.status === 'collecting' || this.#rows.has(row.id)) this.#keep(row)
    this.#publish(row)
  }

  changed(collection: Collection): void {
    const row = this.#rows.get(collection.paymentId)
    if (row) this.#publish(row)
  }

  #publish(row: PaymentRow): void {
    const view = this.#collections().ofPayment(row.id)?.view ?? null
    this.#feed.publish(row.merchant_id, { type: 'payment', payment: resourceOf(row, view) })
  }

  /** The one that was not touched for longest makes room. */
  #keep(row: PaymentRow): void {
    this.#rows.delete(row.id)
    this.#rows.set(row.id, row)
    if (this.#rows.size <= rowsKept) return
    const [oldest] = this.#rows.keys()
    if (oldest !== undefined) this.#rows.delete(oldest)
  }
}
