/**
 * `npm run test:failclosed`: each process is killed with SIGKILL at each step of a collection, while the caller keys on.
 * In no run may a tone reach the agent, a second authorisation reach the ledger, or a payment disappear; afterwards the
 * same payment can be taken on the same call, and the desk shows the truth.
 *
 *   --victim control|vault|bridge   only this process
 *   --moment "…"                    only this step
 *   --at-a-time N                   runs at the same time (2)
 *   --rounds N                      how often each is done (1)
 */
import { parseArgs } from 'node:util'
import { NotInTime } from '../../src/demo/desk-watch.ts'
import { killRun, moments, type RunResult, victims } from './kill-run.ts'

const { values } = parseArgs({
  options: {
    victim: { type: 'string' },
    moment: { type: 'string' },
    'at-a-time': { type: 'string', default: '2' },
    rounds: { type: 'string', default: '1' },
  },
})

const matrix = victims
  .filter((victim) => !values.victim || victim === values.victim)
  .flatMap((victim) => moments.map((moment) => ({ victim, moment })))
  .filter(({ moment }) => !values.moment || moment === values.moment)
const orders = Array.from({ length: Number(values.rounds) }, () => matrix).flat()

const results: RunResult[] = []
const broken: string[] = []
let next = 0
let repeated = 0

async function runner(): Promise<void> {
  for (let order = orders[next++]; order; order = orders[next++]) {
    const { victim, moment } = order
    const name = `${victim} killed, ${moment}`
    try {
      const result = await killRun(victim, moment).catch(async (error) => {
        // A starved machine tears the simulated audio, and the caller's card is not accepted: that shows nothing.
        if (!(error instanceof NotInTime)) throw error
        repeated++
        return killRun(victim, moment)
      })
      results.push(result)
      const { keyed, recovered, authorised, restedAs, endedAs, complaints } = result
      console.log(
        `  ${name}: rested ${restedAs}, ended ${endedAs}; authorised ${authorised}; recovered ${recovered} of ${keyed}`,
      )
      broken.push(...complaints.map((complaint) => `${name}: ${complaint}`))
    } catch (error) {
      broken.push(`${name}: ${error instanceof Error ? error.message : error}`)
      console.log(`  ${name}: did not come to an end`)
    }
  }
}

console.log(`Fail closed: ${orders.length} runs.`)
await Promise.all(Array.from({ length: Number(values['at-a-time']) }, runner))

const sum = (count: (result: RunResult) => number) =>
  results.reduce((total, result) => total + count(result), 0)
console.log(`runs ${results.length} of ${orders.length}, digits keyed ${sum(({ keyed }) => keyed)}`)
console.log(`digits recovered from the agent's audio ${sum(({ recovered }) => recovered)}`)
console.log(`runs repeated because the card was not taken in time ${repeated}`)
console.log(`second authorisations ${sum(({ authorised }) => Math.max(0, authorised - 1))}`)
console.log(`payments that disappeared ${orders.length - results.length}`)
console.log(
  broken.length === 0
    ? 'Everything failed closed.'
    : broken.map((complaint) => `FAILED: ${complaint}`).join('\n'),
)
process.exit(broken.length === 0 && results.length === orders.length && orders.length > 0 ? 0 : 1)
