import { writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { systemClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import { ExportKind, ExportQuery } from '../contracts/exports.ts'
import { exportDay } from '../control/exports/exports.ts'
import { openStore } from '../control/store/store.ts'
import { databaseFileOf } from '../supervisor/plan/addresses.ts'
import { type ConfigurationOptions, readConfiguration, withConfiguration } from './configuration.ts'

type ExportOptions = ConfigurationOptions & {
  readonly kind: ExportKind
  readonly day: string
  readonly merchant?: string
  readonly currency?: string
  readonly out?: string
}

/** The day, the currency or the merchant that was asked for is none. */
export class ExportOrderRefused extends AppError {
  readonly code = 'EXPORT_ORDER_REFUSED'
  readonly remedy = 'fix-request'
}

export function exportCommand(): Command {
  return withConfiguration(new Command('export'))
    .description('write a day of a merchant as CSV: ledger, settlement, reconciliation, or lines for Xero')
    .addOption(new Option('--kind <kind>', 'what to write').choices(ExportKind.options).makeOptionMandatory())
    .requiredOption('--day <YYYY-MM-DD>', 'in the merchant’s time zone')
    .option('--merchant <id>', 'mer_…; not needed when there is one')
    .option('--currency <code>', 'this currency only; needed for xero when there are several')
    .option('--out <file>', 'a file instead of standard output')
    .action(async (options: ExportOptions) => {
      const query = ExportQuery.safeParse({ day: options.day, currency: options.currency })
      if (!query.success) throw new ExportOrderRefused(query.error.issues[0]?.message ?? 'not a day')
      const { config } = readConfiguration(options)
      const { databaseUrl } = config.control
      const place = databaseUrl ? { url: new Secret(databaseUrl) } : { file: databaseFileOf(config) }
      const store = await openStore({ ...place, clock: systemClock, asItIs: true })
      try {
        const merchants = await store.db.selectFrom('merchants').select('id').execute()
        const merchantId = chosen(
          merchants.map(({ id }) => id),
          options.merchant,
        )
        const text = await exportDay(store.db, { merchantId, kind: options.kind, ...query.data })
        if (options.out) writeFileSync(options.out, text, { mode: 0o600 })
        else process.stdout.write(text)
      } finally {
        await store.close()
      }
    })
}

function chosen(ids: readonly string[], wanted: string | undefined): string {
  const [only] = ids
  if (wanted === undefined && ids.length === 1 && only) return only
  if (wanted !== undefined && ids.includes(wanted)) return wanted
  throw new ExportOrderRefused(`name a merchant with --merchant: ${ids.join(', ')}`)
}
