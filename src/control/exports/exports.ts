import { AppError } from '../../base/errors.ts'
import type { ExportKind } from '../../contracts/exports.ts'
import { readSettings } from '../receipts/look-store.ts'
import { movementsIn } from '../reconciliation/movements.ts'
import type { Queries } from '../store/database.ts'
import {
  type GatewayMovement,
  ledgerFile,
  reconciliationFile,
  settlementFile,
  xeroFile,
} from './day-files.ts'
import { dayAt, daySpan } from './day-span.ts'

/** A bank account has one currency, and there are several that day. */
export class ExportCurrencyNeeded extends AppError {
  readonly code = 'EXPORT_CURRENCY_NEEDED'
  readonly remedy = 'fix-request'
  constructor() {
    super('bank-statement lines are of one currency: name it')
  }
}

export type ExportOrder = {
  readonly merchantId: string
  readonly kind: ExportKind
  /** YYYY-MM-DD in the merchant's time zone. */
  readonly day: string
  readonly currency?: string | undefined
}

/** One day of a merchant as CSV. The same day gives the same file, until something of that day is settled later. */
export async function exportDay(
  db: Queries,
  { merchantId, kind, day, currency }: ExportOrder,
): Promise<string> {
  const { timeZone } = await readSettings(db, merchantId)
  const span = { merchantId, ...daySpan(day, timeZone) }
  if (kind === 'reconciliation') return comparisons(db, span)
  const all = await movementsOf(db, span)
  const movements = currency === undefined ? all : all.filter((one) => one.currency === currency)
  switch (kind) {
    case 'ledger':
      return ledgerFile(movements)
    case 'settlement':
      return settlementFile(day, movements)
    case 'xero':
      if (new Set(movements.map((one) => one.currency)).size > 1) throw new ExportCurrencyNeeded()
      return xeroFile(movements, (atMs) => dayAt(atMs, timeZone))
  }
}

/** Currencies of the day's movements, for a file each. */
export async function currenciesOn(db: Queries, merchantId: string, day: string): Promise<string[]> {
  const { timeZone } = await readSettings(db, merchantId)
  const movements = await movementsOf(db, { merchantId, ...daySpan(day, timeZone) })
  return [...new Set(movements.map(({ currency }) => currency))].sort()
}

type DaySpan = { readonly merchantId: string; readonly sinceMs: number; readonly untilMs: number }

/** Through every gateway that the merchant's payments of these days went through. */
async function movementsOf(db: Queries, span: DaySpan): Promise<GatewayMovement[]> {
  const { merchantId, sinceMs, untilMs } = span
  const used = async (table: 'attempts' | 'operations', state: 'approved' | 'done') => {
    const rows = await db
      .selectFrom(table)
      .select('gateway')
      .distinct()
      .where('merchant_id', '=', merchantId)
      .where('state', '=', state as never)
      .where('updated_at', '>=', sinceMs)
      .where('updated_at', '<', untilMs)
      .execute()
    return rows.map(({ gateway }) => gateway)
  }
  const gateways = new Set([...(await used('attempts', 'approved')), ...(await used('operations', 'done'))])
  const found: GatewayMovement[] = []
  for (const gateway of [...gateways].sort())
    for (const movement of await movementsIn(db, { ...span, gateway })) found.push({ ...movement, gateway })
  return found.sort((a, b) => a.at - b.at)
}

async function comparisons(db: Queries, { merchantId, sinceMs, untilMs }: DaySpan): Promise<string> {
  const runs = await db
    .selectFrom('reconciliations')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('created_at', '>=', sinceMs)
    .where('created_at', '<', untilMs)
    .orderBy('id')
    .execute()
  const ids = runs.map(({ id }) => id)
  if (ids.length === 0) return reconciliationFile([], [])
  const differences = await db
    .selectFrom('reconciliation_differences')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('reconciliation_id', 'in', ids)
    .orderBy('id')
    .execute()
  return reconciliationFile(runs, differences)
}
