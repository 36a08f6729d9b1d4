/**
 * `npm run test:crash`: control is killed with SIGKILL at every named point between "create" and "receipt delivered", and
 * in captures, voids and refunds, while the gateway does each thing that gateways do, and started again on the same store.
 * Then the sandbox's ledger and our payments must agree: nothing authorised or carried out twice, nothing lost, nothing
 * unknown that the gateway knows.
 *
 *   --runs N                  how many (200)
 *   --seed S                  which ones, and in which order (the time)
 *   --part K/N                only the K-th of N parts of them: long series in short commands
 *   --store sqlite|postgres   (sqlite)
 *   --point NAME              only this point, and --gateway NAME: only this gateway
 *   --only payments|operations
 *                             the points up to the receipt, or those of captures, voids and refunds (all)
 *   --at-a-time N             runs at the same time (8)
 *   --broken NAME             with a mistake put into our sources: must fail (test/crash/broken-variants.ts)
 *
 * Ends with 0 when everything agreed, and with 1 otherwise. A run in which the machine was too busy to tell whether
 * something hangs is played again and counted; it is never taken for good, and never for a finding.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../src/base/clock.ts'
import { PostgresServer } from '../support/postgres-server.ts'
import { faults } from './faults.ts'
import { points } from './points.ts'
import { runScenes } from './run-scenes.ts'
import { nameOf, type Scene, scenesOf } from './scene.ts'
import { tally } from './tally.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(systemClock.now() % 1_000_000) },
    part: { type: 'string', default: '1/1' },
    store: { type: 'string', default: 'sqlite' },
    'at-a-time': { type: 'string', default: '8' },
    point: { type: 'string' },
    gateway: { type: 'string' },
    only: { type: 'string' },
    broken: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})
const { store, point, gateway, only, part } = values
if (only !== undefined && only !== 'payments' && only !== 'operations')
  throw new Error('--only is payments or operations')
if (store !== 'sqlite' && store !== 'postgres') throw new Error('--store is sqlite or postgres')
const seed = Number(values.seed)
const scenes = partOf(scenesOf({ runs: Number(values.runs), seed, point, gateway, only }))

function partOf(all: readonly Scene[]): Scene[] {
  const [k, n] = part.split('/').map(Number)
  if (!k || !n || k > n) throw new Error('--part is K/N, for example 2/5')
  return all.filter((_, index) => index >= ((k - 1) * all.length) / n && index < (k * all.length) / n)
}

let complaints = 0
function complain(complaint: string): void {
  complaints++
  console.log(`  FAILED: ${complaint} [seed ${seed}, ${store}]`)
}

// Ends what was started: an open server of the run's own would stay behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
process.on('uncaughtException', (error) => {
  console.log(`  FAILED: the harness itself: ${error.stack} [seed ${seed}, ${store}]`)
  process.exit(1)
})

console.log(
  `Crash runs: ${scenes.length} on ${store}, seed ${seed}, part ${part}, ${points.length} points, ${faults.length} gateways.`,
)
const codeCache = mkdtempSync(path.join(tmpdir(), 'tw-code-'))
const beganMs = performance.now()
const server = store === 'postgres' ? await PostgresServer.start() : undefined
const ran = await runScenes({
  scenes,
  atATime: Number(values['at-a-time']),
  laneOptions: async () => ({
    databaseUrl: (await server?.database()) ?? null,
    broken: values.broken ?? null,
    codeCache,
  }),
  onResult: (result) => {
    for (const complaint of result.complaints) complain(`${nameOf(result)}: ${complaint}`)
    if (values.verbose) console.log(`  ${nameOf(result)}: ${result.reached ? result.status : 'not reached'}`)
  },
  onComplaint: complain,
  onStarved: (words) => console.log(`  played again: ${words}`),
})
await server?.stop()
rmSync(codeCache, { recursive: true, force: true })

const seconds = (performance.now() - beganMs) / 1_000
for (const line of tally({ ...ran, wanted: scenes.length, complaints, seconds })) console.log(line)
const whole = complaints === 0 && ran.results.length === scenes.length && scenes.length > 0
console.log(
  whole
    ? 'Ledger and payments agree in all of them.'
    : `${complaints} complaints; repeat with --seed ${seed}.`,
)
process.exit(whole ? 0 : 1)
