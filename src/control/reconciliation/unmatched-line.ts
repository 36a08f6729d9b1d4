import type { SettlementLine } from '../../connectors/settlement-lines.ts'
import { findSubject, type Subject } from '../gateway-events/find-subject.ts'
import type { Operations } from '../payments/operations.ts'
import type { Settlement } from '../payments/settlement.ts'
import { findPayment } from '../payments/store.ts'
import type { Queries } from '../store/database.ts'

/** What a line that no movement of the time answers to turns out to be. */
export type LineFound =
  | { readonly is: 'agreed' | 'another-merchants' }
  | { readonly is: 'other-amount'; readonly paymentId: string; readonly oursMinor: number }
  | { readonly is: 'missing-here' }

export type LineOptions = {
  readonly db: Queries
  readonly merchantId: string
  readonly gateway: string
  readonly settlement: Settlement
  readonly operations: Operations
}

/** Looks for it in all our history. A payment or refund whose outcome was unknown is settled by it. */
export async function explainLine(line: SettlementLine, options: LineOptions): Promise<LineFound> {
  const { db, merchantId, gateway } = options
  if (line.kind === 'chargeback') return { is: 'missing-here' }
  const amountMinor = Math.abs(line.grossMinor)
  const subject = await findSubject(db, {
    gateway,
    what: line.kind === 'refund' ? 'refunded' : 'captured',
    gateway_ref: line.gatewayRef ?? null,
    our_reference: line.ourReference ?? null,
    amount_minor: amountMinor,
  })
  if (!subject) return { is: 'missing-here' }
  const row = subject.kind === 'attempt' ? subject.attempt : subject.operation
  if (row.merchant_id !== merchantId) return { is: 'another-merchants' }
  await settleBy(line, subject, options)
  const oursMinor = await ourAmount(line, subject, options)
  if (oursMinor === line.grossMinor && row.currency === line.currency) return { is: 'agreed' }
  return { is: 'other-amount', paymentId: row.payment_id, oursMinor }
}

async function settleBy(line: SettlementLine, subject: Subject, options: LineOptions): Promise<void> {
  const { settlement, operations } = options
  const gatewayRef = line.gatewayRef ?? line.id
  if (subject.kind === 'attempt') {
    if (subject.attempt.state !== 'unknown') return
    const echoed = { amountMinor: line.grossMinor, currency: line.currency }
    await settlement.settle(subject.attempt, { kind: 'approved', gatewayRef, captured: true, echoed })
    return
  }
  const { operation } = subject
  const isOpen = operation.state === 'unknown' || operation.state === 'pending'
  const same = Math.abs(line.grossMinor) === operation.amount_minor && line.currency === operation.currency
  if (isOpen && same) await operations.settle(operation, { kind: 'done', gatewayRef })
}

/** What moved by our account, with the sign of the line. */
async function ourAmount(
  line: SettlementLine,
  subject: Subject,
  { db, merchantId }: LineOptions,
): Promise<number> {
  const paymentId = (subject.kind === 'attempt' ? subject.attempt : subject.operation).payment_id
  const payment = await findPayment(db, { merchantId, paymentId })
  if (line.kind === 'payment') return payment.captured_minor
  if (subject.kind !== 'operation') return 0
  const row = await db
    .selectFrom('operations')
    .select(['state', 'amount_minor'])
    .where('merchant_id', '=', merchantId)
    .where('id', '=', subject.operation.id)
    .executeTakeFirst()
  return row?.state === 'done' ? -row.amount_minor : 0
}
