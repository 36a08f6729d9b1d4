import { writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { toDecimal } from '../base/money.ts'
import { ApiRefused } from '../client/api-client.ts'
import type { DifferenceResource, ReconciliationResource } from '../contracts/reconciliation.ts'
import { type ConfigurationOptions, readConfiguration, withConfiguration } from './configuration.ts'
import { asking, type PlatformApi, platformApi } from './platform-api.ts'

type Options = ConfigurationOptions & {
  readonly since?: number
  readonly until?: number
  readonly merchant?: string
  readonly differences?: string
  readonly ledger?: string
  readonly json?: boolean
}

/** The comparison could not be ordered, did not come to its end, or could not be fetched. */
class ReconciliationFailed extends AppError {
  readonly code = 'RECONCILIATION_FAILED'
  readonly remedy = 'retry'
}

const dayMs = 86_400_000
const lookMs = 500
/** A month of a busy merchant's lines, page by page, takes minutes. */
const patienceMs = 600_000

export function reconcileCommand(): Command {
  return withConfiguration(new Command('reconcile'))
    .description(
      'let the running platform compare its ledger with the gateway’s settlement lines; ends with 1 when they differ',
    )
    .option('--since <date>', 'first day, UTC, for example 2026-11-01 (default: yesterday)', day)
    .option('--until <date>', 'day after the last, UTC (default: one day after --since)', day)
    .option('--merchant <id>', 'whose, where the configuration has several')
    .option('--differences <file>', 'write what differs as CSV')
    .option('--ledger <file>', 'write our ledger of that time as CSV')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      const { config } = readConfiguration(options)
      const api = platformApi(config, options.merchant)
      const today = Math.floor(systemClock.now() / dayMs) * dayMs
      const since = options.since ?? today - dayMs
      const run = await compared(api, { since, until: options.until ?? since + dayMs })
      const { data } = await asked(api, () => api.client.request('listDifferences', { id: run.id }))
      for (const name of ['differences', 'ledger'] as const) {
        const file = options[name]
        if (file !== undefined) writeFileSync(file, await csv(api, run.id, name))
      }
      if (options.json) console.log(JSON.stringify({ run, differences: data }, null, 2))
      else for (const line of [headOf(run), ...data.map(lineOf)]) console.log(line)
      if (data.length > 0) process.exitCode = 1
    })
}

/** A day of the calendar as epoch ms of its first moment, UTC. */
function day(text: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at)) throw new InvalidArgumentError('a day is written 2026-11-01')
  return at
}

/** Orders the comparison, and waits until it is over. */
async function compared(
  api: PlatformApi,
  body: { readonly since: number; readonly until: number },
): Promise<ReconciliationResource> {
  let run = await asked(api, () => api.client.request('createReconciliation', { body }))
  const { id } = run
  for (const untilMs = systemClock.now() + patienceMs; run.state === 'running'; ) {
    if (systemClock.now() > untilMs)
      throw new ReconciliationFailed(`${id} still runs: look with GET /v1/reconciliations/${id}`)
    await new Promise((resolve) => setTimeout(resolve, lookMs))
    run = await asked(api, () => api.client.request('getReconciliation', { id }))
  }
  if (run.state === 'failed')
    throw new ReconciliationFailed(
      `the gateway's lines could not be read: ${run.because ?? 'no reason given'}`,
    )
  return run
}

/** A refusal in the API's own words: they name the field and what to do. */
async function asked<T>(api: PlatformApi, ask: () => Promise<T>): Promise<T> {
  try {
    return await asking(api, ask)
  } catch (error) {
    if (!(error instanceof ApiRefused)) throw error
    const { code, detail, field } = error.problem
    throw new ReconciliationFailed(`${code}${field ? ` at ${field}` : ''}: ${detail}`)
  }
}

async function csv({ baseUrl, client }: PlatformApi, id: string, name: string): Promise<string> {
  const url = `${baseUrl}/v1/reconciliations/${id}/${name}.csv`
  const response = await asking({ baseUrl, client }, () => fetch(url, { headers: client.headers() }))
  if (!response.ok) throw new ReconciliationFailed(`${name}.csv: status ${response.status}`)
  return response.text()
}

const dateOf = (epochMs: number) => new Date(epochMs).toISOString().slice(0, 10)

function headOf({ gateway, since, until, lines, matched, differences }: ReconciliationResource): string {
  const days = `${dateOf(since)} until ${dateOf(until)}`
  return `${gateway}, ${days}: ${lines} lines of the gateway, ${matched} agree, ${differences} differences`
}

function lineOf(difference: DifferenceResource): string {
  const { kind, subject, paymentId, gatewayRef, currency, oursMinor, theirsMinor } = difference
  const amount = (minor: number | null) => (minor === null ? 'nothing' : money(minor, currency))
  const names = [paymentId, gatewayRef].filter((name) => name !== null && name !== subject)
  const beside = names.length > 0 ? ` (${names.join(', ')})` : ''
  return `${kind}: ${subject}${beside}: we say ${amount(oursMinor)}, the gateway says ${amount(theirsMinor)}`
}

function money(minor: number, currency: string): string {
  const decimal = toDecimal({ amountMinor: Math.abs(minor), currency })
  return `${minor < 0 ? '-' : ''}${decimal} ${currency}`
}
