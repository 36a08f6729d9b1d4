import type { Clock, Timer } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { LaunchedProcess, type LaunchOptions } from './launched-process.ts'

/** After a start, or when the one that waited was lost: what just began needs the machine more, in ms. */
const settleMs = 3_000

export type StandbyOptions = LaunchOptions & {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
}

/**
 * One process in reserve: its code is loaded, and it holds no configuration, port or secret. What takes most of a
 * start has happened before anybody waits for it.
 */
export class Standby {
  readonly #options: StandbyOptions
  #waiting: LaunchedProcess | undefined
  #timer: Timer | undefined

  constructor(options: StandbyOptions) {
    this.#options = options
  }

  /** Launches one soon, if none waits. */
  prepare(): void {
    this.#timer?.cancel()
    this.#timer = this.#options.clock.after(settleMs, () => {
      if (!this.#waiting?.alive) this.#launch()
    })
  }

  /** The one that waits, for use; undefined when there is none. */
  take(): LaunchedProcess | undefined {
    this.#timer?.cancel()
    const launched = this.#waiting
    this.#waiting = undefined
    return launched?.alive ? launched : undefined
  }

  /** Settles when none is left. */
  async close(): Promise<void> {
    await this.take()?.kill()
  }

  #launch(): void {
    const { name, log } = this.#options
    const launched = new LaunchedProcess(this.#options)
    this.#waiting = launched
    launched.process.on('error', (error) => log.warn({ process: name, error }, 'a standby could not start'))
    launched.process.once('exit', () => {
      if (this.#waiting !== launched) return
      this.#waiting = undefined
      log.warn({ process: name }, 'a standby is gone and will be replaced')
      this.prepare()
    })
  }
}
