import { ApiRefused, NoAnswer } from '../../src/client/api-client.ts'
import type { ControlProcess } from './control-process.ts'
import { Patience } from './patience.ts'

/** Control is dead, as the run wanted or not: whoever was waiting for it waits no more. */
export class ControlDied extends Error {}

const usualLimitMs = 45_000
const apart: ReadonlySet<string> = new Set(['CALL_NOT_LIVE', 'PLATFORM_NOT_READY'])

export type Until = {
  readonly what: string
  readonly condition: () => Promise<boolean>
  /** Part of what may move on while one waits, beside the peers. */
  readonly sign?: () => string
  readonly limitMs?: number
  /** Codes of refusals that end the wait although their remedy is to look again. */
  readonly definite?: readonly string[]
}

/** Waits and requests of one run against a control that may die at any moment. */
export class Attention {
  readonly #control: ControlProcess
  readonly #activity: () => number
  readonly #patience = new Patience()

  constructor(control: ControlProcess, activity: () => number) {
    this.#control = control
    this.#activity = activity
  }

  end(): void {
    this.#patience.end()
  }

  /**
   * What a refusal means. Nobody hangs up in these runs, and no peer stops: a call that is not live, or a platform that is
   * not ready, has parts that a busy machine kept from hearing each other, or is a finding.
   */
  meaningOf(error: unknown): unknown {
    if (!(error instanceof ApiRefused) || !apart.has(error.problem.code)) return error
    return this.#patience.blame(error.message, this.#control.pid)
  }

  /** Throws ControlDied, InVain or Starved. A connection that a living control did not answer on says: not yet. */
  async until(wait: Until): Promise<void> {
    const { what, condition, sign = () => '', limitMs = usualLimitMs, definite = [] } = wait
    await this.#patience.until({
      what,
      limitMs,
      pid: this.#control.pid,
      progress: () => `${this.#activity()} ${sign()}`,
      condition: async () => {
        if (!this.#control.alive) throw new ControlDied(`control died before ${what}`)
        return condition().catch((error: unknown) => this.#notYet(error, definite))
      },
    })
  }

  /**
   * Sends until it is answered, as a merchant's system does: `ask` must have a key of its own and keep it. What may have
   * been done (`ordered`) is not sent again when the store failed in the middle of it: the caller looks first.
   */
  async answered<T>(what: string, ask: () => Promise<T>, ordered = false): Promise<T> {
    let answer: { readonly is: T } | undefined
    const condition = async () => {
      answer = { is: await ask() }
      return true
    }
    const definite = ordered ? ['STORE_UNAVAILABLE'] : []
    await this.until({ what: `${what} is answered`, condition, definite })
    if (!answer) throw new Error('a wait that is over has its answer')
    return answer.is
  }

  /** A refusal that says "nothing was done, try again" is no answer either. */
  async #notYet(error: unknown, definite: readonly string[]): Promise<false> {
    if (error instanceof ApiRefused) {
      const { code, remedy } = error.problem
      // A server that a busy machine keeps from answering is away, and comes back.
      if (!definite.includes(code) && (remedy === 'retry' || code === 'STORE_UNAVAILABLE')) return false
      throw error
    }
    // The API, and what is read by plain fetch, fail alike when the process is gone or too busy to accept.
    if (error instanceof NoAnswer || error instanceof TypeError) return false
    throw error
  }
}
