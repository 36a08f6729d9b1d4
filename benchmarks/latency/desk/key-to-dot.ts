import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ApiClient } from '../../../src/demo/api-client.ts'
import { DeskWatch } from '../../../src/demo/desk-watch.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../../src/supervisor/throwaway-platform.ts'
import { type Distribution, distributionOf } from '../distribution.ts'
import { cpuMsOf, type MachineState, watchMachine } from '../machine.ts'
import { Dots } from './dots.ts'
import type { FromPeople, Keying, PaymentReport, PeoplePlan, PressReport } from './people-port.ts'

const processNames = ['sandbox', 'vault', 'bridge', 'control', 'simulator'] as const
/** Nothing of what is measured takes longer, in ms. */
const longestMs = 180_000

export type KeyToDot = {
  readonly calls: number
  readonly payments: number
  readonly captured: number
  /** Why the others were not, and how many of each. */
  readonly lost: Readonly<Record<string, number>>
  readonly notConnected: number
  readonly keysPressed: number
  readonly dotsMissing: number
  readonly downToDotMs: Distribution
  /** Negative when the dot was there while the key was still down. */
  readonly upToDotMs: Distribution
  /** Share of a core; the vault's counts its card processes as they end. */
  readonly cpu: Readonly<Record<string, number>>
  readonly callersLateP99Ms: number
  readonly machine: MachineState
  /** How often each warning or error stands in the processes' logs. */
  readonly warnings: Readonly<Record<string, number>>
}

export type KeyToDotOptions = Keying & { readonly calls: number; readonly rounds: number }

/** A whole platform, calls that all talk, and a payment on each: when does a key that the caller pressed show? */
export async function measureKeyToDot(options: KeyToDotOptions): Promise<KeyToDot> {
  const { calls, rounds } = options
  const platform = await startThrowawayPlatform()
  const { addresses, credentials } = platform
  const watch = new DeskWatch(new ApiClient({ baseUrl: addresses.control, apiKey: credentials.apiKey }))
  const dots = new Dots()
  watch.listen(dots.note)
  const people = new People({
    ...options,
    controlUrl: addresses.control,
    apiKey: credentials.apiKey,
    simulatorUrl: addresses.simulator,
  })
  try {
    await people.told('dialled')
    const machine = watchMachine()
    const cpu = watchCpu(platform, people.pid)
    people.pay()
    const { presses, payments, notConnected, loopLateP99Ms } = await people.told('finish')
    return {
      calls,
      payments: calls * rounds,
      ...countPayments(payments),
      notConnected,
      ...timePresses(presses, dots),
      cpu: cpu(),
      callersLateP99Ms: Math.round(loopLateP99Ms * 100) / 100,
      machine: machine(),
      warnings: countWarnings(platform.logLines),
    }
  } finally {
    people.stop()
    await watch.close()
    await platform.stop(0)
  }
}

function countPayments(payments: readonly PaymentReport[]) {
  const lost = payments.filter(({ status }) => status !== 'captured')
  return {
    captured: payments.length - lost.length,
    lost: countOf(lost.map(({ because, status }) => because ?? status)),
  }
}

function timePresses(presses: readonly PressReport[], dots: Dots) {
  const seen = presses.flatMap((press) => {
    const atMs = dots.of(press)
    return atMs === undefined ? [] : [{ ...press, atMs }]
  })
  return {
    keysPressed: presses.length,
    dotsMissing: presses.length - seen.length,
    downToDotMs: distributionOf(seen.map(({ atMs, downMs }) => atMs - downMs)),
    upToDotMs: distributionOf(seen.map(({ atMs, upMs }) => atMs - upMs)),
  }
}

function watchCpu(platform: ThrowawayPlatform, peoplePid: number): () => Record<string, number> {
  const pids = new Map<string, number | undefined>(processNames.map((name) => [name, platform.pidOf(name)]))
  pids.set('callers', peoplePid)
  const read = () => [...pids].map(([name, pid]) => [name, pid ? cpuMsOf(pid) : Number.NaN] as const)
  const before = new Map(read())
  const beganMs = performance.now()
  return () => {
    const tookMs = performance.now() - beganMs
    return Object.fromEntries(
      read().map(([name, ms]) => [name, Math.round(((ms - before.get(name)!) / tookMs) * 1_000) / 1_000]),
    )
  }
}

function countWarnings(lines: readonly string[]): Record<string, number> {
  const messages = lines.flatMap((line) => {
    if (!line.startsWith('{')) return ['(a line that is not JSON)']
    const { level, message, process, reason } = JSON.parse(line) as Record<string, string | number>
    const isWarning = level === 'warn' || level === 'error' || Number(level) >= 40
    return isWarning ? [`${process}: ${message}${reason === undefined ? '' : ` (${reason})`}`] : []
  })
  return countOf(messages)
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

type Told<D extends FromPeople['did']> = Extract<FromPeople, { did: D }>

/** The process with the callers in it. */
class People {
  readonly #child: ChildProcess

  constructor(plan: PeoplePlan) {
    const main = fileURLToPath(new URL('people.ts', import.meta.url))
    this.#child = spawn(process.execPath, [main], { env: {}, stdio: ['pipe', 'inherit', 'inherit', 'ipc'] })
    this.#child.stdin?.end(JSON.stringify(plan))
  }

  get pid(): number {
    return this.#child.pid!
  }

  pay(): void {
    this.#child.send({ do: 'pay' })
  }

  /** What it says next, which has to be `did`. */
  async told<D extends FromPeople['did']>(did: D): Promise<Told<D>> {
    const signal = AbortSignal.timeout(longestMs)
    const gone = once(this.#child, 'exit', { signal }).then(() => {
      throw new Error('the callers’ process ended')
    })
    const [message] = (await Promise.race([once(this.#child, 'message', { signal }), gone])) as [FromPeople]
    if (message.did === 'fail') throw new Error(`the callers failed: ${message.message}`)
    if (message.did !== did) throw new Error(`the callers said ${message.did}, not ${did}`)
    return message as Told<D>
  }

  stop(): void {
    this.#child.kill()
  }
}
