import type { LedgerLine } from './ledger.ts'

/** What one day's captures and refunds in one currency come to, paid out at the following midnight UTC. */
export type Settlement = {
  /** For example `set_2026-01-15_GBP`. */
  readonly id: string
  readonly date: string
  readonly currency: string
  readonly grossMinor: number
  readonly refundedMinor: number
  readonly netMinor: number
  readonly lines: readonly LedgerLine[]
}

const dayOf = (line: LedgerLine) => line.at.slice(0, 10)

/** True when the line's day has ended (UTC), so that its money is on its way and can no longer be cancelled. */
export function settledOn(line: LedgerLine, nowMs: number): boolean {
  return dayOf(line) < new Date(nowMs).toISOString().slice(0, 10)
}

/** A refund moves when it is carried out, which may be later than when it was ordered. */
const isRefund = ({ kind, pending }: LedgerLine) => kind === 'refund-done' || (kind === 'refund' && !pending)

/** Settlements of the days that have ended, from `since` (an ISO date or time) on, oldest first. */
export function settlementsOf(lines: readonly LedgerLine[], nowMs: number, since = ''): Settlement[] {
  const voided = new Set(lines.filter(({ kind }) => kind === 'void').map((line) => line.authorisationId))
  const moved = lines.filter(
    (line) =>
      (line.captured || line.kind === 'capture' || isRefund(line)) &&
      !voided.has(line.authorisationId) &&
      settledOn(line, nowMs) &&
      dayOf(line) >= since.slice(0, 10),
  )
  const groups = Map.groupBy(moved, (line) => `set_${dayOf(line)}_${line.currency}`)
  return [...groups].map(([id, group]) => settlement(id, group)).sort((a, b) => (a.id < b.id ? -1 : 1))
}

function settlement(id: string, lines: readonly LedgerLine[]): Settlement {
  const first = lines[0]!
  const sum = (refunds: boolean) =>
    lines.filter((line) => isRefund(line) === refunds).reduce((total, { amount }) => total + amount, 0)
  const [grossMinor, refundedMinor] = [sum(false), sum(true)]
  const netMinor = grossMinor - refundedMinor
  return { id, date: dayOf(first), currency: first.currency, grossMinor, refundedMinor, netMinor, lines }
}
