import { backoffMs } from '../../base/backoff.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Move } from '../../connectors/connector.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import type { InquireRequest } from '../../connectors/requests.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import type { Store } from '../store/store.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
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
  readonly watch: GatewayWatch
  readonly settlement: Settlement
  readonly random: () => number
}

/**
 * Asks the gateway by our reference what became of an attempt, again and again with growing waits, until there is
 * an answer. The card is not sent again, ever. An attempt is forgotten by the gateway only when it was absent twice,
 * the first time at least ten seconds after the last byte may have left. Where asking leads nowhere for too long and the
 * connector can take back what it cannot ask after, it is taken back: then nobody was charged, and the caller may try again.
 * Neither an absence nor a reversal counts once the gateway's account in the configuration is another than it was sent to.
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
      const asked = await this.#weigh(attempt, await this.#inquire(attempt))
      const outcome = await this.#takeBack(attempt, asked)
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
    const { gateways } = this.#options
    const { connector, account } = gateways.of(attempt.gateway)
    // Asked by a reference that it does not look for, a gateway would say "absent" of a payment that it has.
    if (!mayBeLookedUp(connector.facts, attempt.gateway_ref !== null))
      return Promise.resolve({ kind: 'unknown', because: 'waiting for the gateway to tell' })
    return this.#converse(attempt, 'inquire', () => connector.inquire(referenceTo(attempt), account))
  }

  /**
   * Reverses an attempt that stayed unknown for as long as its connector says, with one key however often. Only a
   * reversal that is done makes it certain that nothing was taken; one that was merely received leaves it to the webhook.
   */
  async #takeBack(attempt: AttemptRow, asked: Outcome): Promise<Outcome> {
    const { clock, log, gateways } = this.#options
    const { connector, account } = gateways.of(attempt.gateway)
    const { reverse, facts } = connector
    const dueMs = attempt.sent_at + (facts.reverseAfterMs ?? Number.POSITIVE_INFINITY)
    if (asked.kind !== 'unknown' || asked.alarm || !reverse || clock.now() < dueMs) return asked
    if (gateways.placeOf(attempt) !== 'same-account') return asked
    const idempotencyKey = `reverse-${attempt.id}`
    const outcome = await this.#converse(attempt, 'reverse', () =>
      reverse({ ...referenceTo(attempt), idempotencyKey }, account),
    )
    log.warn({ attemptId: attempt.id, outcome: outcome.kind }, 'an unknown attempt was reversed')
    if (outcome.kind !== 'done' || outcome.later) return asked
    return { kind: 'declined', reason: 'gateway-error', gatewayCode: 'reversed', retry: 'same-card' }
  }

  async #converse(attempt: AttemptRow, operation: string, open: () => Move): Promise<Outcome> {
    const { gateways, gatewayClient, watch } = this.#options
    const { gateway } = attempt
    const outcome = await converse({
      ...gateways.of(gateway),
      open,
      send: (call) => watch.call(gateway, call, (one) => gatewayClient.send(one)),
    })
    return watch.ended(gateway, operation, outcome)
  }

  /** Counts the inquiry, and decides whether an absence can be believed yet. */
  async #weigh(attempt: AttemptRow, outcome: Outcome): Promise<Outcome> {
    const { store, clock, gateways } = this.#options
    const nowMs = clock.now()
    // Some gateways can be asked only of what happened a while ago.
    const { absenceCountsAfterMs = 0 } = gateways.of(attempt.gateway).connector.facts
    const graceMs = Math.max(absentGraceMs, absenceCountsAfterMs)
    // Another account's "no such reference" says nothing of this one.
    const isThere = gateways.placeOf(attempt) === 'same-account'
    const counts = outcome.kind === 'absent' && isThere && nowMs - attempt.sent_at >= graceMs
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

function referenceTo(attempt: AttemptRow): InquireRequest {
  const money = { amountMinor: attempt.amount_minor, currency: attempt.currency }
  const reference = attempt.gateway_ref === null ? {} : { gatewayRef: attempt.gateway_ref }
  return { ourReference: attempt.id, money, ...reference }
}
