/**
 * `npm run test:residue`: nothing of a card is left anywhere.
 *
 *   --payments N   payments in the memory part (50)
 *   --at-a-time N  calls at the same time in it (4)
 *
 * Needs root on Linux for the memory part, which reads /proc/PID/mem of other processes.
 */
import { parseArgs } from 'node:util'
import { plantedForms, runCanary } from './canary.ts'
import { runMemory } from './memory.ts'

const { values } = parseArgs({
  options: { payments: { type: 'string', default: '50' }, 'at-a-time': { type: 'string', default: '4' } },
})
const complaints: string[] = []
const must = (holds: boolean, complaint: string) => void (holds || complaints.push(complaint))

console.log('Canary: one payment with a marked card, and a search of everything that was said or kept.')
const canary = await runCanary()
for (const [kind, { pieces, bytes }] of canary.searched) {
  console.log(`  searched  ${kind}: ${pieces} pieces, ${bytes} bytes`)
  must(pieces > 0 && bytes > 0, `${kind}: there was nothing to search`)
}
for (const { where, what } of canary.findings) console.log(`  FOUND     ${what} in ${where}`)
console.log(
  `  findings ${canary.findings.length}; planted as a control ${plantedForms}, found ${canary.planted}`,
)
console.log(`  digits recovered from the agent's audio ${canary.digitsRecovered}; outcome ${canary.outcome}`)
must(canary.findings.length === 0, 'something of the card was found')
must(canary.planted === plantedForms, 'the search does not find what was planted')
must(canary.digitsRecovered === 0, 'digits can be recovered from the agent’s audio')
must(canary.outcome === 'captured', `the payment is ${canary.outcome}`)

if (process.platform === 'linux' && process.getuid?.() === 0) {
  const payments = Number(values.payments)
  console.log(`Memory: ${payments} payments, every other one with a gateway fault.`)
  const tell = process.stdout.isTTY ? (line: string) => process.stdout.write(`\r  ${line}`) : () => {}
  const memory = await runMemory({ payments, atATime: Number(values['at-a-time']), tell })
  console.log(`  payments ${memory.payments}, outcomes ${JSON.stringify(memory.outcomes)}`)
  console.log(
    `  searches of bridge, vault and control ${memory.searches}; copies ${JSON.stringify(memory.copies)}`,
  )
  console.log(`  seen in the card process (control) ${memory.seenInCardProcess} of ${memory.payments}`)
  console.log(`  card processes still there 1 s after the outcome ${memory.lateCardProcesses}`)
  must(memory.payments === payments, 'not every payment was finished')
  must(
    Object.values(memory.copies).every((copies) => copies === 0),
    'copies of a card number were found',
  )
  must(memory.seenInCardProcess === payments, 'the search did not see every card in its card process')
  must(memory.lateCardProcesses === 0, 'a card process outlived its outcome')
} else {
  console.log('Memory: SKIPPED, it needs root on Linux.')
  must(process.env.CI !== 'true', 'the memory part must run in CI')
}

console.log(
  complaints.length === 0
    ? 'Nothing is left.'
    : complaints.map((complaint) => `FAILED: ${complaint}`).join('\n'),
)
process.exit(complaints.length === 0 ? 0 : 1)
