import { backoffMs } from '../../base/backoff.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Outcome } from '../../connectors/connector.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import type { Store } from '../store/store.ts'
import { converse } from './conversation.ts'
import type { Gateways } from './gateways.ts'
import { mayBeLookedUp } from './resend-rules.ts'
import type { AttemptRow } from './rows.ts'
import type { Settlement } from './settlement.ts'
import { liveAttempt, updateLiveAttempt } from './store.ts'

const backoff = { firstMs: 1_000, capMs: 300_000 } as const
/** A gateway's "no such reference" counts from here on: before, the request could still be on its way, in ms. */
const absentGraceMs = 10_000

export type InquiriesOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly gateways: Gateways
  readonly gatewayClient: GatewayClient
  readonly settlement: Settlement
  readonly random: () => number
}

/**
 * Asks the gateway by our reference what became of an attempt, again and again with growing waits, until there is
 * an answer. The card is not sent again, ever. An attempt is forgotten by the gateway only when it was absent twice,
 * the first time at least ten seconds after the last byte may have left.
 */
export class Inquiries {
  readonly #options: InquiriesOptions
  readonly #timers = new Map<string, Timer>()
  readonly #running = new Set<Promise<void>>()
  #stopped = false

  constructor(options: InquiriesOptions) {
    this.#options = options
  }

  /** Begins to ask, or goes on where the last process stopped. */
  begin(attempt: Pick<AttemptRow, 'id' | 'merchant_id' | 'payment_id' | 'inquiries'>): void {
    if (this.#stopped || this.#timers.has(attempt.id)) return
    const { clock, random } = this.#options
    const timer = clock.after(backoffMs(Math.min(attempt.inquiries, 20), { ...backoff, random }), () => {
      const run = this.#ask(attempt).finally(() => this.#running.delete(run))
      this.#running.add(run)
    })
    this.#timers.set(attempt.id, timer)
  }

  /** Asks at once: somebody wants to know, or the gateway's webhook gave cause to. */
  async now(attempt: Pick<AttemptRow, 'id' | 'merchant_id' | 'payment_id' | 'inquiries'>): Promise<void> {
    if (this.#stopped) return
    this.#timers.get(attempt.id)?.cancel()
    this.#timers.delete(attempt.id)
    const run = this.#ask(attempt).finally(() => this.#running.delete(run))
    this.#running.add(run)
    await run
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    await Promise.all(this.#running)
  }

  async #ask(wanted: Pick<AttemptRow, 'id' | 'merchant_id' | 'payment_id' | 'inquiries'>): Promise<void> {
    const { store, log } = this.#options
    const { id, merchant_id: merchantId, payment_id: paymentId } = wanted
    try {
      const attempt = await liveAttempt(store.db, { merchantId, paymentId })
      this.#timers.delete(id)
      if (attempt?.id !== id) return
      const outcome = await this.#weigh(attempt, await this.#inquire(attempt))
      log.info({ paymentId, attemptId: id, outcome: outcome.kind, count: attempt.inquiries + 1 }, 'inquired')
      const { row } = await this.#options.settlement.settle(attempt, outcome)
      if (row.status === 'authorising' || row.status === 'unknown')
        this.begin({ ...attempt, inquiries: attempt.inquiries + 1 })
    } catch (error) {
      log.error({ paymentId, attemptId: id, error }, 'an inquiry failed, and will be repeated')
      this.#timers.delete(id)
      this.begin({ ...wanted, inquiries: wanted.inquiries + 1 })
    }
  }

  #inquire(attempt: AttemptRow): Promise<Outcome> {
    const { gateways, gatewayClient } = this.#options
    const { connector, account } = gateways.of(attempt.gateway)
    // Asked by a reference that it does not look for, a gateway would say "absent" of a payment that it has.
    if (!mayBeLookedUp(connector.facts, attempt.gateway_ref !== null))
      return Promise.resolve({ kind: 'unknown', because: 'waiting for the gateway to tell' })
    const money = { amountMinor: attempt.amount_minor, currency: attempt.currency }
    const reference = attempt.gateway_ref === null ? {} : { gatewayRef: attempt.gateway_ref }
    return converse({
      connector,
      account,
      open: () => connector.inquire({ ourReference: attempt.id, money, ...reference }, account),
      send: (call) => gatewayClient.send(call),
    })
  }

  /** Counts the inquiry, and decides whether an absence can be believed yet. */
  async #weigh(attempt: AttemptRow, outcome: Outcome): Promise<Outcome> {
    const { store, clock, gateways } = this.#options
    const nowMs = clock.now()
    // Some gateways can be asked only of what happened a while ago.
    const { absenceCountsAfterMs = 0 } = gateways.of(attempt.gateway).connector.facts
    const graceMs = Math.max(absentGraceMs, absenceCountsAfterMs)
    const counts = outcome.kind === 'absent' && nowMs - attempt.sent_at >= graceMs
    const absentAt = counts ? (attempt.absent_at ?? nowMs) : null
    await updateLiveAttempt(store.db, attempt, {
      inquiries: attempt.inquiries + 1,
      absent_at: absentAt,
      updated_at: nowMs,
    })
    if (outcome.kind === 'not-sent') return { kind: 'unknown', because: `inquiry: ${outcome.because}` }
    if (outcome.kind !== 'absent') return outcome
    // Twice in all: the absence of before, and this one.
    const believed = counts && attempt.absent_at !== null
    return believed ? outcome : { kind: 'unknown', because: 'not yet known to the gateway' }
  }
}
