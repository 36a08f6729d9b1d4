import type { PaymentResource } from '../contracts/desk-port.ts'
import type { PaymentStatus } from '../contracts/payment-events.ts'

/** What the agent looks for; everything when all are empty. */
export type PaymentQuery = {
  readonly reference: string
  readonly customer: string
  readonly status: PaymentStatus | ''
}

/** A page of payments as the API answered it. */
export type Found = { readonly data: readonly PaymentResource[]; readonly nextCursor: string | null }

/** Payments that were looked up, on a call or long after it, and the one that is open. */
export type Lookup = {
  /** Null until something was looked for. */
  readonly found: Found | null
  readonly query: PaymentQuery
  /** Counts answers to searches: each is announced, also when it finds the same again. */
  readonly searches: number
  /** With its captures, voids and refunds. */
  readonly open: PaymentResource | null
}

export type LookupAction =
  | { readonly type: 'found'; readonly query: PaymentQuery; readonly page: Found; readonly more: boolean }
  /** Opened, or read again. */
  | { readonly type: 'record-read'; readonly payment: PaymentResource; readonly opens: boolean }
  | { readonly type: 'record-closed' }

export const nothingLookedUp: Lookup = {
  found: null,
  query: { reference: '', customer: '', status: '' },
  searches: 0,
  open: null,
}

export function reduceLookup(lookup: Lookup, action: LookupAction): Lookup {
  switch (action.type) {
    case 'found': {
      const { page, query, more } = action
      const before = more ? (lookup.found?.data ?? []) : []
      const known = new Set(before.map(({ id }) => id))
      const data = [...before, ...page.data.filter(({ id }) => !known.has(id))]
      const found = { data, nextCursor: page.nextCursor }
      return { ...lookup, query, found, searches: lookup.searches + 1 }
    }
    case 'record-read': {
      const { payment, opens } = action
      // An answer that comes after the agent has gone on opens nothing.
      const open = opens || lookup.open?.id === payment.id ? newer(lookup.open, payment) : lookup.open
      return { ...withPayment(lookup, payment), open }
    }
    case 'record-closed':
      return { ...lookup, open: null }
  }
}

/** A payment as the event stream told it: without its operations, which are read again. */
export function withPayment(lookup: Lookup, payment: PaymentResource): Lookup {
  const { found, open } = lookup
  const listed = found?.data.some(({ id }) => id === payment.id) ?? false
  if (!listed && open?.id !== payment.id) return lookup
  const data = (found?.data ?? []).map((one) => (one.id === payment.id ? newer(one, payment) : one))
  return {
    ...lookup,
    found: found && listed ? { ...found, data } : found,
    open: open?.id === payment.id ? newer(open, payment) : open,
  }
}

/** An answer that was overtaken by an event must not undo it. */
function newer(held: PaymentResource | null, payment: PaymentResource): PaymentResource {
  if (held?.id !== payment.id) return payment
  if (payment.updatedAt < held.updatedAt) return held
  const operations = payment.operations ?? held.operations
  return operations ? { ...payment, operations } : payment
}
