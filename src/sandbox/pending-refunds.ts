import type { Clock, Timer } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Acquirer } from './acquirer.ts'
import type { Ledger } from './ledger.ts'

/** As long as the bank takes, in ms: days in life. */
export const bankTakesMs = 5_000

export type PendingRefundsOptions = {
  readonly ledger: Ledger
  readonly acquirer: Acquirer
  readonly clock: Clock
  readonly log: Log
}

/** Refunds that were received and that the bank carries out later. */
export class PendingRefunds {
  readonly #options: PendingRefundsOptions
  readonly #timers = new Set<Timer>()

  constructor(options: PendingRefundsOptions) {
    this.#options = options
  }

  finishLater(refundId: string, succeeds: boolean): void {
    const timer = this.#options.clock.after(bankTakesMs, () => {
      this.#timers.delete(timer)
      this.#finish(refundId, succeeds)
    })
    this.#timers.add(timer)
  }

  /** What the last process left pending succeeds. */
  resume(): void {
    const lines = this.#options.ledger.lines()
    const finished = new Set(lines.map(({ of }) => of))
    for (const { id, pending } of lines) if (pending && !finished.has(id)) this.finishLater(id, true)
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
  }

  #finish(refundId: string, succeeds: boolean): void {
    const { ledger, acquirer, log } = this.#options
    try {
      ledger.once(() => {
        const refund = ledger.lines().find(({ id }) => id === refundId)
        if (refund) acquirer.finishRefund(refund, succeeds)
      })
    } catch (error) {
      log.error({ error }, 'a pending refund could not be finished')
    }
  }
}
