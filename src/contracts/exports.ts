import { z } from 'zod'
import { Currency } from '../base/money.ts'

/**
 * - `ledger`: every movement of money of the day
 * - `settlement`: what the day comes to, by gateway and currency: what the bank is to show
 * - `reconciliation`: what the comparisons of the day with gateways' settlement lines found
 * - `xero`: the day's movements as bank-statement lines that Xero imports, in one currency
 */
export const ExportKind = z.enum(['ledger', 'settlement', 'reconciliation', 'xero'])
export type ExportKind = z.infer<typeof ExportKind>

export const ExportDay = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day as YYYY-MM-DD')
  .refine(
    (day) => new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) ?? false,
    'not a day of the calendar',
  )

export const ExportQuery = z.strictObject({
  day: ExportDay.describe('In the merchant’s time zone, the one of its receipts'),
  currency: Currency.optional().describe('Of `xero`: a bank account has one. Of the others: all unless told'),
})
