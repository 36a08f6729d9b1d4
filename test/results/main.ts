import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { PostgresServer, postgresFolder, postgresIsMissing } from '../support/postgres-server.ts'
import { KillRun } from './kill-run.ts'
import type { Verdict } from './verdict.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    events: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    store: { type: 'string', default: 'both' },
  },
})
const tell = (line: string) => process.stdout.write(`${line}\n`)
const [kills, events, seed] = [Number(values.kills), Number(values.events), Number(values.seed)]

/** Kills the relay at random among events to eleven targets with faults, on each store, and counts what arrived. */
async function main(): Promise<boolean> {
  let good = true
  if (values.store !== 'postgres') {
    const folder = mkdtempSync(path.join(tmpdir(), 'tonewall-results-'))
    const place = { file: path.join(folder, 'control.sqlite') }
    good = report('SQLite', await new KillRun({ place, kills, events, seed, tell }).run()) && good
    rmSync(folder, { recursive: true, force: true })
  }
  if (values.store !== 'sqlite') {
    if (!postgresFolder()) throw new Error(postgresIsMissing)
    const server = await PostgresServer.start()
    try {
      const place = { url: await server.database() }
      good = report('PostgreSQL', await new KillRun({ place, kills, events, seed, tell }).run()) && good
    } finally {
      await server.stop()
    }
  }
  return good
}

function report(store: string, { kills: done, killsWhileBusy, targets, broken }: Verdict): boolean {
  tell(`${store}: killed ${done} times, ${killsWhileBusy} with deliveries on their way; seed ${seed}`)
  for (const { target, due, missing, twice, outOfOrder, repeated, unclear } of targets) {
    const rest = unclear > 0 ? `, ${unclear} for a person` : ''
    tell(
      `  ${target.padEnd(32)} due ${due}, missing ${missing}, twice ${twice}, out of order ${outOfOrder}, came again ${repeated}${rest}`,
    )
  }
  for (const complaint of broken) tell(`  BROKEN: ${complaint}`)
  return broken.length === 0
}

process.exitCode = (await main()) ? 0 : 1
