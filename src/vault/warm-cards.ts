import { backoffMs } from '../base/backoff.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Finding } from './card-messages.ts'
import { CardProcess } from './card-process.ts'
import type { Nursery } from './nursery.ts'

export type WarmCardsOptions = {
  readonly entry: string
  readonly nursery: Nursery
  /** How many to keep ready. */
  readonly warm: number
  readonly clock: Clock
  readonly log: Log
}

/** Card processes that are ready and have seen nothing yet, so that a collection opens without waiting for a start. */
export class WarmCards {
  readonly #options: WarmCardsOptions
  readonly #ready: CardProcess[] = []
  readonly #starting = new Set<CardProcess>()
  #failures = 0
  #retry: Timer | undefined
  #closed = false

  constructor(options: WarmCardsOptions) {
    this.#options = options
  }

  /** Starts the first one, waits for it and tells what it found on itself; it stays as a warm one. */
  async begin(): Promise<readonly Finding[]> {
    const card = this.#start()
    const findings = await card.ready
    if (this.#options.warm > 0) this.#keep(card)
    else card.stop('discarded')
    this.#fill()
    return findings
  }

  /** A ready one; a fresh one when none is left. Rejects with CardProcessNotStarted. */
  async take(): Promise<CardProcess> {
    for (let card = this.#ready.shift(); card; card = this.#ready.shift()) {
      if (!card.alive) continue
      this.#fill()
      return card
    }
    const card = this.#start()
    await card.ready
    this.#fill()
    return card
  }

  /** Settles once all of them are gone. */
  async close(): Promise<void> {
    this.#closed = true
    this.#retry?.cancel()
    const all = [...this.#ready, ...this.#starting]
    for (const card of all) card.kill()
    await Promise.all(all.map((card) => card.gone))
  }

  /** One at a time: a start costs a good part of a core for a moment, and calls are going on. */
  #fill(): void {
    const { warm, log, clock } = this.#options
    if (this.#closed || this.#ready.length >= warm || this.#starting.size > 0 || this.#retry) return
    const card = this.#start()
    card.ready.then(
      () => {
        this.#failures = 0
        this.#keep(card)
        this.#fill()
      },
      (error: unknown) => {
        if (this.#closed) return
        log.error({ error }, 'a card process did not start')
        const waitMs = backoffMs(this.#failures++, { firstMs: 200, capMs: 10_000, random: Math.random })
        this.#retry = clock.after(waitMs, () => {
          this.#retry = undefined
          this.#fill()
        })
      },
    )
  }

  #start(): CardProcess {
    const { entry, nursery, clock } = this.#options
    const card = new CardProcess({ entry, nursery, clock })
    this.#starting.add(card)
    const settled = () => void this.#starting.delete(card)
    card.ready.then(settled, settled)
    return card
  }

  #keep(card: CardProcess): void {
    if (this.#closed) {
      card.kill()
      return
    }
    this.#ready.push(card)
    void card.gone.then(() => {
      const index = this.#ready.indexOf(card)
      if (index < 0) return
      this.#ready.splice(index, 1)
      this.#fill()
    })
  }
}
