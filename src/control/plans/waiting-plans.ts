import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { PaymentStatus } from '../../contracts/payment-events.ts'
import type { PaymentRow } from '../payments/rows.ts'
import { systemOf } from '../payments/system-actor.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Store } from '../store/store.ts'
import { cardKeptAt } from '../stored-cards/stored-card-store.ts'
import { findPlan, type PlanRow, tellOfPlan, updatePlan } from './plan-store.ts'

const approved: readonly PaymentStatus[] = ['authorised', 'captured', 'partly-refunded']
/** Given up, or given back before its plan began. A declined one may still be paid. */
const over: readonly PaymentStatus[] = ['cancelled', 'expired', 'voided', 'refunded']

/** The first payment has its outcome: a plan that waits for it begins, or ends. */
export const hasOutcome = ({ status }: Pick<PaymentRow, 'status'>) =>
  approved.includes(status) || over.includes(status)

export type WaitingPlansOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly onTold: (merchantId: string) => void
}

type Waiting = {
  readonly merchantId: string
  readonly planId: string
  readonly paymentId: string
  readonly status: PaymentStatus
}

/**
 * Begins, or ends, every plan of the merchant whose first payment has its outcome. Found by what is stored and never by
 * being told, so that a process which ends between the payment's commit and the news of it leaves no plan waiting. Each
 * is one transaction over the plan's version: done twice, it changes nothing. False when one failed and is left.
 */
export async function beginWaiting(options: WaitingPlansOptions, merchantId: string): Promise<boolean> {
  const { store, log, onTold } = options
  const ready = await store.db
    .selectFrom('plans')
    .innerJoin('payments', 'payments.id', 'plans.first_payment_id')
    .select(['plans.id as planId', 'payments.id as paymentId', 'payments.status as status'])
    .where('plans.merchant_id', '=', merchantId)
    .where('payments.merchant_id', '=', merchantId)
    .where('plans.status', '=', 'waiting')
    .where('payments.status', 'in', [...approved, ...over])
    .execute()
  let isDone = true
  for (const found of ready) {
    try {
      await begin(options, { merchantId, ...found })
    } catch (error) {
      isDone = false
      log.error({ merchantId, error }, 'a plan could not be begun, and will be')
    }
  }
  if (ready.length > 0) onTold(merchantId)
  return isDone
}

async function begin(
  { store, clock }: WaitingPlansOptions,
  { merchantId, planId, paymentId, status }: Waiting,
): Promise<void> {
  const nowMs = clock.now()
  await store.transaction(async (trx) => {
    const before = await findPlan(trx, { merchantId, planId })
    if (before.status !== 'waiting') return
    const isApproved = approved.includes(status)
    const card = await cardKeptAt(trx, merchantId, paymentId)
    const ready = isApproved && card?.card_use === 'merchant'
    const because = isApproved ? 'card-not-kept' : `first-payment-${status}`
    const to: Partial<PlanRow> = ready
      ? { status: 'active', stored_card_id: card.id, next_at: nowMs }
      : { status: 'cancelled', because, next_at: null }
    const after = await updatePlan(trx, before, { ...to, updated_at: nowMs })
    const facts = { planId, to: after.status }
    const actor = systemOf(merchantId)
    await appendAudit(trx, { actor, action: 'plan.begun', paymentId, facts }, nowMs)
    await tellOfPlan(trx, after, ready ? 'plan.activated' : 'plan.cancelled')
  })
}
