import type { ChangePlan, NewPlan } from '../../contracts/plans.ts'
import { declineOf } from '../payments/rows.ts'
import { findPayment } from '../payments/store.ts'
import type { Queries } from '../store/database.ts'
import type { PlanRunTable } from '../store/plan-tables.ts'
import { StoredCardNotFound, StoredCardUseRefused } from '../stored-cards/stored-card-errors.ts'
import { cardKeptAt, findStoredCard, type StoredCardRow } from '../stored-cards/stored-card-store.ts'
import { PlanInvalid, PlanStateRefused } from './plan-errors.ts'
import { indexAfter } from './plan-step.ts'
import { dunningOf, openRun, type PlanRow, scheduleOf, updateRun } from './plan-store.ts'

/** The kept card that a plan is charged to; undefined while its first payment has kept none yet. */
export async function cardFor(
  db: Queries,
  merchantId: string,
  plan: Pick<NewPlan, 'storedCardId' | 'firstPaymentId'>,
) {
  const { storedCardId: cardId, firstPaymentId } = plan
  if (cardId !== undefined) return usable(await findStoredCard(db, { merchantId, cardId }))
  const card = firstPaymentId === undefined ? undefined : await cardKeptAt(db, merchantId, firstPaymentId)
  return card && usable(card)
}

function usable(card: StoredCardRow | undefined): StoredCardRow {
  if (card?.state !== 'kept') throw new StoredCardNotFound()
  if (card.card_use !== 'merchant') throw new StoredCardUseRefused()
  return card
}

export function paused({ status }: PlanRow): Partial<PlanRow> {
  if (status !== 'active') throw new PlanStateRefused('paused', status)
  return { status: 'paused', next_at: null }
}

/** A run that is open goes on, with dunning from its beginning when that had come to its end. */
export async function resumed(trx: Queries, row: PlanRow, nowMs: number): Promise<Partial<PlanRow>> {
  if (row.status !== 'paused' && row.status !== 'stopped') throw new PlanStateRefused('resumed', row.status)
  const open = await openRun(trx, { merchantId: row.merchant_id, planId: row.id })
  if (open && (row.status === 'stopped' || (await wouldStop(trx, row, open)))) {
    await requireHope(trx, row, open)
    await startDunning(trx, open, nowMs)
  }
  return back(row, open, nowMs)
}

/** The last try was declined in the pause: resumed as it is, the plan would stop at once, and want to be resumed again. */
async function wouldStop(trx: Queries, row: PlanRow, open: PlanRunTable): Promise<boolean> {
  const { retryAfterDays, afterwards } = dunningOf(row)
  const { isDeclined, isForGood, tries } = await lastTry(trx, open)
  return afterwards === 'stop' && isDeclined && tries > 0 && (isForGood || tries > retryAfterDays.length)
}

type Changing = { readonly change: ChangePlan; readonly nowMs: number }

/** Another card is charged at once, with dunning from its beginning; one that had stopped is back by it. */
export async function changed(
  trx: Queries,
  row: PlanRow,
  { change, nowMs }: Changing,
): Promise<Partial<PlanRow>> {
  const { merchant_id: merchantId } = row
  const { storedCardId, amountMinor, schedule } = change
  if (amountMinor !== undefined && row.kind !== 'renewal')
    throw new PlanInvalid('/amountMinor', 'only the amount of renewals can be changed')
  const card = storedCardId === undefined ? undefined : await cardFor(trx, merchantId, { storedCardId })
  if (card && (card.customer !== row.customer || card.gateway !== row.gateway)) throw new StoredCardNotFound()
  const open = await openRun(trx, { merchantId, planId: row.id })
  if (card && open) {
    if (card.id === row.stored_card_id) await requireHope(trx, row, open)
    await startDunning(trx, open, nowMs)
  }
  return {
    next_at: row.status === 'active' ? nowMs : row.next_at,
    ...(card && row.status === 'stopped' ? back(row, open, nowMs) : {}),
    ...(card ? { stored_card_id: card.id, notice: null } : {}),
    ...(amountMinor === undefined ? {} : { amount_minor: amountMinor }),
    ...(schedule === undefined ? {} : { schedule: JSON.stringify(schedule), next_index: open ? -1 : 0 }),
  }
}

/** What comes after the open run falls on the next date of the rhythm: nothing that fell due meanwhile is charged. */
function back(row: PlanRow, open: PlanRunTable | null, nowMs: number): Partial<PlanRow> {
  const from = open ? row.next_index + 1 : row.next_index
  const index = indexAfter(scheduleOf(row), from, nowMs)
  // With a run open, the run after it counts one further.
  const next_index = open ? index - 1 : index
  return { status: 'active', because: null, next_index, next_at: nowMs }
}

/**
 * The tries so far count no more. The run keeps its payment, and with it the rule of one live attempt and one approval: a
 * try that is under way, or was approved meanwhile, is never made twice.
 */
async function startDunning(trx: Queries, open: PlanRunTable, nowMs: number): Promise<void> {
  const payment = await findPayment(trx, { merchantId: open.merchant_id, paymentId: open.payment_id })
  await updateRun(trx, open, { tries_before: payment.attempts, updated_at: nowMs })
}

/** Throws when the bank has refused this very card for good: schemes count more tries against the merchant. */
async function requireHope(trx: Queries, row: PlanRow, open: PlanRunTable): Promise<void> {
  const { isDeclined, isForGood, tries } = await lastTry(trx, open)
  // Tries that count no more were another card's.
  if (isDeclined && isForGood && tries > 0)
    throw new PlanStateRefused('resumed with this card, which the bank refuses for good', row.status)
}

type LastTry = { readonly isDeclined: boolean; readonly isForGood: boolean; readonly tries: number }

async function lastTry(trx: Queries, open: PlanRunTable): Promise<LastTry> {
  const payment = await findPayment(trx, { merchantId: open.merchant_id, paymentId: open.payment_id })
  return {
    isDeclined: payment.status === 'declined',
    isForGood: declineOf(payment)?.retry === 'never',
    tries: payment.attempts - open.tries_before,
  }
}
