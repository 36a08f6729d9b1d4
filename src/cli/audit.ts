import { Command } from 'commander'
import { systemClock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { type ChainFault, walkAudit } from '../control/store/audit-log.ts'
import { openStore } from '../control/store/store.ts'
import { databaseFileOf } from '../supervisor/plan/addresses.ts'
import { type ConfigurationOptions, readConfiguration, withConfiguration } from './configuration.ts'

type VerifyOptions = ConfigurationOptions & { readonly json?: boolean; readonly head?: string[] }

export function auditCommand(): Command {
  const verify = withConfiguration(new Command('verify'))
    .description(
      'walk the audit chain of every merchant; name the first row that was changed, taken out or moved',
    )
    .option('--json', 'print JSON')
    .option(
      '--head <merchant:row:hash...>',
      'a head that an earlier run printed: it must still be in the chain',
    )
    .action(async (options: VerifyOptions) => {
      const { config } = readConfiguration(options)
      const { databaseUrl } = config.control
      const place = databaseUrl ? { url: new Secret(databaseUrl) } : { file: databaseFileOf(config) }
      const store = await openStore({ ...place, clock: systemClock, asItIs: true })
      try {
        const merchants = await store.db.selectFrom('merchants').select('id').orderBy('id').execute()
        const reports = await Promise.all(
          merchants.map(async ({ id }) => ({ merchantId: id, ...(await walkAudit(store.db, id)) })),
        )
        const gone = await missingHeads(store, options.head ?? [])
        if (options.json) console.log(JSON.stringify({ merchants: reports, missingHeads: gone }, null, 2))
        else for (const line of [...reports.map(lineOf), ...gone.map(goneLine)]) console.log(line)
        if (gone.length > 0 || reports.some(({ fault }) => fault)) process.exitCode = 1
      } finally {
        await store.close()
      }
    })
  return new Command('audit').description('look at the audit trail').addCommand(verify)
}

type Report = Awaited<ReturnType<typeof walkAudit>> & { readonly merchantId: string }

function lineOf({ merchantId, fault, head }: Report): string {
  if (fault) return `${merchantId}: BROKEN at row ${fault.seq}: ${explain(fault)}`
  return `${merchantId}: whole, ${head.seq} rows; head ${merchantId}:${head.seq}:${head.hash}`
}

function explain({ fault, id }: ChainFault): string {
  switch (fault) {
    case 'missing':
      return 'the row is missing'
    case 'changed':
      return `${id} was changed`
    case 'not-chained':
      return `${id} does not follow the row before it: it was moved here, or put in`
  }
}

const goneLine = (head: string) => `${head}: MISSING: rows were cut off at the end, or it is another database`

/** The chain alone cannot tell that its end was cut off; whoever kept an earlier head can. */
async function missingHeads(
  store: Awaited<ReturnType<typeof openStore>>,
  heads: readonly string[],
): Promise<string[]> {
  const missing: string[] = []
  for (const head of heads) {
    const [merchantId = '', seq = '', hash = ''] = head.split(':')
    const row = await store.db
      .selectFrom('audit')
      .select('hash')
      .where('merchant_id', '=', merchantId)
      .where('seq', '=', Number(seq) || 0)
      .executeTakeFirst()
    if (row?.hash !== hash) missing.push(head)
  }
  return missing
}
