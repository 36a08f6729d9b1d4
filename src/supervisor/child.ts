import { backoffMs } from '../base/backoff.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { LaunchedProcess } from './launched-process.ts'
import type { PlannedProcess } from './plan/process-plan.ts'
import { Standby } from './standby.ts'

export type ChildOptions = {
  readonly planned: PlannedProcess
  /** The process's main file. */
  readonly entry: string
  readonly readyMs: number
  readonly clock: Clock
  readonly log: Log
  /** Takes whole lines of the child's output. */
  readonly onLine: (line: string) => void
}

/** Steady for this long, and the next crash is again the first. */
const steadyMs = 30_000

/** Keeps one process running: restarted with backoff when it dies, out of a standby where the plan asks for one. */
export class Child {
  readonly #options: ChildOptions
  readonly #standby: Standby | undefined
  #running: LaunchedProcess | undefined
  #startedAtMs = 0
  #failures = 0
  #stopping = false
  #retry: Timer | undefined

  constructor(options: ChildOptions) {
    this.#options = options
    const { planned } = options
    if (planned.standby) this.#standby = new Standby({ ...options, name: planned.name })
  }

  get pid(): number | undefined {
    return this.#running?.process.pid
  }

  /** Starts it and waits until it is ready; rejects with ChildNotReady. */
  async start(): Promise<void> {
    const { planned, clock } = this.#options
    const launched = this.#standby?.take() ?? new LaunchedProcess(this.#options)
    this.#running = launched
    this.#startedAtMs = clock.monotonicMs()
    await launched.begin(planned, this.#options)
    if (!launched.alive) return this.#exited(launched.process.exitCode, launched.process.signalCode)
    launched.process.on('exit', (code, signal) => this.#exited(code, signal))
    if (!this.#stopping) this.#standby?.prepare()
  }

  /** Asks it to drain and stop; after the deadline it is killed. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true
    this.#retry?.cancel()
    await this.#standby?.close()
    const child = this.#running?.process
    if (!child || !this.#running?.alive) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    // It may have died a moment ago, unheard yet: then there is nobody to tell, and its exit is on its way.
    if (child.connected) child.send({ type: 'stop', deadlineMs }, () => {})
    const backstop = setTimeout(() => child.kill('SIGKILL'), deadlineMs + 2_000)
    await gone
    clearTimeout(backstop)
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#running = undefined
    if (this.#stopping) return
    const { planned, clock, log } = this.#options
    if (clock.monotonicMs() - this.#startedAtMs > steadyMs) this.#failures = 0
    // One crash is no pattern: live calls wait for this process.
    const again = this.#failures++
    const waitMs =
      again === 0 ? 0 : backoffMs(again - 1, { firstMs: 200, capMs: 10_000, random: Math.random })
    log.error(
      { process: planned.name, exitCode: code, signal, waitMs },
      'a process died and will be started again',
    )
    if (waitMs === 0) this.#startAgain()
    else this.#retry = clock.after(waitMs, () => this.#startAgain())
  }

  #startAgain(): void {
    const { planned, log } = this.#options
    this.start().then(
      () => log.info({ process: planned.name }, 'a process is back'),
      (error) => {
        log.error({ process: planned.name, error }, 'a process did not come back')
        this.#exited(null, null)
      },
    )
  }
}
