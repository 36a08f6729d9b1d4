import { makePaymentIn, type NewPaymentOptions } from '../payments/new-payment.ts'
import type { PaymentRow } from '../payments/rows.ts'
import { systemOf } from '../payments/system-actor.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import type { PlanRunTable } from '../store/plan-tables.ts'
import type { Situation } from './plan-situation.ts'
import { noticeOf, type PlanAction } from './plan-step.ts'
import { type PlanRow, tellOfPlan, updatePlan, updateRun } from './plan-store.ts'

export type PerformOptions = NewPaymentOptions & { readonly onTold: (merchantId: string) => void }

/** All but `charge`, which is the payment's own, and `wait`. */
type Written = Exclude<PlanAction, { do: 'charge' | 'wait' }>
type Of<Do extends Written['do']> = Extract<Written, { do: Do }>

/** One action in its transaction; throws PaymentChanged when the plan has been changed since it was looked at. */
export async function perform(options: PerformOptions, action: Written, situation: Situation): Promise<void> {
  const { store, clock, onCommitted, onTold } = options
  const nowMs = clock.now()
  const made = await store.transaction((trx) => write({ ...situation, options, trx, nowMs }, action))
  if (made) onCommitted(made)
  onTold(situation.row.merchant_id)
}

type Writing = Situation & { readonly options: PerformOptions; readonly trx: Queries }

/** The payment that was made, if one was. */
async function write(writing: Writing, action: Written): Promise<PaymentRow | undefined> {
  const { trx, card } = writing
  switch (action.do) {
    case 'open-run':
      return openNext(writing, action)
    case 'reopen':
      return reopen(writing)
    case 'close-run':
      await closeRun(writing, action)
      return
    case 'fail-run':
      await (writing.plan.dunning.afterwards === 'stop' ? stop : fail)(writing, action)
      return
    case 'tell-expiry':
      await tellOfPlan(trx, await change(writing, { notice: card && noticeOf(card) }), 'plan.card-expiring')
      return
    case 'complete':
      await tellOfPlan(trx, await change(writing, { status: 'completed' }), 'plan.completed')
      return
  }
}

async function openNext(writing: Writing, { dueAt, amountMinor }: Of<'open-run'>): Promise<PaymentRow> {
  const { trx, row, nowMs } = writing
  const number = row.next_run
  const made = await makePaymentOf(writing, number, amountMinor)
  const run: PlanRunTable = {
    ...{ merchant_id: row.merchant_id, plan_id: row.id, number, due_at: dueAt },
    ...{ amount_minor: amountMinor, state: 'open', payment_id: made.id, tries_before: 0, because: null },
    ...{ created_at: nowMs, updated_at: nowMs },
  }
  await trx.insertInto('plan_runs').values(run).execute()
  await change(writing, {})
  await audit(writing, 'run-opened', { number, dueAt })
  return made
}

async function reopen(writing: Writing): Promise<PaymentRow> {
  const { trx, nowMs } = writing
  const open = runOf(writing)
  const made = await makePaymentOf(writing, open.number, open.amount_minor)
  await updateRun(trx, open, { payment_id: made.id, tries_before: 0, updated_at: nowMs })
  await change(writing, {})
  return made
}

async function closeRun(writing: Writing, action: Of<'close-run'>): Promise<void> {
  const { trx, nowMs } = writing
  const because = action.as === 'skipped' ? 'cancelled' : null
  const closed = await updateRun(trx, runOf(writing), { state: action.as, because, updated_at: nowMs })
  const next = await change(writing, following(writing))
  await audit(writing, `run-${action.as}`, { number: closed.number })
  if (action.as === 'paid') await tellOfPlan(trx, next, 'plan.run-paid', closed)
}

/** The run stays open: with another card, or resumed, it is this one that is paid. */
async function stop(writing: Writing, { because }: Of<'fail-run'>): Promise<void> {
  const next = await change(writing, { status: 'stopped', because })
  await audit(writing, 'stopped', { because })
  await tellOfPlan(writing.trx, next, 'plan.stopped', writing.open)
}

async function fail(writing: Writing, { because }: Of<'fail-run'>): Promise<void> {
  const { trx, nowMs, plan } = writing
  const isOver = plan.dunning.afterwards === 'cancel'
  const closed = await updateRun(trx, runOf(writing), { state: 'failed', because, updated_at: nowMs })
  const over = isOver ? { status: 'cancelled' as const, because } : {}
  const next = await change(writing, { ...following(writing), ...over })
  await audit(writing, 'run-failed', { number: closed.number, because })
  await tellOfPlan(trx, next, isOver ? 'plan.cancelled' : 'plan.run-failed', closed)
}

const change = ({ trx, row, nowMs }: Writing, values: Partial<PlanRow>): Promise<PlanRow> =>
  updatePlan(trx, row, { ...values, next_at: nowMs, updated_at: nowMs })

const following = ({ row }: Writing) => ({ next_run: row.next_run + 1, next_index: row.next_index + 1 })

function audit(
  { trx, row, open, nowMs }: Writing,
  what: string,
  facts: Record<string, string | number | null>,
): Promise<void> {
  const entry = { actor: systemOf(row.merchant_id), action: `plan.${what}` }
  const paymentId = open?.payment_id ?? null
  return appendAudit(trx, { ...entry, paymentId, facts: { planId: row.id, ...facts } }, nowMs)
}

function runOf({ open }: Writing): PlanRunTable {
  if (!open) throw new Error('a plan has no open run to write')
  return open
}

function makePaymentOf(
  { trx, options, row }: Writing,
  number: number,
  amountMinor: number,
): Promise<PaymentRow> {
  return makePaymentIn(trx, options, systemOf(row.merchant_id), {
    ...{ call_id: `plan:${row.id}`, amount_minor: amountMinor, currency: row.currency },
    ...{ reference: row.reference, customer: row.customer, description: row.description },
    metadata: JSON.stringify({ plan: row.id, run: String(number) }),
    ...{ capture: 'automatic' as const, confirm: 'automatic' as const, gateway: row.gateway },
    // Nobody is on the phone: a renewal is never declared as a telephone order.
    moto: null,
  })
}
