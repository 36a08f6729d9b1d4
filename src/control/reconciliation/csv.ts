import { toDecimal } from '../../base/money.ts'
import type { DifferenceResource } from '../../contracts/reconciliation.ts'
import type { Movement } from './movements.ts'

export type Cell = string | number | null

/** Our ledger, a movement a line. */
export function ledgerCsv(movements: readonly Movement[]): string {
  const head = ['at', 'kind', 'paymentId', 'reference', 'ourReference', 'gatewayRef']
  const rows = movements.map((movement) => [
    new Date(movement.at).toISOString(),
    movement.kind,
    movement.paymentId,
    movement.reference,
    movement.ourReference,
    movement.gatewayRef,
    ...money(movement.amountMinor, movement.currency),
    movement.customer,
  ])
  return csv([[...head, 'amount', 'amountMinor', 'currency', 'customer'], ...rows])
}

export function differencesCsv(differences: readonly DifferenceResource[]): string {
  const head = ['kind', 'subject', 'paymentId', 'gatewayRef', 'oursMinor', 'theirsMinor', 'currency']
  const rows = differences.map((one) => [
    one.kind,
    one.subject,
    one.paymentId,
    one.gatewayRef,
    one.oursMinor,
    one.theirsMinor,
    one.currency,
  ])
  return csv([head, ...rows])
}

function money(amountMinor: number, currency: string): Cell[] {
  const sign = amountMinor < 0 ? '-' : ''
  const decimal = `${sign}${toDecimal({ amountMinor: Math.abs(amountMinor), currency })}`
  // A number, not a text: a spreadsheet may add these up.
  return [decimal, amountMinor, currency]
}

/** RFC 4180. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/** A text that a spreadsheet would take for a formula gets an apostrophe before it. */
function cell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number' || /^-?\d+(\.\d+)?$/.test(value)) return String(value)
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
