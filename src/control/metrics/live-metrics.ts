import type { Clock } from '../../base/clock.ts'
import type { PaymentCore } from '../payments/payment-core.ts'
import type { Store } from '../store/store.ts'
import { Metrics } from './metrics.ts'
import { storedNumbers } from './numbers.ts'

export type LiveMetricsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly vault: { readonly up: boolean }
  readonly bridge: { readonly up: boolean }
  /** The core counts into these metrics, and is read by them: it comes a moment later. */
  readonly core: () => Pick<PaymentCore, 'watch' | 'collections'> | undefined
}

/** The metrics of a running control, with the gauges read when somebody asks. */
export function liveMetrics({ store, clock, vault, bridge, core }: LiveMetricsOptions): Metrics {
  return new Metrics(async () => {
    const parts = core()
    return {
      gateways: parts?.watch.health() ?? [],
      collections: parts?.collections.live ?? 0,
      maskedCalls: parts?.collections.maskedCalls ?? 0,
      vaultUp: vault.up,
      bridgeUp: bridge.up,
      // A store that is away is a number too: `part_up{part="store"}` is 0 then.
      stored: await storedNumbers(store.db).catch(() => null),
      now: clock.now(),
    }
  })
}
