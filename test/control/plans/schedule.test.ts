import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlanSchedule } from '../../../src/contracts/plans.ts'
import { dueAt, instalmentOf } from '../../../src/control/plans/schedule.ts'

const schedule = (change: Partial<PlanSchedule> = {}): PlanSchedule => ({
  every: 'month',
  interval: 1,
  firstDate: '2026-01-31',
  time: '09:00',
  zone: 'Europe/London',
  ...change,
})
const local = (atMs: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString()
    .slice(0, 16)
const dates = (plan: PlanSchedule, count: number) =>
  Array.from({ length: count }, (_, index) => local(dueAt(plan, index), plan.zone))

describe('a schedule in the customer’s zone', () => {
  it('keeps the last of the month, and comes back to the 31st', () => {
    expect(dates(schedule(), 5)).toEqual([
      '2026-01-31T09:00',
      '2026-02-28T09:00',
      '2026-03-31T09:00',
      '2026-04-30T09:00',
      '2026-05-31T09:00',
    ])
  })

  it('keeps the 29th of February for leap years', () => {
    const yearly = schedule({ every: 'year', firstDate: '2028-02-29' })
    expect(dates(yearly, 5).map((date) => date.slice(0, 10))).toEqual([
      '2028-02-29',
      '2029-02-28',
      '2030-02-28',
      '2031-02-28',
      '2032-02-29',
    ])
  })

  it('stays at its hour when the clocks change', () => {
    expect(dates(schedule({ every: 'day', firstDate: '2026-03-28' }), 3)).toEqual([
      '2026-03-28T09:00',
      '2026-03-29T09:00',
      '2026-03-30T09:00',
    ])
    const daily = schedule({ every: 'day', firstDate: '2026-03-28' })
    expect(dueAt(daily, 1) - dueAt(daily, 0)).toBe(23 * 3_600_000)
  })

  it('is an hour later when its hour is left out, and at the first of an hour that comes twice', () => {
    const spring = schedule({ every: 'day', firstDate: '2026-03-29', time: '01:30' })
    expect(local(dueAt(spring, 0), 'Europe/London')).toBe('2026-03-29T02:30')
    const autumn = schedule({ every: 'day', firstDate: '2026-10-25', time: '01:30' })
    expect(new Date(dueAt(autumn, 0)).toISOString()).toBe('2026-10-25T00:30:00.000Z')
  })

  it('whatever it is: later every time, at its hour, on a day that exists, and never skipped', () => {
    const seed = Date.now() & 0x7fffffff
    console.log(`seed ${seed}`)
    const zone = fc.constantFrom(
      'Europe/London',
      'America/New_York',
      'Asia/Tokyo',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    )
    const day = fc
      .date({ min: new Date('2024-01-01'), max: new Date('2032-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10))
    const anySchedule = fc.record({
      every: fc.constantFrom('day' as const, 'week' as const, 'month' as const, 'year' as const),
      interval: fc.integer({ min: 1, max: 6 }),
      firstDate: day,
      time: fc.constantFrom('00:00', '01:30', '02:15', '09:00', '23:59'),
      zone,
    })
    fc.assert(
      fc.property(anySchedule, fc.integer({ min: 0, max: 80 }), (plan, index) => {
        const [now, next] = [dueAt(plan, index), dueAt(plan, index + 1)]
        expect(next).toBeGreaterThan(now)
        const mostDays = { day: 1, week: 7, month: 31, year: 366 }[plan.every] * plan.interval
        expect(next - now).toBeLessThanOrEqual((mostDays * 24 + 2) * 3_600_000)
        const [date = '', time = ''] = local(now, plan.zone).split('T')
        if (plan.every === 'month') {
          const wanted = Number(plan.firstDate.slice(8))
          const last = Temporal.PlainDate.from(date).daysInMonth
          expect(Number(date.slice(8))).toBe(Math.min(wanted, last))
        }
        const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
        expect(Math.abs(minutes(time) - minutes(plan.time))).toBeLessThanOrEqual(60)
      }),
      { seed, numRuns: 400 },
    )
  })
})

it('instalments come to the whole amount, and differ by one unit at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 60 }), (total, count) => {
      const parts = Array.from({ length: count }, (_, i) => instalmentOf(total, count, i + 1))
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total)
      expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1)
    }),
  )
})
