import { afterEach, expect, it } from 'vitest'
import { dueAt } from '../../../src/control/plans/schedule.ts'
import { randomFrom } from '../../support/random-from.ts'
import type { Fault } from './faulty-gateway.ts'
import { days, PlanRig } from './plan-rig.ts'

let world: PlanRig
afterEach(() => world.close())

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

it('five years of renewals with a gateway that fails one charge in three: no run is missed, none is charged twice', {
  timeout: 300_000,
}, async () => {
  const seed = Number(process.env.TONEWALL_SEED ?? Date.now() & 0x7fffffff)
  console.log(`five years of plans: seed ${seed}`)
  const random = randomFrom(seed)
  world = await PlanRig.start()
  world.gateway.fault = () =>
    random() < 1 / 3 ? (faults[Math.floor(random() * faults.length)] ?? 'none') : 'none'
  const dunning = { retryAfterDays: [1, 1, 1, 1, 1, 1, 1, 1], afterwards: 'stop' }
  const plans = []
  for (const [n, schedule] of schedules.entries())
    plans.push(await world.plan({ storedCardId: await world.keptCard(`209${n}-12`), schedule, dunning }))
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

  let runs = 0
  for (const { id, schedule } of plans) {
    const { runs: done, status } = await world.get(id)
    expect(status).toBe('active')
    const due = Array.from({ length: 200 }, (_, index) => dueAt(schedule, index)).filter(
      (at) => at <= world.clock.now(),
    )
    expect(done.map((run) => run.dueAt)).toEqual(due)
    for (const run of done) {
      runs++
      expect(run).toMatchObject({ state: 'paid' })
      const payment = await world.rig.get(run.paymentId)
      expect(payment.status).toBe('captured')
    }
  }
  const approved = world.gateway.lines().filter(({ outcome }) => outcome === 'approved')
  const counted = [...world.gateway.met].map(([fault, count]) => `${fault} ${count}`).join(', ')
  console.log(
    `${runs} runs, ${approved.length} approvals, ${crashes} crashes of control; charges met: ${counted}`,
  )
  expect(approved).toHaveLength(runs)
  expect(new Set(approved.map(({ authorisationId }) => authorisationId)).size).toBe(runs)
})
