/**
 * `npm run bench:connectors`: what a card costs between its last digit and the gateway's answer. The real vault, gate and card
 * processes, and a gateway on this machine that answers at once over TLS.
 *
 *   --payments N     for the times and the rate (60)
 *   --at-a-time N    of them at the same time, for the rate (4)
 *   --warm N         card processes kept ready (4)
 *   --waiting N      card processes to weigh (12)
 */
import os from 'node:os'
import { parseArgs } from 'node:util'
import { watchMachine } from '../latency/machine.ts'
import { countNodeProcesses, memoryProfileOf, sum, type Weight } from './memory-profile.ts'
import { startCosts } from './start-cost.ts'
import { VaultBench } from './vault-bench.ts'

const { values } = parseArgs({
  options: {
    payments: { type: 'string', default: '60' },
    'at-a-time': { type: 'string', default: '4' },
    warm: { type: 'string', default: '4' },
    waiting: { type: 'string', default: '12' },
  },
})
const payments = Number(values.payments)
const goals = { perSecondPerCore: 15, megabytes: 14 } as const

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1)
}

async function times(bench: VaultBench): Promise<void> {
  const took: number[] = []
  for (let n = 0; n < payments; n++) took.push(await bench.pay())
  const sorted = took.sort((a, b) => a - b)
  const [half, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(sorted, share))
  console.log(
    `from the last digit to the outcome: median ${half} ms, 95th ${p95} ms, 99th ${p99} ms (${took.length} payments)`,
  )
}

async function rate(bench: VaultBench, what: string): Promise<number> {
  const beganMs = performance.now()
  const cpuMs = bench.cpuMs()
  let left = payments
  const lane = async () => {
    while (left-- > 0) await bench.pay()
  }
  await Promise.all(Array.from({ length: Number(values['at-a-time']) }, lane))
  const wallMs = performance.now() - beganMs
  const now = bench.cpuMs()
  const of = (part: keyof typeof now) => (now[part] - cpuMs[part]) / payments
  const each = of('pool') + of('nursery') + of('cards')
  console.log(
    `collections, started to ended, ${what}: ${(1_000 / each).toFixed(1)} a second a core (${each.toFixed(1)} ms of processor time each: ` +
      `card process ${of('cards').toFixed(1)}, nursery ${of('nursery').toFixed(1)}, pool ${of('pool').toFixed(1)}), goal ${goals.perSecondPerCore}; ${((payments / wallMs) * 1_000).toFixed(1)} a second as it ran`,
  )
  return 1_000 / each
}

/** Of processes that wait for a caller's next digit. Shared pages count in full in RSS, by their share in PSS. */
async function memory(bench: VaultBench): Promise<number> {
  const waiting = Number(values.waiting)
  const open = await Promise.all(Array.from({ length: waiting }, () => bench.open()))
  for (const { sender } of open) await sender.key('4242')
  const profiles = bench
    .cardPids()
    // The oldest are those that were taken; the others are warm, and have seen nothing yet.
    .slice(0, waiting)
    .map(memoryProfileOf)
    .map((parts) => ({ parts, whole: parts.reduce<Weight>(sum, { rss: 0, pss: 0, own: 0 }) }))
    .sort((one, other) => one.whole.pss - other.whole.pss)
  const middle = profiles[Math.floor(profiles.length / 2)]
  if (!middle) throw new Error('no card process waits')
  const { pss, own, rss } = middle.whole
  console.log(
    `memory of a waiting card process: PSS ${pss.toFixed(1)} MB (goal ${goals.megabytes}), of its own ${own.toFixed(1)} MB, RSS ${rss.toFixed(1)} MB ` +
      `(the middle one of ${profiles.length}, whose Node ${countNodeProcesses()} processes share; largest ${profiles.at(-1)!.whole.pss.toFixed(1)})`,
  )
  for (const { what, ...part } of middle.parts)
    console.log(
      `  ${what.padEnd(66)} PSS ${part.pss.toFixed(2).padStart(5)}  own ${part.own.toFixed(2).padStart(5)}  RSS ${part.rss.toFixed(1).padStart(4)} MB`,
    )
  for (const { collectionId } of open) await bench.vault.client.call('discard', { collectionId })
  return pss
}

async function rateWithRoots(): Promise<number> {
  const bench = await VaultBench.start(Number(values.warm), 'node-roots')
  try {
    await bench.pay()
    return await rate(bench, 'all roots of Node read')
  } finally {
    await bench.stop()
  }
}

const machine = watchMachine()
console.log(
  `${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.cpus().length} cores, Node ${process.version}`,
)
const bench = await VaultBench.start(Number(values.warm))
try {
  await bench.pay()
  await times(bench)
  const withCa = await rate(bench, 'one CA named')
  const megabytes = await memory(bench)
  const perSecond = Math.min(withCa, await rateWithRoots())
  console.log(
    'where a start goes (processor time, then by the clock, while the rest of the machine went on):',
  )
  for (const { what, cpuMs, wallMs } of await startCosts(bench.compiled.entry, 8))
    console.log(`  ${what.padEnd(48)} ${cpuMs.toFixed(0).padStart(4)} ms ${wallMs.toFixed(0).padStart(5)} ms`)
  const { loadAverage, idleShare } = machine()
  console.log(`the machine meanwhile: load ${loadAverage.toFixed(1)}, idle ${(idleShare * 100).toFixed(0)} %`)
  const met = perSecond >= goals.perSecondPerCore && megabytes <= goals.megabytes
  console.log(met ? 'both goals are met' : 'a goal is missed, see above')
} finally {
  await bench.stop()
}
