import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Store } from '../store/store.ts'
import { Lane } from './lane.ts'
import type { PostWebhook } from './post-webhook.ts'
import { targetsWithWork } from './store.ts'

/** How often all merchants are looked through, in case a wake was lost with another process, in ms. */
const sweepMs = 60_000

export type RelayOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly postWebhook: PostWebhook
  readonly merchantIds: () => Promise<readonly string[]>
}

/** Carries the outbox to the merchants' endpoints: a lane for each, woken by every commit. */
export class Relay {
  readonly #options: RelayOptions
  readonly #lanes = new Map<string, Lane>()
  readonly #looking = new Set<Promise<void>>()
  #sweep: Timer | undefined
  #stopped = true

  constructor(options: RelayOptions) {
    this.#options = options
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
    // Ends what is on its way: an endpoint that hangs must not hold up our own end.
    await this.#options.postWebhook.close()
    await Promise.all(lanes.map((lane) => lane.idle()))
  }

  async #look(merchantId: string): Promise<void> {
    const { store } = this.#options
    for (const endpointId of await targetsWithWork(store.db, merchantId)) {
      if (this.#stopped) return
      let lane = this.#lanes.get(endpointId)
      if (!lane) {
        lane = new Lane({ ...this.#options, merchantId, endpointId })
        this.#lanes.set(endpointId, lane)
      }
      lane.wake()
    }
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#options.log.error({ error }, 'the outbox could not be looked through'))
      .finally(() => this.#looking.delete(tracked))
    this.#looking.add(tracked)
  }
}
