import type { PlanSchedule } from '../../contracts/plans.ts'

/**
 * When the `index`th run of a schedule is due, counted from 0, in epoch ms. Pure.
 *
 * Counted from the first date and never from the one before, so that the 31st of January is followed by the last of
 * February and then by the 31st of March, and the 29th of February by the 28th until the next leap year. The time is the
 * customer's: an hour that a clock change leaves out is an hour later, one that comes twice is the first of the two
 * (`disambiguation: 'compatible'`, RFC 5545 §3.3.5).
 */
export function dueAt({ every, interval, firstDate, time, zone }: PlanSchedule, index: number): number {
  const first = Temporal.PlainDate.from(firstDate)
  const date = first.add({ [`${every}s`]: interval * index }, { overflow: 'constrain' })
  return date.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds
}

/** So many days later at the same time of the customer's day. */
export function daysLater(atMs: number, days: number, zone: string): number {
  const at = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone)
  return at.add({ days }).epochMilliseconds
}

/** The amount of the `number`th of `count` instalments (from 1): what does not divide goes with the first ones. */
export function instalmentOf(totalMinor: number, count: number, number: number): number {
  const each = Math.floor(totalMinor / count)
  return each + (number <= totalMinor - each * count ? 1 : 0)
}
