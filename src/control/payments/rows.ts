import { z } from 'zod'
import { Currency } from '../../base/money.ts'
import { CardSummary, ShownBrand, ShownLast4 } from '../../contracts/card.ts'
import { PayLinkView } from '../../contracts/pay-links.ts'
import { DeclineReason, PaymentStatus } from '../../contracts/payment-events.ts'
import { KeepCard } from '../../contracts/stored-cards.ts'
import type { AttemptTable, PaymentTable } from '../store/payment-tables.ts'
import type { LiveOperation } from './books.ts'
import type { Decline, PaymentState, ShownCard } from './machine.ts'

const Id = z.string()
const Time = z.number().int()
const Count = z.number().int().nonnegative()

/** A row of `payments`, checked as it comes out: a file that was tampered with is a bug, not a payment. */
export const PaymentRow = z.strictObject({
  id: Id,
  merchant_id: Id,
  call_id: Id,
  amount_minor: z.number().int().positive(),
  currency: Currency,
  captured_minor: Count,
  refunded_minor: Count,
  reference: z.string(),
  description: z.string().nullable(),
  metadata: z.string(),
  capture: z.enum(['automatic', 'manual']),
  confirm: z.enum(['automatic', 'manual']),
  status: PaymentStatus,
  brand: ShownBrand.nullable(),
  last4: ShownLast4.nullable(),
  gateway: Id,
  gateway_ref: z.string().nullable(),
  auth_code: z.string().nullable(),
  decline: z.string().nullable(),
  attempts: Count,
  version: Count,
  created_at: Time,
  updated_at: Time,
  customer: z.string().nullable(),
  moto: z.union([z.literal(0), z.literal(1)]).nullable(),
  keep_card: z.string().nullable(),
  stored_card: z.string().nullable(),
  pay_link: z.string().nullable(),
  group_id: z.string().nullable(),
  bank_account: z.string().nullable(),
}) satisfies z.ZodType<PaymentTable>
export type PaymentRow = z.infer<typeof PaymentRow>

export const AttemptRow = z.strictObject({
  id: Id,
  merchant_id: Id,
  payment_id: Id,
  state: z.enum(['open', 'unknown', 'approved', 'declined', 'not-sent']),
  gateway: Id,
  idempotency_key: z.string(),
  amount_minor: z.number().int().positive(),
  currency: Currency,
  brand: ShownBrand,
  /** Empty until it is known who paid by a link. */
  last4: z.union([z.literal(''), ShownLast4]),
  gateway_ref: z.string().nullable(),
  auth_code: z.string().nullable(),
  because: z.string().nullable(),
  sent_at: Time,
  inquiries: Count,
  absent_at: Time.nullable(),
  created_at: Time,
  updated_at: Time,
  sent_to: z.string().nullable(),
  way: z.enum(['card', 'stored-card', 'pay-link', 'bank-account']),
  stored_card_id: z.string().nullable(),
  initiator: z.enum(['customer', 'merchant']).nullable(),
  expires: z
    .string()
    .regex(/^\d{4}-\d{2}$/)
    .nullable(),
}) satisfies z.ZodType<AttemptTable>
export type AttemptRow = z.infer<typeof AttemptRow>

const StoredDecline = z.strictObject({
  reason: DeclineReason,
  gatewayCode: z.string(),
  retry: z.enum(['same-card', 'other-card', 'pay-link', 'never']),
  card: z.strictObject({ brand: ShownBrand, last4: ShownLast4 }),
})

const StoredKeep = KeepCard.extend({
  by: z.strictObject({ kind: z.enum(['agent', 'api-key', 'system']), id: z.string() }),
  at: Time,
})
export type StoredKeep = z.infer<typeof StoredKeep>

/** What the caller agreed to, when the card of this payment is to be kept. */
export function keepOf(row: Pick<PaymentRow, 'keep_card'>): StoredKeep | null {
  return row.keep_card === null ? null : StoredKeep.parse(JSON.parse(row.keep_card))
}

const UsedCard = CardSummary.extend({ id: Id, initiator: z.enum(['customer', 'merchant']) })
export type UsedCard = z.infer<typeof UsedCard>

/** The kept card that this payment is or was paid with last; null when its card is or was keyed. */
export function usedCardOf(row: Pick<PaymentRow, 'stored_card'>): UsedCard | null {
  return row.stored_card === null ? null : UsedCard.parse(JSON.parse(row.stored_card))
}

/** The payment's link; null when there never was one. */
export function linkOf(row: Pick<PaymentRow, 'pay_link'>): PayLinkView | null {
  return row.pay_link === null ? null : PayLinkView.parse(JSON.parse(row.pay_link))
}

export function declineOf(row: PaymentRow): Decline | null {
  return row.decline === null ? null : StoredDecline.parse(JSON.parse(row.decline))
}

/** What else of the payment is not known yet. */
export type Live = {
  /** The attempt that is open or unknown. */
  readonly attemptId: string | undefined
  readonly operations: readonly LiveOperation[]
}

/** The machine's state as the rows hold it. */
export function stateOf(row: PaymentRow, { attemptId, operations }: Live): PaymentState {
  switch (row.status) {
    case 'created':
    case 'cancelled':
    case 'expired':
      return { at: row.status }
    case 'collecting':
      return { at: 'collecting', declined: declineOf(row) }
    case 'ready':
      return { at: 'ready', card: shownCard(row), declined: declineOf(row) }
    case 'linked':
      return {
        at: 'linked',
        attemptId: present(attemptId),
        link: present(linkOf(row)),
        declined: declineOf(row),
      }
    case 'authorising':
    case 'unknown':
      return { at: row.status, attemptId: present(attemptId) }
    case 'authorised':
    case 'captured':
    case 'partly-refunded':
    case 'refunded':
    case 'voided':
      return {
        at: row.status,
        approval: {
          gatewayRef: present(row.gateway_ref),
          authCode: row.auth_code,
          amountMinor: row.amount_minor,
        },
        books: { capturedMinor: row.captured_minor, refundedMinor: row.refunded_minor, live: operations },
      }
    case 'declined':
      return { at: 'declined', declined: present(declineOf(row)) }
  }
}

/** The row that holds `state`: one version on. */
export function rowAfter(row: PaymentRow, state: PaymentState, nowMs: number): PaymentRow {
  const next = {
    ...row,
    status: state.at,
    version: row.version + 1,
    updated_at: nowMs,
    pay_link: linkAfter(row, state),
  }
  switch (state.at) {
    case 'created':
    case 'collecting':
      return { ...next, brand: null, last4: null }
    case 'linked':
      return { ...next, brand: null, last4: null }
    case 'ready':
      return { ...next, ...state.card }
    case 'authorising':
      return { ...next, ...state.card, attempts: row.attempts + 1 }
    case 'declined':
      return { ...next, ...state.declined.card, decline: JSON.stringify(state.declined) }
    case 'authorised':
    case 'captured':
    case 'partly-refunded':
    case 'refunded':
    case 'voided': {
      const { gatewayRef, authCode, card } = state.approval
      const { capturedMinor, refundedMinor } = state.books
      const approved = { gateway_ref: gatewayRef, auth_code: authCode, decline: null, ...card }
      return { ...next, ...approved, captured_minor: capturedMinor, refunded_minor: refundedMinor }
    }
    case 'unknown':
    case 'cancelled':
    case 'expired':
      return next
  }
}

/** The link as it is shown from now on: it is what the state says, paid, or ended. */
function linkAfter(row: PaymentRow, state: PaymentState): string | null {
  if (state.at === 'linked') return JSON.stringify(state.link)
  const link = linkOf(row)
  if (link === null || row.status !== 'linked') return row.pay_link
  const ended = (state.at === 'created' || state.at === 'declined') && state.link
  return JSON.stringify({ ...link, state: ended || 'paid' })
}

export function shownCard(row: PaymentRow): ShownCard {
  return { brand: present(row.brand), last4: present(row.last4) }
}

/** A flag of a payment, as its row holds it. */
export function motoColumn(declared: boolean | null): PaymentRow['moto'] {
  if (declared === null) return null
  return declared ? 1 : 0
}

function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('a stored payment lacks what its status needs')
  return value
}
