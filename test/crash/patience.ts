import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** A wait that got all the time it was promised, on a machine that was free to run it: a finding. */
export class InVain extends Error {}

/** A wait of which nobody can say anything: those who wait, or whom they wait for, did not get to run. */
export class Starved extends Error {}

export type Wait = {
  /** As in "until the call is live". */
  readonly what: string
  /** True when the wait is over. What it throws ends the wait. */
  readonly condition: () => Promise<boolean>
  /** What moves on while something is being done: the wait begins anew with each change. */
  readonly progress?: () => string
  /** Without progress, in ms that were really granted. */
  readonly limitMs: number
  /** The process that is waited for. */
  readonly pid: number | undefined
}

const pollMs = 20
/** A look that took longer than this was held up by the machine: more of it does not count, in ms. */
const mostGrantedMs = 60
/** However much moves: a run that is not over then never will be, in ms of the wall. */
const endlessMs = 480_000
/** One look: an answer that takes longer is none, in ms. */
const lookMs = 60_000
/** From here on somebody was starved: this process's own turns in ms, and the other's share of time spent in the queue. */
const lateTurnMs = 1_000
const queuedShare = 0.25

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Waits of one run. Looks again and again; time counts only as far as it was granted: each look, which the other process
 * has to answer, counts for 60 ms at most, so that a busy machine makes waits longer and not vain. When one is over all
 * the same, the machine is asked whether it was to blame, since the run began.
 */
export class Patience {
  readonly #turns = monitorEventLoopDelay({ resolution: 20 })
  readonly #beganMs = performance.now()

  constructor() {
    this.#turns.enable()
  }

  end(): void {
    this.#turns.disable()
  }

  /** For something that only happens when the parts of a run cannot hear each other: was it the machine? */
  blame(what: string, pid: number | undefined): InVain | Starved {
    const wallMs = performance.now() - this.#beganMs
    return verdictOf(what, { wallMs, queuedMs: queuedMs(pid), lateMs: this.#turns.max / 1e6 })
  }

  /** Throws InVain or Starved. */
  async until(wait: Wait): Promise<void> {
    const beganMs = performance.now()
    const queuedBefore = queuedMs(wait.pid)
    let last = wait.progress?.() ?? ''
    for (let granted = 0; ; ) {
      const lookedMs = performance.now()
      if (await look(wait)) return
      await pause(pollMs)
      granted += Math.min(performance.now() - lookedMs, mostGrantedMs)
      const now = wait.progress?.() ?? ''
      if (now !== last) granted = 0
      last = now
      const wallMs = performance.now() - beganMs
      if (granted < wait.limitMs && wallMs < endlessMs) continue
      const queued = queuedMs(wait.pid) - queuedBefore
      throw verdictOf(`waited in vain until ${wait.what}`, {
        wallMs,
        queuedMs: queued,
        lateMs: this.#turns.max / 1e6,
      })
    }
  }
}

async function look({ condition }: Wait): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), lookMs)
  return Promise.race([condition(), late.promise]).finally(() => clearTimeout(timer))
}

export type Waited = { readonly wallMs: number; readonly queuedMs: number; readonly lateMs: number }

/** Whether a wait says more of the machine than of what was waited for. */
function wasStarved({ wallMs, queuedMs: queued, lateMs }: Waited): boolean {
  return lateMs > lateTurnMs || queued > wallMs * queuedShare
}

/** Exported for its test. */
export function verdictOf(what: string, waited: Waited): InVain | Starved {
  const { wallMs, queuedMs: queued, lateMs } = waited
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
  const words = `${what}, after ${seconds(wallMs)} (ready and not run ${seconds(queued)}; our latest turn ${seconds(lateMs)} late)`
  return wasStarved(waited) ? new Starved(words) : new InVain(words)
}

/** For how long a process was ready to run and did not get to, in ms: /proc/PID/schedstat; 0 where there is none. */
function queuedMs(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}
