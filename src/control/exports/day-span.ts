/** A day in a time zone, as epoch ms; `untilMs` is excluded. Days on which clocks change have 23 or 25 hours. */
export function daySpan(day: string, timeZone: string): { sinceMs: number; untilMs: number } {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 24 * 3_600_000).toISOString().slice(0, 10)
  return { sinceMs: midnight(day, timeZone), untilMs: midnight(next, timeZone) }
}

/** The day that it is at `atMs` in a time zone, as YYYY-MM-DD. */
export function dayAt(atMs: number, timeZone: string): string {
  // Sweden's way to write a date is ISO 8601's.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(atMs)
}

/** When the day begins there. Asked twice: the offset at UTC's midnight may be another than at the zone's own. */
function midnight(day: string, timeZone: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`)
  const guess = utc - offsetMs(utc, timeZone)
  return utc - offsetMs(guess, timeZone)
}

function offsetMs(atMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  return Date.parse(`${format.format(atMs).replace(' ', 'T')}Z`) - Math.floor(atMs / 1_000) * 1_000
}
