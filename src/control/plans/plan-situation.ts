import { declineOf } from '../payments/rows.ts'
import { findPayment } from '../payments/store.ts'
import type { Queries } from '../store/database.ts'
import type { PlanRunTable } from '../store/plan-tables.ts'
import type { Store } from '../store/store.ts'
import { expiryOf, findStoredCard } from '../stored-cards/stored-card-store.ts'
import type { CardView, PlanSituation, PlanView, RunView } from './plan-step.ts'
import { dunningOf, findPlan, openRun, type PlanKey, type PlanRow, scheduleOf } from './plan-store.ts'

/** What is known of a plan, and the rows that it is known from. */
export type Situation = PlanSituation & {
  readonly row: PlanRow
  readonly open: PlanRunTable | null
}

/** Throws PlanNotFound. */
export async function situationOf(
  { store, nowMs }: { readonly store: Pick<Store, 'db'>; readonly nowMs: number },
  key: PlanKey,
): Promise<Situation> {
  const row = await findPlan(store.db, key)
  const open = await openRun(store.db, key)
  const run = open && (await runView(store.db, open))
  return { plan: planView(row), run, card: await cardView(store.db, row), nowMs, row, open }
}

function planView(row: PlanRow): PlanView {
  return {
    ...{ status: row.status, kind: row.kind, amountMinor: row.amount_minor, count: row.count },
    ...{ schedule: scheduleOf(row), dunning: dunningOf(row), notice: row.notice },
    ...{ nextRun: row.next_run, nextIndex: row.next_index },
  }
}

async function runView(db: Queries, open: PlanRunTable): Promise<RunView> {
  const payment = await findPayment(db, { merchantId: open.merchant_id, paymentId: open.payment_id })
  return {
    payment: payment.status,
    tries: payment.attempts - open.tries_before,
    mayRetry: declineOf(payment)?.retry !== 'never',
    lastDeclinedAt: payment.updated_at,
  }
}

async function cardView(
  db: Queries,
  { merchant_id: merchantId, stored_card_id: cardId }: PlanRow,
): Promise<CardView | null> {
  if (cardId === null) return null
  const card = await findStoredCard(db, { merchantId, cardId })
  if (card?.state !== 'kept') return null
  const { month, year } = expiryOf(card)
  return { id: card.id, expires: card.expires, goodUntilMs: Date.UTC(year, month) }
}
