/**
 * `npm run test:ivr`: after its tests, many random callers with real audio on a whole platform. Prints its seed.
 *
 *   node test/ivr/main.ts --callers 200 --at-once 10 --seed 7
 *   node test/ivr/main.ts --first 57 --callers 1 --at-once 1 --seed 7     the 58th of them once more
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { runRandomDay } from './support/random-day.ts'

const { values } = parseArgs({
  options: {
    callers: { type: 'string', default: '200' },
    first: { type: 'string', default: '0' },
    'at-once': { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const [callers, atOnce] = [Number(values.callers), Number(values['at-once'])]
const [first, seed] = [Number(values.first), Number(values.seed)]
console.log(`random callers: ${callers} from ${first} on, ${atOnce} at once, seed ${seed}`)
const startedMs = performance.now()
const lateness = monitorEventLoopDelay({ resolution: 10 })
lateness.enable()
const { reports, captured, prompts, wrong } = await runRandomDay({
  ...{ first, callers, atOnce, seed },
  tell: (line) => console.log(line),
})
const ends = (end: string) => reports.filter((report) => report.end === end).length
console.log(
  `${reports.length} callers in ${Math.round((performance.now() - startedMs) / 1_000)} s: ${captured} paid, ` +
    `${ends('let-go')} let go, ${ends('hung-up')} hung up, ${ends('with-agent')} went to an agent; ` +
    `${prompts} prompts recognised; wrong: ${wrong.length}`,
)
// Whether the machine kept up: what the callers' telephones were late with their 20 ms, beyond the timer's own 10.
const lateMs = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e6 - 10))
console.log(
  `telephones late: ${lateMs(lateness.percentile(99))} ms at p99, ${lateMs(lateness.max)} ms at most`,
)
for (const fault of wrong) console.log(`  ${fault}`)
process.exitCode = wrong.length === 0 && reports.length === callers ? 0 : 1
