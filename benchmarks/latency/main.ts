/**
 * The delay that Tonewall adds, on this machine:
 *   audio: what the bridge adds to each direction of a call, not armed and armed;
 *   keys:  how soon a key of the caller's phone is a dot on the agent's desk.
 *
 *   npm run bench:latency -- [--calls 1,50,100] [--seconds 8] [--only audio|keys] [--json]
 *
 * Numbers are printed as measured, and none is required. It ends with 1 when a payment, a call or audio was lost.
 */
import os from 'node:os'
import { type KeyToDot, measureKeyToDot } from './desk/key-to-dot.ts'
import { readOptions } from './options.ts'
import { audioHeading, audioRows, keyRows, keysHeading } from './report.ts'
import { whatBroke } from './verdict.ts'
import { type AddedDelay, measureAddedDelay } from './wire/added-delay.ts'

/** So that a run with few calls has enough keys for a percentile. */
const leastPayments = 5

const options = readOptions(process.argv)
const tell = options.json ? () => {} : (text: string) => console.log(text)
const machine = `${os.cpus().length} × ${os.cpus()[0]?.model.trim() ?? 'processor'}, ${os.type()}, Node ${process.version}`
const loadBefore = os.loadavg()
tell(`${machine}; load average before ${loadBefore.map((load) => load.toFixed(2)).join(' ')}\n`)

const audio: AddedDelay[] = []
if (options.only !== 'keys') {
  tell(audioHeading(options.seconds))
  for (const calls of options.calls) {
    const results = await measureAddedDelay(calls, options.seconds)
    audio.push(...results)
    for (const result of results) tell(audioRows(result))
  }
}

const keys: KeyToDot[] = []
if (options.only !== 'audio') {
  tell(keysHeading(options.toneMs, options.gapMs))
  for (const calls of options.calls) {
    const result = await measureKeyToDot({ ...options, calls, rounds: Math.ceil(leastPayments / calls) })
    keys.push(result)
    tell(keyRows(result))
  }
}

const broken = whatBroke(audio, keys)
if (options.json) console.log(JSON.stringify({ machine, loadBefore, options, audio, keys, broken }, null, 2))
for (const fault of broken) tell(`\nBROKEN: ${fault}`)
const captured = keys.reduce((sum, one) => sum + one.captured, 0)
const frames = audio.reduce((sum, one) => sum + one.callerToAgent.sent + one.agentToCaller.sent, 0)
tell(
  `\n${broken.length === 0 ? 'All held' : 'Broken'}: ${frames} frames sent, ${captured} payments captured.`,
)
// The event stream's sockets linger in the client's pool for a moment: there is nothing to wait for.
process.exit(broken.length === 0 ? 0 : 1)
