import { backoffMs } from '../../base/backoff.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { CallView } from '../../contracts/bridge-port.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'

/** Between two questions to a bridge that is connected and does not say what it holds. */
const backoff = { firstMs: 500, capMs: 10_000, random: () => 0.5 } as const

export type HeldCallsOptions = {
  readonly bridge: BridgeClient
  readonly clock: Clock
  readonly log: Log
  /** Calls that only a bridge can hold, and that were known when it was asked: a younger one may not be in its answer. */
  readonly held: () => readonly string[]
  /** What it holds, and which of `held` it does not. When this throws, it is asked again. */
  readonly onTold: (calls: readonly CallView[], gone: readonly string[]) => Promise<void>
}

/**
 * Asks a bridge that is connected which calls it holds, until it has said so: legs that nobody finds again are given up
 * after a while, and living callers would be hung up on for one answer that came too late.
 */
export class HeldCalls {
  readonly #options: HeldCallsOptions
  #again: Timer | undefined
  #stopped = false

  constructor(options: HeldCallsOptions) {
    this.#options = options
  }

  async ask(failures = 0): Promise<void> {
    const { bridge, clock, log, held, onTold } = this.#options
    this.#again?.cancel()
    if (!bridge.up || this.#stopped) return
    try {
      const thought = held()
      const { calls } = await bridge.call('snapshot', {})
      const has = new Set(calls.map(({ callId }) => callId))
      await onTold(
        calls,
        thought.filter((callId) => !has.has(callId)),
      )
    } catch (error) {
      log.warn({ error }, 'the bridge could not say which calls it holds, and is asked again')
      const waitMs = backoffMs(Math.min(failures, 10), backoff)
      this.#again = clock.after(waitMs, () => void this.ask(failures + 1))
    }
  }

  stop(): void {
    this.#stopped = true
    this.#again?.cancel()
  }
}
