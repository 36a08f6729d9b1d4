import type { Queries } from '../store/database.ts'
import type { Store } from '../store/store.ts'

/** Writes rows and does nothing else: it may be run again. */
type Work = (trx: Queries) => Promise<void>
type Note = { readonly work: Work; readonly done: PromiseWithResolvers<void> }

const mostTogether = 64

/**
 * What became of deliveries, written down: while one transaction is on its way to the disk, the notes that come in
 * meanwhile wait and share the next. The disk's waiting time is paid once for all of them.
 */
export class Notes {
  readonly #store: Store
  readonly #waiting: Note[] = []
  #writing = false

  constructor(store: Store) {
    this.#store = store
  }

  /** Settles when it is written; rejects when it could not be. */
  write(work: Work): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ work, done })
    if (!this.#writing) void this.#writeAll()
    return done.promise
  }

  async #writeAll(): Promise<void> {
    this.#writing = true
    // One turn later, so that what ends at the same time is written at the same time.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const notes = this.#waiting.splice(0, mostTogether)
      if (await this.#written(notes)) for (const { done } of notes) done.resolve()
      // One of them is at fault, or the store is: each by itself, so that each hears of its own.
      else for (const note of notes) await this.#writeAlone(note)
    }
    this.#writing = false
  }

  async #written(notes: readonly Note[]): Promise<boolean> {
    try {
      await this.#store.transaction(async (trx) => {
        for (const { work } of notes) await work(trx)
      })
      return true
    } catch {
      return false
    }
  }

  async #writeAlone({ work, done }: Note): Promise<void> {
    try {
      await this.#store.transaction(work)
      done.resolve()
    } catch (error) {
      done.reject(error)
    }
  }
}
