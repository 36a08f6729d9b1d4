import { toDecimal } from '../../base/money.ts'
import { type Cell, csv, ledgerCsv } from '../reconciliation/csv.ts'
import type { Movement } from '../reconciliation/movements.ts'
import type { DifferenceTable, ReconciliationTable } from '../store/gateway-tables.ts'

/** A movement, and the gateway that it went through. */
export type GatewayMovement = Movement & { readonly gateway: string }

export function ledgerFile(movements: readonly GatewayMovement[]): string {
  return ledgerCsv(movements)
}

/** What a day comes to at each gateway and in each currency. */
export function settlementFile(day: string, movements: readonly GatewayMovement[]): string {
  const head = ['day', 'gateway', 'currency', 'payments', 'paid', 'refunds', 'refunded', 'net', 'netMinor']
  const groups = Map.groupBy(movements, ({ gateway, currency }) => `${gateway} ${currency}`)
  const rows = [...groups.values()].map((group): Cell[] => {
    const { gateway = '', currency = '' } = group[0] ?? {}
    const paid = group.filter(({ kind }) => kind === 'payment')
    const refunded = group.filter(({ kind }) => kind === 'refund')
    const netMinor = sum(group)
    const money = (amountMinor: number) => decimal(amountMinor, currency)
    const counted = [paid.length, money(sum(paid)), refunded.length, money(-sum(refunded))]
    return [day, gateway, currency, ...counted, money(netMinor), netMinor]
  })
  return csv([head, ...rows.sort((a, b) => String(a.slice(1, 3)).localeCompare(String(b.slice(1, 3))))])
}

/** A line for each comparison of the day, and one below it for each difference that it found. */
export function reconciliationFile(
  runs: readonly ReconciliationTable[],
  differences: readonly DifferenceTable[],
): string {
  const head = ['comparison', 'gateway', 'since', 'until', 'state', 'lines', 'matched', 'differences']
  const ofDifference = [
    'difference',
    'kind',
    'subject',
    'paymentId',
    'gatewayRef',
    'ours',
    'theirs',
    'currency',
  ]
  const rows = runs.flatMap((run): Cell[][] => {
    const [since, until] = [run.since_ms, run.until_ms].map((ms) => new Date(ms).toISOString())
    const own = [
      run.id,
      run.gateway,
      since ?? '',
      until ?? '',
      run.state,
      run.lines,
      run.matched,
      run.differences,
    ]
    const nothing = ofDifference.map(() => null)
    const found = differences
      .filter(({ reconciliation_id }) => reconciliation_id === run.id)
      .map((one) => [...own, ...differenceCells(one)])
    return found.length > 0 ? found : [[...own, ...nothing]]
  })
  return csv([[...head, ...ofDifference], ...rows])
}

function differenceCells(one: DifferenceTable): Cell[] {
  const money = (amountMinor: number | null) =>
    amountMinor === null ? null : decimal(amountMinor, one.currency)
  const amounts = [money(one.ours_minor), money(one.theirs_minor)]
  return [one.id, one.kind, one.subject, one.payment_id, one.gateway_ref, ...amounts, one.currency]
}

/**
 * Bank-statement lines as Xero imports them: `Date` as DD/MM/YYYY, `Amount` positive for what comes in,
 * `Payee` the customer, else the gateway. See
 * https://central.xero.com/s/article/Import-a-CSV-bank-statement
 */
export function xeroFile(movements: readonly GatewayMovement[], dateOf: (atMs: number) => string): string {
  const head = ['*Date', '*Amount', 'Payee', 'Description', 'Reference', 'Check Number']
  const rows = movements.map(
    ({ at, amountMinor, currency, kind, gateway, reference, customer, paymentId, ourReference }) => {
      const [year, month, day] = dateOf(at).split('-')
      const what = kind === 'refund' ? 'Card refund by telephone' : 'Card payment by telephone'
      return [
        `${day}/${month}/${year}`,
        decimal(amountMinor, currency),
        customer ?? gateway,
        `${what}, ${paymentId}`,
        reference,
        ourReference,
      ]
    },
  )
  return csv([head, ...rows])
}

function sum(movements: readonly Movement[]): number {
  return movements.reduce((total, { amountMinor }) => total + amountMinor, 0)
}

function decimal(amountMinor: number, currency: string): string {
  return `${amountMinor < 0 ? '-' : ''}${toDecimal({ amountMinor: Math.abs(amountMinor), currency })}`
}
