import type { Clock } from '../../base/clock.ts'
import type { GatewayStatus, PlatformStatus } from '../../contracts/platform-status.ts'
import { type StoredNumbers, storedNumbers } from '../metrics/numbers.ts'
import type { Gateways } from '../payments/gateways.ts'
import { gatewayOfMerchant } from '../payments/store.ts'
import type { Actor } from '../ports.ts'
import type { Store } from '../store/store.ts'
import type { GatewayHealth, GatewayWatch } from './gateway-watch.ts'

export type PlatformStatusOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly gateways: Gateways
  readonly watch: GatewayWatch
  readonly vault: { readonly up: boolean }
  readonly bridge: { readonly up: boolean }
}

/** How things stand for one merchant: the gateway that it pays through, and those that owe it an answer. */
export async function platformStatus(
  options: PlatformStatusOptions,
  { merchantId }: Actor,
): Promise<PlatformStatus> {
  const { store, clock, watch, vault, bridge } = options
  const stored = await readStored(store, merchantId)
  const mine = (health: GatewayHealth) =>
    health.gateway === stored?.gateway || stored?.unknown.has(health.gateway) === true
  return {
    at: clock.now(),
    vault: vault.up ? 'up' : 'down',
    bridge: bridge.up ? 'up' : 'down',
    store: stored ? 'up' : 'down',
    gateways: watch
      .health()
      .filter(mine)
      .map((health) => statusOf(health, options, stored)),
    outbox: stored && { ...stored.outbox },
  }
}

type Stored = StoredNumbers & { readonly gateway: string }

async function readStored(store: Store, merchantId: string): Promise<Stored | null> {
  try {
    const gateway = await gatewayOfMerchant(store.db, merchantId)
    return { ...(await storedNumbers(store.db, merchantId)), gateway }
  } catch {
    // That the store is away is the answer here, and no error.
    return null
  }
}

function statusOf(
  health: GatewayHealth,
  { clock, gateways }: PlatformStatusOptions,
  stored: Stored | null,
): GatewayStatus {
  const { retryAfterMs, gateway, ...numbers } = health
  return {
    ...numbers,
    gateway,
    connector: gateways.of(gateway).connector.id,
    retryAt: retryAfterMs === null ? null : Math.ceil(clock.now() + retryAfterMs),
    unknown: { count: 0, oldestAt: null, ...stored?.unknown.get(gateway) },
  }
}
