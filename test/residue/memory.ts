import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { ApiClient } from '../../src/demo/api-client.ts'
import { DeskWatch } from '../../src/demo/desk-watch.ts'
import { SimulatedCall } from '../../src/demo/simulated-call.ts'
import type { ProcessName } from '../../src/supervisor/plan/process-plan.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../src/supervisor/throwaway-platform.ts'
import { markedVisa } from '../support/marked-card.ts'
import { totalOf } from '../support/memory-search.ts'
import type { SearchAnswer, SearchOrder } from './memory-worker.ts'

/** The pool and the gate are one process, the vault's. */
const searchedProcesses = ['bridge', 'vault', 'control'] as const
const moments = ['during', 'at the end', '5 s later'] as const
type Moment = (typeof moments)[number]

/** Amounts that make the sandbox gateway fail (`src/sandbox/faults.ts`), every other payment; the rest go well. */
const amounts = [1_000, 911_104, 1_001, 911_106, 1_002, 911_107, 1_003, 911_108, 1_004, 911_110]

export type MemoryResult = {
  readonly payments: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly searches: number
  /** Copies of a card number, by moment. */
  readonly copies: Readonly<Record<Moment, number>>
  /** Payments whose card was seen in its card process, where it must be: the positive control. */
  readonly seenInCardProcess: number
  /** Card processes still there one second after the outcome. */
  readonly lateCardProcesses: number
}

export type MemoryOptions = {
  readonly payments: number
  readonly atATime: number
  readonly tell: (line: string) => void
}

/** Payments by telephone, several at a time, while the memory of every process but the card's own is searched. */
export async function runMemory({ payments, atATime, tell }: MemoryOptions): Promise<MemoryResult> {
  const platform = await startThrowawayPlatform({ vault: { warm: atATime } })
  const api = new ApiClient({ baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey })
  const watch = new DeskWatch(api)
  const searcher = new Searcher()
  const tally = new Tally()
  let next = 0
  const line = async () => {
    for (let n = next++; n < payments; n = next++) {
      await payOnce({ n, platform, api, watch, searcher, tally })
      tell(`payment ${n + 1} of ${payments}: ${tally.copiesInAll()} copies so far`)
    }
  }
  try {
    await Promise.all(Array.from({ length: atATime }, line))
    return tally.result()
  } finally {
    searcher.close()
    await watch.close()
    await platform.stop(0)
  }
}

type Payment = {
  readonly n: number
  readonly platform: ThrowawayPlatform
  readonly api: ApiClient
  readonly watch: DeskWatch
  readonly searcher: Searcher
  readonly tally: Tally
}

async function payOnce({ n, platform, api, watch, searcher, tally }: Payment): Promise<void> {
  const card = markedVisa()
  const from = `+4477009${String(10_000 + n).padStart(5, '0')}`
  const search = async (moment: Moment) => {
    for (const name of searchedProcesses)
      tally.searched(moment, await searcher.find(pidOf(platform, name), card.pan))
    // The nursery, which passes every message of every card process on.
    for (const pid of childrenOf(pidOf(platform, 'vault')))
      tally.searched(moment, await searcher.find(pid, card.pan))
  }
  const call = await SimulatedCall.dial({ platform, api, watch, from })
  const amountMinor = amounts[n % amounts.length] ?? 1_000
  const payment = await call.startPayment({ amountMinor, currency: 'GBP', reference: `memory-${n}` })
  await call.keyField(payment.id, 'pan', card.pan)
  await call.keyField(payment.id, 'expiry', card.expiry)
  const cardPid = await cardProcessWith(card.pan, { platform, searcher })
  if (cardPid) tally.seenInCardProcess++
  await search('during')
  await call.keyField(payment.id, 'csc', card.csc)
  const answered = new Set(['captured', 'declined', 'unknown'])
  await watch.untilPayment(payment.id, 'an answer', ({ status }) => answered.has(status), 40_000)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  if (cardPid && exists(cardPid)) tally.lateCardProcesses++
  await search('at the end')
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  await search('5 s later')
  tally.outcome((await call.settled(payment.id, 60_000)).status)
  await call.hangUp()
}

async function cardProcessWith(
  pan: string,
  { platform, searcher }: Pick<Payment, 'platform' | 'searcher'>,
): Promise<number | undefined> {
  const vault = pidOf(platform, 'vault')
  // Card processes are the children of the vault's nursery.
  for (const pid of childrenOf(vault).flatMap(childrenOf)) if ((await searcher.find(pid, pan)) > 0) return pid
  return undefined
}

function pidOf(platform: ThrowawayPlatform, name: ProcessName): number {
  const pid = platform.pidOf(name)
  if (pid === undefined) throw new Error(`${name} is not running`)
  return pid
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/status`, 'utf8').includes(`\nPPid:\t${parent}\n`)
      } catch {
        return false
      }
    })
}

function exists(pid: number): boolean {
  return readdirSync('/proc').includes(String(pid))
}

class Searcher {
  readonly #worker = new Worker(path.join(import.meta.dirname, 'memory-worker.ts'))
  readonly #waiting = new Map<number, (copies: number) => void>()
  #nextId = 0

  constructor() {
    this.#worker.on('message', ({ id, findings }: SearchAnswer) => {
      this.#waiting.get(id)?.(findings ? totalOf(findings) : 0)
      this.#waiting.delete(id)
    })
    this.#worker.on('error', (error) => {
      throw error
    })
  }

  find(pid: number, digits: string): Promise<number> {
    const id = this.#nextId++
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#worker.postMessage({ id, pid, digits } satisfies SearchOrder)
    })
  }

  close(): void {
    void this.#worker.terminate()
  }
}

class Tally {
  readonly #copies: Record<Moment, number> = { during: 0, 'at the end': 0, '5 s later': 0 }
  readonly #outcomes: Record<string, number> = {}
  #searches = 0
  #payments = 0
  seenInCardProcess = 0
  lateCardProcesses = 0

  searched(moment: Moment, copies: number): void {
    this.#searches++
    this.#copies[moment] += copies
  }

  outcome(status: string): void {
    this.#payments++
    this.#outcomes[status] = (this.#outcomes[status] ?? 0) + 1
  }

  copiesInAll(): number {
    return moments.reduce((sum, moment) => sum + this.#copies[moment], 0)
  }

  result(): MemoryResult {
    const { seenInCardProcess, lateCardProcesses } = this
    const counts = {
      payments: this.#payments,
      outcomes: this.#outcomes,
      searches: this.#searches,
      copies: this.#copies,
    }
    return { ...counts, seenInCardProcess, lateCardProcesses }
  }
}
