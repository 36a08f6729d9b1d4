import type { Clock, Timer } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Acquirer } from './acquirer.ts'
import type { Ledger } from './ledger.ts'
import { bankTakesMs } from './pending-refunds.ts'
import type { ReadAccount } from './test-accounts.ts'

export type PendingDebitsOptions = {
  readonly ledger: Ledger
  readonly acquirer: Acquirer
  readonly clock: Clock
  readonly log: Log
}

/** Debits that were received, and that the bank carries out or refuses later. */
export class PendingDebits {
  readonly #options: PendingDebitsOptions
  readonly #timers = new Set<Timer>()

  constructor(options: PendingDebitsOptions) {
    this.#options = options
  }

  decideLater(debitId: string, outcome: ReadAccount['outcome']): void {
    const timer = this.#options.clock.after(bankTakesMs, () => {
      this.#timers.delete(timer)
      this.#decide(debitId, outcome)
    })
    this.#timers.add(timer)
  }

  /** What the last process left with the bank is paid: of the account nothing is known any more. */
  resume(): void {
    const lines = this.#options.ledger.lines()
    const decided = new Set(lines.map(({ of }) => of))
    for (const { id, kind, debit, declineCode } of lines)
      if (kind === 'authorisation' && debit && declineCode === null && !decided.has(id))
        this.decideLater(id, 'paid')
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
  }

  #decide(debitId: string, outcome: ReadAccount['outcome']): void {
    const { ledger, acquirer, log } = this.#options
    try {
      ledger.once(() => acquirer.finishDebit(debitId, outcome))
    } catch (error) {
      log.error({ error }, 'a pending debit could not be decided')
    }
  }
}
