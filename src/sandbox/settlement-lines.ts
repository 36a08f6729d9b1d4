import type { LedgerLine } from './ledger.ts'
import type { SettlementLinesQuery } from './wire.ts'

const pageSize = 100

/** One movement of money in the merchant's account, as soon as it has happened. */
export type SettlementLine = {
  readonly id: string
  readonly kind: 'payment' | 'refund'
  readonly authorisationId: string
  readonly ourReference: string
  /** Minor units; negative for a refund. */
  readonly amount: number
  readonly currency: string
  readonly at: string
  /** ISO 8601: the midnight (UTC) after it, when it is paid out. */
  readonly availableAt: string
}

/** Captures and refunds in the order of the books, page by page. What was voided never moved any money. */
export function settlementLinesOf(lines: readonly LedgerLine[], query: SettlementLinesQuery) {
  const voided = new Set(lines.filter(({ kind }) => kind === 'void').map((line) => line.authorisationId))
  const refunds = new Map(lines.filter(({ kind }) => kind === 'refund').map((line) => [line.id, line]))
  const moved = lines.flatMap((line): SettlementLine[] => {
    if (voided.has(line.authorisationId)) return []
    if (line.kind === 'capture' || (line.kind === 'authorisation' && line.captured))
      return [lineOf(line, 'payment')]
    if (line.kind === 'refund' && !line.pending) return [lineOf(line, 'refund')]
    const refund = line.kind === 'refund-done' ? refunds.get(line.of ?? '') : undefined
    return refund ? [{ ...lineOf(line, 'refund'), id: refund.id, ourReference: refund.ourReference }] : []
  })
  const found = moved.filter(({ at }) => Date.parse(at) >= query.sinceMs && Date.parse(at) < query.untilMs)
  const page = found.slice(query.cursor, query.cursor + pageSize)
  const next = query.cursor + pageSize
  return { lines: page, nextCursor: next < found.length ? String(next) : null }
}

function lineOf(line: LedgerLine, kind: SettlementLine['kind']): SettlementLine {
  const { id, authorisationId, ourReference, amount, currency, at } = line
  const midnight = Date.parse(`${at.slice(0, 10)}T00:00:00.000Z`) + 24 * 60 * 60 * 1_000
  const availableAt = new Date(midnight).toISOString()
  const signed = kind === 'refund' ? -amount : amount
  return { id, kind, authorisationId, ourReference, amount: signed, currency, at, availableAt }
}
