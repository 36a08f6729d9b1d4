/**
 * `npm run test:crash`: control is killed with SIGKILL at every named point between "create" and "receipt delivered",
 * while the gateway does each thing that gateways do, and started again on the same store. Then the sandbox's ledger and
 * our payments must agree: nothing authorised twice, no approval lost, nothing unknown that the gateway knows.
 *
 *   --runs N                  how many (200)
 *   --seed S                  which ones, and in which order (the time)
 *   --store sqlite|postgres   (sqlite)
 *   --point NAME              only this point, and --gateway NAME: only this gateway
 *   --at-a-time N             runs at the same time (8)
 *   --broken NAME             with a mistake put into our sources: must fail (test/crash/broken-variants.ts)
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../src/base/clock.ts'
import { PostgresServer } from '../support/postgres-server.ts'
import { randomFrom } from '../support/random-from.ts'
import { faults } from './faults.ts'
import { Lane, type RunResult, type Scene } from './lane.ts'
import { points } from './points.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(systemClock.now() % 1_000_000) },
    store: { type: 'string', default: 'sqlite' },
    'at-a-time': { type: 'string', default: '8' },
    point: { type: 'string' },
    gateway: { type: 'string' },
    broken: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})
if (values.store !== 'sqlite' && values.store !== 'postgres') throw new Error('--store is sqlite or postgres')
const runs = Number(values.runs)
const seed = Number(values.seed)

/** Every point meets every fault before one of them comes again, in an order that the seed chooses. */
function scenes(): Scene[] {
  const random = randomFrom(seed)
  const all = points
    .flatMap((point) => faults.map((fault) => ({ point, fault })))
    .filter(
      ({ point, fault }) =>
        point.name === (values.point ?? point.name) && fault === (values.gateway ?? fault),
    )
  if (all.length === 0) throw new Error('no such point or gateway')
  const order: Scene[] = []
  for (let deck: typeof all = []; order.length < runs; ) {
    if (deck.length === 0) deck = [...all]
    const [drawn] = deck.splice(Math.floor(random() * deck.length), 1)
    if (drawn) order.push({ run: order.length, ...drawn })
  }
  return order
}

// Ends what was started: an open server of the run's own would stay behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const codeCache = mkdtempSync(path.join(tmpdir(), 'tw-code-'))
const beganMs = performance.now()
const server = values.store === 'postgres' ? await PostgresServer.start() : undefined
const waiting = scenes()
const results: RunResult[] = []
const broken: string[] = []
let lives = 0

const describe = ({ run, point, fault }: Scene) => `run ${run} (${point.name}; gateway: ${fault})`

async function work(): Promise<void> {
  let lane: Lane | undefined
  for (let scene = waiting.shift(); scene; scene = waiting.shift()) {
    try {
      lane ??= await Lane.open({
        databaseUrl: (await server?.database()) ?? null,
        broken: values.broken ?? null,
        codeCache,
      })
      const result = await lane.play(scene)
      results.push(result)
      for (const complaint of result.complaints) note(`${describe(scene)}: ${complaint}`)
      if (values.verbose)
        console.log(`  ${describe(scene)}: ${result.reached ? result.status : 'not reached'}`)
    } catch (error) {
      note(`${describe(scene)}: did not come to its end: ${error instanceof Error ? error.message : error}`)
      lives += lane?.lives ?? 0
      await lane?.close().catch(() => [])
      lane = undefined
    }
  }
  lives += lane?.lives ?? 0
  for (const complaint of (await lane?.close()) ?? []) note(complaint)
}

function note(complaint: string): void {
  broken.push(complaint)
  console.log(`  FAILED: ${complaint}`)
}

console.log(
  `Crash runs: ${runs} on ${values.store}, seed ${seed}, ${points.length} points, ${faults.length} gateways.`,
)
await Promise.all(Array.from({ length: Math.min(runs, Number(values['at-a-time'])) }, work))
await server?.stop()
rmSync(codeCache, { recursive: true, force: true })

const sum = (count: (result: RunResult) => number) => results.reduce((total, one) => total + count(one), 0)
const reached = results.filter((result) => result.reached)
console.log(
  `runs ${results.length} of ${runs}, in ${Math.round((performance.now() - beganMs) / 1_000)} s, ${lives} lives of control`,
)
console.log(
  `killed at the point ${reached.length}; the payment's life did not come by it ${results.length - reached.length}`,
)
console.log(`points reached ${new Set(reached.map(({ point }) => point.name)).size} of ${points.length}`)
console.log(`double authorisations ${sum(({ doubles }) => doubles)}`)
console.log(`lost approvals ${sum(({ lost }) => lost)}`)
console.log(`left unknown that the gateway knows ${sum(({ leftUnknown }) => leftUnknown)}`)
const whole = broken.length === 0 && results.length === runs && runs > 0
console.log(
  whole
    ? 'Ledger and payments agree in all of them.'
    : `${broken.length} complaints; repeat with --seed ${seed}.`,
)
process.exit(whole ? 0 : 1)
