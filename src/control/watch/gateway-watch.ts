import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import type { GatewayCall, GatewayReply } from '../../contracts/gateway-call.ts'
import { admits, type BreakerState, closedBreaker, step } from './breaker.ts'
import { type CallResult, gatewayFailed, resultOf } from './call-result.ts'
import { RecentCalls, type RecentNumbers } from './recent-calls.ts'

/**
 * The gateway has failed again and again: no card is asked for that could not be charged, and no capture, void or refund
 * is sent. Nothing was begun; the same order may be sent again after `retryAfterMs`.
 */
export class GatewayAway extends AppError {
  readonly code = 'GATEWAY_AWAY'
  readonly remedy = 'retry'
  readonly retryAfterMs: number
  constructor(retryAfterMs: number) {
    super('the payment gateway does not answer at the moment, and nothing was begun: try again shortly')
    this.retryAfterMs = retryAfterMs
  }
}

/** What is counted. Told of every call, outcome and repetition; keeps no amount, reference or body. */
export type GatewayMeter = {
  called(call: {
    readonly gateway: string
    readonly operation: string
    readonly result: CallResult
    readonly durationMs: number
  }): void
  /** What a whole conversation came to. */
  ended(gateway: string, operation: string, outcome: Outcome['kind']): void
  /** A request went out again with the same key. */
  repeated(gateway: string, operation: string): void
}

export type GatewayHealth = RecentNumbers & {
  readonly gateway: string
  readonly breaker: BreakerState['at']
  /** While the breaker is not closed: when a new collection is let through, in ms from now. */
  readonly retryAfterMs: number | null
}

export type GatewayWatchOptions = {
  readonly gatewayIds: readonly string[]
  readonly clock: Clock
  readonly log: Log
  readonly meter?: GatewayMeter
}

type Watched = { breaker: BreakerState; readonly recent: RecentCalls }

/** Sees every call to every gateway, by whichever way it leaves, and holds each one's circuit breaker. */
export class GatewayWatch {
  readonly #options: GatewayWatchOptions
  readonly #watched: ReadonlyMap<string, Watched>

  constructor(options: GatewayWatchOptions) {
    this.#options = options
    this.#watched = new Map(
      options.gatewayIds.map((id) => [id, { breaker: closedBreaker, recent: new RecentCalls() }]),
    )
  }

  /** Sends a call, and keeps how long it took and what it came to. */
  async call(
    gateway: string,
    call: GatewayCall,
    send: (call: GatewayCall) => Promise<GatewayReply>,
  ): Promise<GatewayReply> {
    const { clock, meter } = this.#options
    const beganMs = clock.monotonicMs()
    const reply = await send(call)
    const nowMs = clock.monotonicMs()
    const durationMs = nowMs - beganMs
    const result = resultOf(reply)
    meter?.called({ gateway, operation: call.operation, result, durationMs })
    const failed = gatewayFailed(reply)
    // A call that says nothing about the gateway: the policy refused it, or our own process was gone.
    if (failed === undefined) return reply
    this.#watched.get(gateway)?.recent.add({ atMs: nowMs, durationMs, failed })
    this.#move(gateway, failed ? 'failed' : 'answered', nowMs)
    return reply
  }

  /** Before a card is asked for. Throws GatewayAway while the breaker is open; half open, one is let through. */
  admit(gateway: string): void {
    const watched = this.#watched.get(gateway)
    if (!watched) return
    const nowMs = this.#options.clock.monotonicMs()
    const admitted = admits(watched.breaker, nowMs)
    if (admitted !== true) throw new GatewayAway(Math.ceil(admitted.retryAfterMs))
    this.#move(gateway, 'probing', nowMs)
  }

  /** Whether a card that is there may be sent now: an open breaker makes certain that it is not. */
  maySend(gateway: string): boolean {
    const watched = this.#watched.get(gateway)
    const nowMs = this.#options.clock.monotonicMs()
    return watched === undefined || step(watched.breaker, { type: 'tick' }, nowMs).at !== 'open'
  }

  /** When it is worth another try, in ms; 0 for now. */
  retryAfterMs(gateway: string): number {
    return this.health().find((one) => one.gateway === gateway)?.retryAfterMs ?? 0
  }

  ended(gateway: string, operation: string, outcome: Outcome): Outcome {
    this.#options.meter?.ended(gateway, operation, outcome.kind)
    return outcome
  }

  repeated(gateway: string, operation: string): void {
    this.#watched.get(gateway)?.recent.repeated(this.#options.clock.monotonicMs())
    this.#options.meter?.repeated(gateway, operation)
  }

  /** In the order of the configuration. */
  health(): GatewayHealth[] {
    const nowMs = this.#options.clock.monotonicMs()
    return [...this.#watched].map(([gateway, { breaker, recent }]) => {
      const now = step(breaker, { type: 'tick' }, nowMs)
      const admitted = admits(now, nowMs)
      const retryAfterMs = admitted === true ? (now.at === 'closed' ? null : 0) : admitted.retryAfterMs
      return { gateway, breaker: now.at, retryAfterMs, ...recent.numbers(nowMs) }
    })
  }

  #move(gateway: string, type: 'answered' | 'failed' | 'probing', nowMs: number): void {
    const watched = this.#watched.get(gateway)
    if (!watched) return
    const before = watched.breaker.at
    watched.breaker = step(watched.breaker, { type }, nowMs)
    const { at } = watched.breaker
    if (at === before) return
    const { log } = this.#options
    if (at === 'closed') log.info({ gateway, state: at }, 'a gateway answers again')
    else log.error({ gateway, state: at }, 'a gateway fails: no new card is asked for')
  }
}
