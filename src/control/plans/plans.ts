import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { ChangePlan, NewPlan, PlanEventType, PlanResource } from '../../contracts/plans.ts'
import type { PaymentRow } from '../payments/rows.ts'
import { findPayment } from '../payments/store.ts'
import type { Actor } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { PlanInvalid, PlanStateRefused } from './plan-errors.ts'
import { cardFor, changed, paused, resumed } from './plan-orders.ts'
import type { PlanRunner } from './plan-runner.ts'
import { findPlan, PlanRow, planResource, runsOf, tellOfPlan, updatePlan } from './plan-store.ts'
import { hasOutcome } from './waiting-plans.ts'

export type PlansOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly runner: PlanRunner
  readonly onTold: (merchantId: string) => void
}

export type PlanPage = { readonly customer?: string; readonly cursor?: string; readonly limit: number }

/** Instalments, balances and renewals, as people and their systems order them. */
export type Plans = {
  create(actor: Actor, plan: NewPlan): Promise<PlanResource>
  get(actor: Actor, planId: string): Promise<PlanResource>
  /** Newest first. */
  list(actor: Actor, page: PlanPage): Promise<{ data: PlanResource[]; nextCursor: string | null }>
  change(actor: Actor, planId: string, change: ChangePlan): Promise<PlanResource>
  pause(actor: Actor, planId: string): Promise<PlanResource>
  /** What is left is moved: nothing that fell due in the pause is charged at once. */
  resume(actor: Actor, planId: string): Promise<PlanResource>
  cancel(actor: Actor, planId: string): Promise<PlanResource>
  /** A payment has moved on: perhaps a plan waits for it, or it is a plan's own. */
  onPayment(row: PaymentRow): void
}

const over = new Set(['cancelled', 'completed'])
/** How the `callId` of a run's payment begins; the plan's id follows. */
const ofPlan = 'plan:'

export function createPlans(options: PlansOptions): Plans {
  const { store, runner } = options
  const find = ({ merchantId }: Actor, planId: string) => findPlan(store.db, { merchantId, planId })
  const show = async (row: PlanRow) =>
    planResource(row, await runsOf(store.db, { merchantId: row.merchant_id, planId: row.id }))
  const move = async (actor: Actor, planId: string, order: Order) =>
    show(await ordered(options, actor, { planId, order }))
  return {
    create: async (actor, plan) => show(await create(options, actor, plan)),
    get: async (actor, planId) => show(await find(actor, planId)),
    async list({ merchantId }, { customer, cursor, limit }) {
      let query = store.db.selectFrom('plans').selectAll().where('merchant_id', '=', merchantId)
      if (customer !== undefined) query = query.where('customer', '=', customer)
      if (cursor !== undefined) query = query.where('id', '<', cursor)
      const found = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const data = await Promise.all(found.slice(0, limit).map((row) => show(PlanRow.parse(row))))
      return { data, nextCursor: found.length > limit ? (data.at(-1)?.id ?? null) : null }
    },
    change: (actor, planId, change) =>
      move(actor, planId, {
        name: 'changed',
        event: 'plan.changed',
        to: (trx, row, now) => changed(trx, row, { change, nowMs: now }),
      }),
    pause: (actor, planId) =>
      move(actor, planId, { name: 'paused', event: 'plan.paused', to: async (_, row) => paused(row) }),
    resume: (actor, planId) =>
      move(actor, planId, {
        name: 'resumed',
        event: 'plan.resumed',
        to: resumed,
      }),
    cancel: (actor, planId) =>
      move(actor, planId, {
        name: 'cancelled',
        event: 'plan.cancelled',
        to: async () => ({ status: 'cancelled', because: 'ordered', next_at: null }),
      }),
    onPayment(row) {
      if (row.call_id.startsWith(ofPlan)) {
        if (row.status !== 'created' && row.status !== 'authorising')
          runner.look({ merchantId: row.merchant_id, planId: row.call_id.slice(ofPlan.length) })
      } else if (row.keep_card !== null && hasOutcome(row)) runner.wake()
    },
  }
}

async function create(
  { store, clock, runner, onTold }: PlansOptions,
  actor: Actor,
  plan: NewPlan,
): Promise<PlanRow> {
  const { merchantId } = actor
  const nowMs = clock.now()
  const { kind, schedule } = plan
  const card = await cardFor(store.db, merchantId, plan)
  const first = plan.firstPaymentId
    ? await findPayment(store.db, { merchantId, paymentId: plan.firstPaymentId })
    : null
  const customer = card?.customer ?? first?.customer
  if (customer == null) throw new PlanInvalid('/firstPaymentId', 'the first payment names no customer')
  if (first && !card && first.keep_card === null)
    throw new PlanInvalid(
      '/firstPaymentId',
      'the first payment keeps no card: order keep-card with use merchant',
    )
  const status = card ? 'active' : 'waiting'
  const row: PlanRow = {
    ...{ id: newId('plan', nowMs), merchant_id: merchantId, kind, status, because: null, customer },
    ...{ gateway: card?.gateway ?? first?.gateway ?? '', stored_card_id: card?.id ?? null },
    ...{ first_payment_id: plan.firstPaymentId ?? null, reference: plan.reference },
    ...{ description: plan.description ?? null, currency: plan.currency, amount_minor: plan.amountMinor },
    ...{ count: kind === 'balance' ? 1 : (plan.count ?? null), schedule: JSON.stringify(schedule) },
    ...{ dunning: JSON.stringify(plan.dunning), next_run: 1, next_index: 0, notice: null },
    ...{ next_at: card ? nowMs : null, leased_until: 0, version: 1, created_at: nowMs, updated_at: nowMs },
  }
  await store.transaction(async (trx) => {
    await trx.insertInto('plans').values(row).execute()
    const facts = { planId: row.id, kind, amountMinor: row.amount_minor, currency: row.currency }
    await appendAudit(trx, { actor, action: 'plan.created', paymentId: row.first_payment_id, facts }, nowMs)
    if (card) await tellOfPlan(trx, row, 'plan.activated')
  })
  onTold(merchantId)
  runner.wake()
  return row
}

type Order = {
  readonly name: string
  readonly event: PlanEventType
  /** In the order's transaction: a query beside it would wait for its end. */
  readonly to: (trx: Queries, row: PlanRow, nowMs: number) => Promise<Partial<PlanRow>>
}

async function ordered(
  { store, clock, runner, onTold }: PlansOptions,
  actor: Actor,
  { planId, order }: { readonly planId: string; readonly order: Order },
): Promise<PlanRow> {
  const nowMs = clock.now()
  const { merchantId } = actor
  const row = await store.transaction(async (trx) => {
    const before = await findPlan(trx, { merchantId, planId })
    if (over.has(before.status)) throw new PlanStateRefused(order.name, before.status)
    const after = await updatePlan(trx, before, {
      ...(await order.to(trx, before, nowMs)),
      updated_at: nowMs,
    })
    const facts = { planId, from: before.status, to: after.status }
    await appendAudit(trx, { actor, action: order.event, paymentId: null, facts }, nowMs)
    await tellOfPlan(trx, after, order.event)
    return after
  })
  onTold(merchantId)
  runner.wake()
  return row
}
