import { expect } from 'vitest'
import type { PlanResource } from '../../../src/contracts/plans.ts'
import { dueAt } from '../../../src/control/plans/schedule.ts'
import { randomFrom } from '../../support/random-from.ts'
import type { Fault } from './faulty-gateway.ts'
import { days, PlanRig } from './plan-rig.ts'

const faults: readonly Fault[] = [
  'refused',
  'lost-before',
  'lost-after',
  '500-before',
  '500-after',
  'declined',
]

const schedules = [
  { every: 'month', interval: 1, firstDate: '2026-01-31', time: '09:00', zone: 'Europe/London' },
  { every: 'month', interval: 1, firstDate: '2026-01-30', time: '02:30', zone: 'America/New_York' },
  { every: 'week', interval: 2, firstDate: '2026-02-01', time: '01:30', zone: 'Europe/Berlin' },
  { every: 'year', interval: 1, firstDate: '2028-02-29', time: '00:00', zone: 'Asia/Tokyo' },
] as const

const dunning = { retryAfterDays: [1, 1, 1, 1, 1, 1, 1, 1], afterwards: 'stop' }

/**
 * Five years of renewals with a gateway that fails one charge in three and a control that crashes in between, on the store of
 * the test's project: every run that was due is paid, and none twice. Prints its seed and what it counted.
 */
export async function fiveYears(store: string): Promise<void> {
  const seed = Number(process.env.TONEWALL_SEED ?? Date.now() & 0x7fffffff)
  console.log(`five years of plans on ${store}: seed ${seed}`)
  const world = await PlanRig.start()
  try {
    const { plans, crashes } = await pass(world, randomFrom(seed))
    const { due, missed, double, approvals } = await count(world, plans)
    const met = [...world.gateway.met].map(([fault, times]) => `${fault} ${times}`).join(', ')
    console.log(
      `${store}: ${due} runs due, ${approvals} approvals, ${missed} missed, ${double} double; ` +
        `${crashes} crashes of control; charges met: ${met}`,
    )
    expect({ missed, double, approvals }).toEqual({ missed: 0, double: 0, approvals: due })
  } finally {
    await world.close()
  }
}

type Passed = { readonly plans: readonly PlanResource[]; readonly crashes: number }

async function pass(world: PlanRig, random: () => number): Promise<Passed> {
  const plans: PlanResource[] = []
  for (const [n, schedule] of schedules.entries())
    plans.push(await world.plan({ storedCardId: await world.keptCard(`209${n}-12`), schedule, dunning }))
  world.gateway.fault = () =>
    random() < 1 / 3 ? (faults[Math.floor(random() * faults.length)] ?? 'none') : 'none'
  let crashes = 0
  for (let quarter = 0; quarter < 20; quarter++) {
    await world.pass(days(365.25 * 0.25), days(1))
    if (random() > 0.5) continue
    crashes++
    await world.rig.crash()
    await world.rig.startCore()
  }
  world.gateway.fault = () => 'none'
  await world.pass(days(12), days(0.5))
  return { plans, crashes }
}

/** Missed: due by the calendar, and no run that was paid. Double: approvals at the gateway beyond one for each run. */
async function count(world: PlanRig, plans: readonly PlanResource[]) {
  const approved = world.gateway.lines().filter(({ outcome }) => outcome === 'approved')
  let [due, missed, double] = [0, 0, 0]
  for (const { id, schedule } of plans) {
    const { runs, status } = await world.get(id)
    expect(status).toBe('active')
    const dates = Array.from({ length: 200 }, (_, index) => dueAt(schedule, index))
    const wanted = dates.filter((at) => at <= world.clock.now())
    due += wanted.length
    expect(runs.filter((run) => !wanted.includes(run.dueAt))).toEqual([])
    for (const at of wanted) {
      const ofDate = runs.filter((run) => run.dueAt === at)
      const payments = await Promise.all(ofDate.map((run) => world.rig.get(run.paymentId)))
      const isPaid = ofDate.some(({ state }) => state === 'paid')
      if (!isPaid || !payments.some((payment) => payment.status === 'captured')) missed++
      const tries = await triesOf(
        world,
        payments.map((payment) => payment.id),
      )
      const charges = approved.filter(({ ourReference }) => tries.has(ourReference))
      double += Math.max(0, charges.length - 1)
    }
  }
  return { due, missed, double, approvals: approved.length }
}

/** Attempts' ids: what the gateway knows them by. */
async function triesOf({ rig }: PlanRig, paymentIds: readonly string[]): Promise<Set<string>> {
  if (paymentIds.length === 0) return new Set()
  const rows = await rig.store.db
    .selectFrom('attempts')
    .select('id')
    .where('payment_id', 'in', [...paymentIds])
    .execute()
  return new Set(rows.map(({ id }) => id))
}
