import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { CoreMeter } from '../payments/payment-core.ts'
import type { GatewayHealth } from '../watch/gateway-watch.ts'
import type { StoredNumbers } from './numbers.ts'

/** Seconds: a connection nearby, a bank, a bank on a bad day, and our own time limits. */
const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]

/** What is read at the moment that somebody asks. */
export type LiveNumbers = {
  readonly gateways: readonly GatewayHealth[]
  readonly collections: number
  readonly maskedCalls: number
  readonly vaultUp: boolean
  readonly bridgeUp: boolean
  /** Null when the store does not answer. */
  readonly stored: StoredNumbers | null
  /** Epoch ms. */
  readonly now: number
}

const breakerStates = ['closed', 'half-open', 'open'] as const

/**
 * Everything that is counted, in Prometheus's text format. Labels are names of the configuration and of the code, never
 * a reference, an amount or anything that a gateway or a caller wrote: so nothing of a card can get in.
 */
export class Metrics implements CoreMeter {
  readonly #registry = new Registry()
  readonly #live: () => Promise<LiveNumbers>
  readonly #calls = this.#counter('gateway_calls_total', 'Calls to a gateway by result', [
    'gateway',
    'operation',
    'result',
  ])
  readonly #durations = new Histogram({
    name: 'tonewall_gateway_call_seconds',
    help: 'Time from sending to the last byte of the answer',
    labelNames: ['gateway', 'operation'],
    buckets: seconds,
    registers: [this.#registry],
  })
  readonly #outcomes = this.#counter('gateway_outcomes_total', 'What operations came to', [
    'gateway',
    'operation',
    'outcome',
  ])
  readonly #repeats = this.#counter('gateway_repeats_total', 'Requests sent again with the same key', [
    'gateway',
    'operation',
  ])
  readonly #collections = this.#counter('collections_total', 'Collections by the state they reached', [
    'state',
  ])
  readonly #unknown = this.#gauge('gateway_unknown', 'Outcomes that are not known yet', ['gateway'])
  readonly #oldest = this.#gauge('gateway_oldest_unknown_seconds', 'Age of the oldest unknown outcome', [
    'gateway',
  ])
  readonly #breaker = this.#gauge('gateway_breaker', '1 for the state that the circuit breaker is in', [
    'gateway',
    'state',
  ])
  readonly #open = this.#gauge('collections', 'Collections that go on now', [])
  readonly #masked = this.#gauge('masked_calls', 'Calls whose mask the bridge vouches for', [])
  readonly #parts = this.#gauge('part_up', '1 while the other process is connected', ['part'])
  readonly #outbox = this.#gauge('outbox_waiting', 'Events that wait to be delivered', [])
  readonly #outboxAge = this.#gauge('outbox_oldest_seconds', 'Age of the oldest event that waits', [])
  readonly #differences = this.#gauge(
    'reconciliation_differences',
    'Differences that the last comparison with the gateway found',
    ['gateway'],
  )

  constructor(live: () => Promise<LiveNumbers>) {
    this.#live = live
    collectDefaultMetrics({ register: this.#registry })
  }

  called({ gateway, operation, result, durationMs }: Parameters<CoreMeter['called']>[0]): void {
    this.#calls.inc({ gateway, operation, result })
    this.#durations.observe({ gateway, operation }, durationMs / 1_000)
  }

  ended(gateway: string, operation: string, outcome: string): void {
    this.#outcomes.inc({ gateway, operation, outcome })
  }

  repeated(gateway: string, operation: string): void {
    this.#repeats.inc({ gateway, operation })
  }

  collection({ at }: { readonly at: string }): void {
    this.#collections.inc({ state: at })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  async text(): Promise<string> {
    this.#set(await this.#live())
    return this.#registry.metrics()
  }

  #set(live: LiveNumbers): void {
    for (const { gateway, breaker } of live.gateways)
      for (const state of breakerStates) this.#breaker.set({ gateway, state }, breaker === state ? 1 : 0)
    this.#open.set(live.collections)
    this.#masked.set(live.maskedCalls)
    this.#parts.set({ part: 'vault' }, live.vaultUp ? 1 : 0)
    this.#parts.set({ part: 'bridge' }, live.bridgeUp ? 1 : 0)
    this.#parts.set({ part: 'store' }, live.stored ? 1 : 0)
    if (!live.stored) return
    const { outbox, unknown, differences } = live.stored
    const age = (at: number | null | undefined) => (at == null ? 0 : Math.max(0, live.now - at) / 1_000)
    this.#outbox.set(outbox.waiting)
    this.#outboxAge.set(age(outbox.oldestAt))
    for (const { gateway } of live.gateways) {
      this.#unknown.set({ gateway }, unknown.get(gateway)?.count ?? 0)
      this.#oldest.set({ gateway }, age(unknown.get(gateway)?.oldestAt))
      this.#differences.set({ gateway }, differences.get(gateway) ?? 0)
    }
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({
      name: `tonewall_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
    })
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({
      name: `tonewall_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
    })
  }
}
