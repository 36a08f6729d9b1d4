import type { Clock, Timer } from '../base/clock.ts'
import type { CollectionEnd } from '../contracts/vault-port.ts'
import type { Finding, Order, Report } from './card-messages.ts'
import { readReport } from './card-reports.ts'
import type { DoorOrder } from './door-messages.ts'
import type { CardLine, Nursery } from './nursery.ts'
import { CardProcessNotStarted } from './vault-errors.ts'

export type CardProcessOptions = {
  /** The compiled entry: `…/vault/card/main.js`. */
  readonly entry: string
  readonly nursery: Nursery
  readonly clock: Clock
}

/** After this long, a card process that was told to end is killed. */
const backstopMs = 500
/** From its start to its `ready`. */
const startLimitMs = 15_000

/** The pool's hand on one card process. */
export class CardProcess {
  /** Settles once it can take a card; rejects with CardProcessNotStarted. */
  readonly ready: Promise<readonly Finding[]>
  /** Settles once it is gone from the process table. */
  readonly gone: Promise<void>
  onReport: (report: Report) => void = () => {}
  readonly #line: CardLine
  readonly #clock: Clock
  #backstop: Timer | undefined

  constructor({ entry, nursery, clock }: CardProcessOptions) {
    this.#clock = clock
    const gone = Promise.withResolvers<void>()
    const ready = Promise.withResolvers<readonly Finding[]>()
    this.gone = gone.promise
    this.ready = ready.promise
    // Whoever waits sees the rejection; a warm process that nobody waits for must not take the vault down.
    this.ready.catch(() => {})
    const limit = clock.after(startLimitMs, () => this.kill())
    this.#line = nursery.start(entry, {
      onMessage: (message) => {
        const report = readReport(message)
        if (!report) this.kill()
        else if (report.type === 'ready') {
          limit.cancel()
          ready.resolve(report.findings)
        } else this.onReport(report)
      },
      onGone: () => {
        limit.cancel()
        this.#backstop?.cancel()
        ready.reject(new CardProcessNotStarted())
        gone.resolve()
      },
    })
  }

  get pid(): number | undefined {
    return this.#line.pid
  }

  get alive(): boolean {
    return this.#line.alive
  }

  send(order: Order | DoorOrder): void {
    this.#line.send(order)
  }

  /** Hands a connection over with the order; `done` runs when this process may close its own copy. */
  hand(order: Order | DoorOrder, handle: unknown, done: () => void): void {
    this.#line.hand(order, handle, done)
  }

  /** Zero and go; by force if it does not. */
  stop(why: CollectionEnd): void {
    this.send({ type: 'stop', why })
    this.#backstop ??= this.#clock.after(backstopMs, () => this.kill())
  }

  kill(): void {
    this.#line.kill()
  }
}
