import { z } from 'zod'
import { Currency } from '../../base/money.ts'
import {
  Dunning,
  type PlanEventType,
  type PlanResource,
  type PlanRun,
  PlanSchedule,
  PlanStatus,
} from '../../contracts/plans.ts'
import { tell } from '../outbox/store.ts'
import { PaymentChanged } from '../payments/payment-errors.ts'
import type { Queries } from '../store/database.ts'
import type { PlanRunTable, PlanTable } from '../store/plan-tables.ts'
import { PlanNotFound } from './plan-errors.ts'
import { dueAt } from './schedule.ts'

export const PlanRow = z.strictObject({
  id: z.string(),
  merchant_id: z.string(),
  kind: z.enum(['renewal', 'instalments', 'balance']),
  status: PlanStatus,
  because: z.string().nullable(),
  customer: z.string(),
  gateway: z.string(),
  stored_card_id: z.string().nullable(),
  first_payment_id: z.string().nullable(),
  reference: z.string(),
  description: z.string().nullable(),
  currency: Currency,
  amount_minor: z.number().int().positive(),
  count: z.number().int().nullable(),
  schedule: z.string(),
  dunning: z.string(),
  next_run: z.number().int(),
  next_index: z.number().int(),
  notice: z.string().nullable(),
  next_at: z.number().int().nullable(),
  leased_until: z.number().int(),
  version: z.number().int(),
  created_at: z.number().int(),
  updated_at: z.number().int(),
}) satisfies z.ZodType<PlanTable>
export type PlanRow = z.infer<typeof PlanRow>

export const scheduleOf = (row: Pick<PlanRow, 'schedule'>) => PlanSchedule.parse(JSON.parse(row.schedule))
export const dunningOf = (row: Pick<PlanRow, 'dunning'>) => Dunning.parse(JSON.parse(row.dunning))

export type PlanKey = { readonly merchantId: string; readonly planId: string }

export async function findPlan(db: Queries, { merchantId, planId }: PlanKey): Promise<PlanRow> {
  const row = await db
    .selectFrom('plans')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('id', '=', planId)
    .executeTakeFirst()
  if (!row) throw new PlanNotFound()
  return PlanRow.parse(row)
}

export async function runsOf(db: Queries, { merchantId, planId }: PlanKey): Promise<PlanRunTable[]> {
  return db
    .selectFrom('plan_runs')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('plan_id', '=', planId)
    .orderBy('number')
    .execute()
}

export async function openRun(db: Queries, { merchantId, planId }: PlanKey): Promise<PlanRunTable | null> {
  const row = await db
    .selectFrom('plan_runs')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('plan_id', '=', planId)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return row ?? null
}

/** Writes the row over the version before it; throws PaymentChanged when somebody else was quicker. */
export async function updatePlan(db: Queries, before: PlanRow, change: Partial<PlanRow>): Promise<PlanRow> {
  const row = { ...before, ...change, version: before.version + 1 }
  const { id, merchant_id, ...values } = row
  const { numUpdatedRows } = await db
    .updateTable('plans')
    .set(values)
    .where('merchant_id', '=', merchant_id)
    .where('id', '=', id)
    .where('version', '=', before.version)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new PaymentChanged()
  return row
}

export async function updateRun(
  db: Queries,
  before: PlanRunTable,
  change: Partial<PlanRunTable>,
): Promise<PlanRunTable> {
  await db
    .updateTable('plan_runs')
    .set(change)
    .where('merchant_id', '=', before.merchant_id)
    .where('plan_id', '=', before.plan_id)
    .where('number', '=', before.number)
    .execute()
  return { ...before, ...change }
}

/** Plans that something is due for, oldest first. */
export async function duePlans(db: Queries, merchantId: string, nowMs: number): Promise<PlanRow[]> {
  const rows = await db
    .selectFrom('plans')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('next_at', '<=', nowMs)
    .where('leased_until', '<=', nowMs)
    .orderBy('next_at')
    .limit(100)
    .execute()
  return rows.map((row) => PlanRow.parse(row))
}

/** Takes the plan for a while, so that no other process does; false when one has. */
export async function leasePlan(db: Queries, row: PlanRow, nowMs: number, leaseMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('plans')
    .set({ leased_until: nowMs + leaseMs })
    .where('merchant_id', '=', row.merchant_id)
    .where('id', '=', row.id)
    .where('leased_until', '<=', nowMs)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function nextPlanAt(db: Queries): Promise<number | null> {
  const row = await db
    .selectFrom('plans')
    .select((eb) => eb.fn.min('next_at').as('at'))
    .where('next_at', 'is not', null)
    .executeTakeFirst()
  return row?.at == null ? null : Number(row.at)
}

export function runResource(run: PlanRunTable): PlanRun {
  return {
    number: run.number,
    dueAt: run.due_at,
    amountMinor: run.amount_minor,
    state: run.state,
    paymentId: run.payment_id,
    because: run.because,
  }
}

export function planResource(row: PlanRow, runs: readonly PlanRunTable[]): PlanResource {
  const isOpen = row.status === 'active' && runs.some(({ state }) => state === 'open')
  return { ...factsOf(row), nextTryAt: isOpen ? row.next_at : null, runs: runs.map(runResource) }
}

function factsOf(row: PlanRow) {
  const schedule = scheduleOf(row)
  const isOver = row.count !== null && row.next_run > row.count
  const comes = (row.status === 'active' || row.status === 'waiting') && !isOver
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    because: row.because,
    customer: row.customer,
    storedCardId: row.stored_card_id,
    firstPaymentId: row.first_payment_id,
    reference: row.reference,
    description: row.description,
    currency: row.currency,
    amountMinor: row.amount_minor,
    count: row.count,
    schedule,
    dunning: dunningOf(row),
    runsDone: row.next_run - 1,
    nextDueAt: comes ? dueAt(schedule, row.next_index) : null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** In the transaction of what it tells of, in the plan's own order. */
export async function tellOfPlan(
  trx: Queries,
  row: PlanRow,
  type: PlanEventType,
  run: PlanRunTable | null = null,
): Promise<void> {
  const timestamp = new Date(row.updated_at).toISOString()
  const data = { ...factsOf(row), merchantId: row.merchant_id, run: run && runResource(run) }
  const telling = { merchantId: row.merchant_id, paymentId: row.id, position: row.version }
  await tell(trx, { ...telling, event: { type, timestamp, data } }, row.updated_at)
}
