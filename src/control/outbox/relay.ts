import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Store } from '../store/store.ts'
import { Lane } from './lane.ts'
import { Notes } from './notes.ts'
import { withWork } from './store.ts'
import type { TargetKind } from './target.ts'

/** How often all merchants are looked through, in case a wake was lost with another process, in ms. */
const sweepMs = 60_000

export type RelayOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly kinds: readonly TargetKind[]
  readonly merchantIds: () => Promise<readonly string[]>
}

/** Carries the outbox to the merchants' targets: a lane for each, woken by every commit. */
export class Relay {
  readonly #options: RelayOptions
  readonly #notes: Notes
  readonly #lanes = new Map<string, Lane>()
  readonly #looking = new Set<Promise<void>>()
  #sweep: Timer | undefined
  #stopped = true

  constructor(options: RelayOptions) {
    this.#options = options
    this.#notes = new Notes(options.store)
  }

  start(): void {
    this.#stopped = false
    this.wakeAll()
  }

  /** Something was written for this merchant. */
  wake(merchantId: string): void {
    if (this.#stopped) return
    this.#track(this.#look(merchantId))
  }

  /** Looks through all merchants, now and then from time to time. */
  wakeAll(): void {
    if (this.#stopped) return
    this.#sweep?.cancel()
    this.#sweep = this.#options.clock.after(sweepMs, () => this.wakeAll())
    this.#track(
      (async () => {
        for (const merchantId of await this.#options.merchantIds()) await this.#look(merchantId)
      })(),
    )
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#sweep?.cancel()
    await Promise.all(this.#looking)
    const lanes = [...this.#lanes.values()]
    for (const lane of lanes) lane.stop()
    // Ends what is on its way: a target that hangs must not hold up our own end.
    await Promise.all(this.#options.kinds.map((kind) => kind.close()))
    await Promise.all(lanes.map((lane) => lane.idle()))
  }

  async #look(merchantId: string): Promise<void> {
    const { store, kinds } = this.#options
    for (const kind of kinds) {
      const enabled = await kind.enabled(store.db, merchantId)
      for (const target of await withWork(store.db, merchantId, enabled)) {
        if (this.#stopped) return
        this.#laneTo(kind, merchantId, target).wake()
      }
    }
  }

  #laneTo(kind: TargetKind, merchantId: string, target: string): Lane {
    const known = this.#lanes.get(target)
    if (known) return known
    const lane = new Lane({ ...this.#options, notes: this.#notes, kind, merchantId, target })
    this.#lanes.set(target, lane)
    return lane
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#options.log.error({ error }, 'the outbox could not be looked through'))
      .finally(() => this.#looking.delete(tracked))
    this.#looking.add(tracked)
  }
}
