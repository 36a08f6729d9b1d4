import { formatMoney } from '../base/money.ts'
import type { PaymentResource } from '../contracts/desk-port.ts'
import type { OperationKind, OperationResource } from '../contracts/operations.ts'
import type { Right } from '../contracts/rights.ts'

/** What can be ordered of an approved payment now; `why` says in one sentence what keeps it from being ordered. */
export type Orderable = {
  readonly kind: OperationKind
  /** The most, in minor units; a void has no amount of its own. */
  readonly mostMinor: number
  readonly why: string | null
}

const rightFor: Readonly<Record<OperationKind, Right>> = {
  capture: 'payments:settle',
  void: 'payments:settle',
  refund: 'payments:refund',
}

const isLive = ({ state }: OperationResource) =>
  state === 'open' || state === 'unknown' || state === 'pending'

/**
 * The orders that fit the payment's state, in the order of its life. Control decides for itself; this only spares the
 * agent orders that it would refuse.
 */
export function ordersOf(payment: PaymentResource, rights: readonly Right[]): Orderable[] {
  const live = (payment.operations ?? []).filter(isLive)
  const kinds = kindsOf(payment)
  return kinds.map((kind) => {
    const mostMinor = mostOf(payment, kind, live)
    return {
      kind,
      mostMinor,
      why: whyNot({ kind, live, mostMinor, mayOrder: rights.includes(rightFor[kind]) }),
    }
  })
}

function kindsOf({ status }: PaymentResource): OperationKind[] {
  if (status === 'authorised') return ['capture', 'void']
  if (status === 'captured') return ['refund', 'void']
  return status === 'partly-refunded' ? ['refund'] : []
}

function mostOf(payment: PaymentResource, kind: OperationKind, live: readonly OperationResource[]): number {
  if (payment.status === 'authorised') return payment.amountMinor
  if (kind === 'void') return payment.capturedMinor
  // A refund that the bank has not carried out yet holds its amount back.
  const reserved = live.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  return payment.capturedMinor - payment.refundedMinor - reserved
}

type Standing = {
  readonly kind: OperationKind
  readonly live: readonly OperationResource[]
  readonly mostMinor: number
  readonly mayOrder: boolean
}

function whyNot({ kind, live, mostMinor, mayOrder }: Standing): string | null {
  if (!mayOrder)
    return kind === 'refund' ? 'A supervisor can give money back.' : 'Your log-in does not allow this.'
  if (live.some(({ state }) => state === 'unknown'))
    return 'The outcome of the last order is not known yet. We are asking the gateway: do not order it again.'
  if (live.some((one) => one.kind !== 'refund' || one.state === 'open' || kind === 'void'))
    return 'Another order for this payment is on its way.'
  return mostMinor < 1 ? 'Nothing is left to give back.' : null
}

/** On buttons and headings. */
export const orderNames: Readonly<Record<OperationKind, string>> = {
  capture: 'Take the money',
  void: 'Reverse the payment',
  refund: 'Refund',
}

const doneWords: Readonly<Record<OperationKind, string>> = {
  capture: 'taken',
  void: 'reversed',
  refund: 'given back',
}

/** One operation in a sentence, for the list and the screen reader: `£4.00 given back.` */
export function operationWords(operation: OperationResource): string {
  const amount = formatMoney(operation)
  const what = doneWords[operation.kind]
  switch (operation.state) {
    case 'done':
      return `${amount} ${what}.`
    case 'failed':
      return `${amount} not ${what}: the gateway refused.`
    case 'pending':
      return `${amount} on its way: the gateway has the order, and the bank may take days.`
    case 'unknown':
      return `${amount}: outcome not yet known. Do not order it again; we are asking the gateway.`
    case 'open':
      return `${amount} being ordered…`
  }
}
