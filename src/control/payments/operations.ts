import { backoffMs } from '../../base/backoff.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { exhaustive } from '../../base/exhaustive.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import type { OperationResource } from '../../contracts/operations.ts'
import type { Actor, OperationOrdered } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Store } from '../store/store.ts'
import type { OperationFact } from './books.ts'
import type { FollowUp } from './follow-up.ts'
import { isPaid } from './machine.ts'
import { newOperation } from './new-operation.ts'
import {
  findOperation,
  insertOperation,
  type OperationChange,
  type OperationRow,
  operationResource,
  operationsPending,
  operationsUnderWay,
  updateLiveOperation,
} from './operation-store.ts'
import type { PaymentRunner } from './runner.ts'
import { systemOf } from './system-actor.ts'

const backoff = { firstMs: 1_000, capMs: 300_000 } as const
/** A gateway's "no such reference" counts from here on: before, the request could still be on its way, in ms. */
const absentGraceMs = 10_000
/** How often a gateway without webhooks is asked what became of what it received, in ms. */
const askEveryMs = 3_600_000
/** An order is answered with what stands then; the outcome comes by events, in ms. */
const answerWithinMs = 10_000

export type OperationsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly runner: PaymentRunner
  readonly followUp: FollowUp
  readonly random: () => number
}

type Key = Pick<OperationRow, 'id' | 'merchant_id'>

/**
 * Captures, voids and refunds: the row with its idempotency key first, then the gateway. A lost answer leaves the
 * operation `unknown`; it is then followed up by what the gateway promises, with growing waits, until there is one.
 */
export class Operations {
  readonly #options: OperationsOptions
  readonly #underWay = new Map<string, Promise<void>>()
  readonly #timers = new Map<string, Timer>()
  #stopped = false

  constructor(options: OperationsOptions) {
    this.#options = options
  }

  /** Answers with the outcome, or after ten seconds with what is known by then. */
  async order(actor: Actor, ordered: OperationOrdered): Promise<OperationResource> {
    const { runner, clock, store, followUp } = this.#options
    const { paymentId, kind, amountMinor, reason = null } = ordered
    const operationId = newId('operation', clock.now())
    const amount = amountMinor === undefined ? {} : { amountMinor }
    await runner.apply({
      actor,
      paymentId,
      inputs: [{ type: 'operation-ordered', operationId, kind, ...amount }],
      facts: { operationId, kind, amountMinor: amountMinor ?? null },
      alongside: async (trx, payment, state) => {
        const live = isPaid(state) ? state.books.live.find(({ id }) => id === operationId) : undefined
        if (!live) throw new Error('an operation was ordered and is not in the books')
        const { id, amountMinor: minor } = live
        const sentTo = followUp.sentTo(payment)
        await insertOperation(trx, newOperation(payment, { id, kind, minor, reason, sentTo }, clock.now()))
      },
    })
    const late = new Promise<void>((resolve) => clock.after(answerWithinMs, resolve))
    await Promise.race([this.#underWay.get(operationId), late])
    const row = await findOperation(store.db, { merchantId: actor.merchantId, operationId })
    if (!row) throw new Error('an operation that was written is gone')
    return operationResource(row)
  }

  /** What the books ask for: the operation was just written, or its answer was lost. */
  send(merchantId: string, operationId: string): void {
    this.#track(operationId, this.#send({ merchantId, operationId }))
  }

  /** Follows up after a wait, or goes on where the last process stopped. */
  resolveLater(row: Key & { readonly inquiries: number }): void {
    if (this.#stopped || this.#timers.has(row.id)) return
    const { clock, random } = this.#options
    const waitMs = backoffMs(Math.min(row.inquiries, 20), { ...backoff, random })
    this.#timers.set(
      row.id,
      clock.after(waitMs, () => this.#track(row.id, this.#resolve(row))),
    )
  }

  /** Follows up at once: somebody asked, or the gateway's webhook gave cause to. */
  async resolveNow(row: Key & { readonly inquiries: number }): Promise<void> {
    await this.#underWay.get(row.id)
    if (this.#stopped) return
    this.#timers.get(row.id)?.cancel()
    this.#timers.delete(row.id)
    this.#track(row.id, this.#resolve(row))
    await this.#underWay.get(row.id)
  }

  /** Takes up what the last process of control left: what may have been sent is unknown, and followed up. */
  async recover(merchantId: string): Promise<void> {
    const { store, log } = this.#options
    for (const row of await operationsUnderWay(store.db, merchantId)) {
      log.warn({ operationId: row.id, merchantId, state: row.state }, 'an operation was left under way')
      if (row.state === 'open') await this.settle(row, { kind: 'unknown', because: 'control restarted' })
      else this.resolveLater({ ...row, inquiries: 0 })
    }
    for (const row of await operationsPending(store.db, merchantId)) this.#askLater(row)
  }

  /** Writes what came of an operation. Late and repeated outcomes change nothing. */
  async settle(row: OperationRow, outcome: Outcome): Promise<void> {
    const { runner, clock } = this.#options
    const { fact, change, reason } = meaningOf(row, outcome)
    if (outcome.kind === 'unknown' && outcome.alarm) await this.#alarm(row, outcome.alarm)
    await runner.apply({
      actor: systemOf(row.merchant_id),
      paymentId: row.payment_id,
      inputs: [fact],
      facts: { operationId: row.id, kind: row.kind, amountMinor: row.amount_minor, reason },
      alongside: (trx) => updateLiveOperation(trx, row, { ...change, updated_at: clock.now() }),
    })
    if (change.state === 'pending') this.#askLater(row)
  }

  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    await Promise.all(this.#underWay.values())
  }

  async #send(key: { readonly merchantId: string; readonly operationId: string }): Promise<void> {
    const { store, followUp, log } = this.#options
    const row = await findOperation(store.db, key)
    if (row?.state !== 'open') return
    const facts = { operationId: row.id, paymentId: row.payment_id }
    try {
      const outcome = await followUp.send(row)
      log.info({ ...facts, outcome: outcome.kind }, 'operation answered')
      await this.settle(row, outcome)
    } catch (error) {
      log.error({ ...facts, error }, 'an outcome could not be stored, and will be asked for')
      this.resolveLater(row)
    }
  }

  async #resolve(wanted: Key & { readonly inquiries: number }): Promise<void> {
    const { store, followUp, log } = this.#options
    const { id: operationId, merchant_id: merchantId } = wanted
    this.#timers.delete(operationId)
    try {
      const row = await findOperation(store.db, { merchantId, operationId })
      if (row?.state !== 'unknown' && row?.state !== 'open') return
      const outcome = await this.#weigh(row, await followUp.resolve(row))
      log.info({ operationId, outcome: outcome.kind, count: row.inquiries + 1 }, 'operation followed up')
      await this.settle(row, outcome)
      if (outcome.kind === 'unknown') this.resolveLater({ ...row, inquiries: row.inquiries + 1 })
    } catch (error) {
      log.error({ operationId, error }, 'a follow-up failed, and will be repeated')
      this.resolveLater({ ...wanted, inquiries: wanted.inquiries + 1 })
    }
  }

  /** Received, and nobody will tell: every hour until it is known. */
  #askLater(row: Key & Pick<OperationRow, 'gateway'>): void {
    const { clock, followUp } = this.#options
    if (this.#stopped || this.#timers.has(row.id) || !followUp.isToBeAsked(row)) return
    const ask = () => this.#track(row.id, this.#ask(row))
    this.#timers.set(row.id, clock.after(askEveryMs, ask))
  }

  async #ask(wanted: Key & Pick<OperationRow, 'gateway'>): Promise<void> {
    const { store, followUp, log } = this.#options
    const { id: operationId, merchant_id: merchantId } = wanted
    this.#timers.delete(operationId)
    try {
      const row = await findOperation(store.db, { merchantId, operationId })
      if (row?.state !== 'pending') return
      const outcome = await followUp.ask(row)
      const isKnown = (outcome.kind === 'done' && !outcome.later) || outcome.kind === 'declined'
      if (isKnown) await this.settle(row, outcome)
      else this.#askLater(row)
    } catch (error) {
      log.error({ operationId, error }, 'a follow-up failed, and will be repeated')
      this.#askLater(wanted)
    }
  }

  /** Counts the asking. An absence is believed the second time, the first at least ten seconds after the sending. */
  async #weigh(row: OperationRow, outcome: Outcome): Promise<Outcome> {
    const { store, clock, followUp } = this.#options
    const nowMs = clock.now()
    // Another account's "no such reference" says nothing of this one.
    const isLate = nowMs - row.sent_at >= absentGraceMs && followUp.isAskedWhereItWent(row)
    const counts = outcome.kind === 'absent' && isLate
    const absentAt = counts ? (row.absent_at ?? nowMs) : null
    const change = { inquiries: row.inquiries + 1, absent_at: absentAt, updated_at: nowMs }
    await updateLiveOperation(store.db, row, change)
    if (outcome.kind !== 'absent' || (counts && row.absent_at !== null)) return outcome
    return { kind: 'unknown', because: 'not yet known to the gateway' }
  }

  async #alarm(row: OperationRow, alarm: string): Promise<void> {
    if (row.because === alarm) return
    const { store, clock, log } = this.#options
    const { merchant_id: merchantId, payment_id: paymentId, id: operationId } = row
    log.error({ operationId, paymentId, merchantId, reason: alarm }, 'a gateway answered something else')
    const facts = { operationId, kind: row.kind, askedMinor: row.amount_minor, alarm }
    const entry = { actor: systemOf(merchantId), action: 'payment.integrity-alarm', paymentId, facts }
    await store.transaction(async (trx) => {
      await appendAudit(trx, entry, clock.now())
      await updateLiveOperation(trx, row, { because: alarm, updated_at: clock.now() })
    })
  }

  #track(operationId: string, work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#options.log.error({ operationId, error }, 'an operation got stuck'))
      .finally(() => {
        if (this.#underWay.get(operationId) === tracked) this.#underWay.delete(operationId)
      })
    this.#underWay.set(operationId, tracked)
  }
}

type Meaning = { readonly fact: OperationFact; readonly change: OperationChange; readonly reason: string }

function meaningOf({ id: operationId, state }: OperationRow, outcome: Outcome): Meaning {
  const uncertain = (because: string): Meaning => ({
    fact: { type: 'operation-uncertain', operationId },
    change: { state: 'unknown', because },
    reason: because,
  })
  const failed = (because: string): Meaning => ({
    fact: { type: 'operation-failed', operationId },
    change: { state: 'failed', because },
    reason: because,
  })
  switch (outcome.kind) {
    case 'done': {
      const { gatewayRef, later } = outcome
      const now = later ? 'pending' : 'done'
      const change = { state: now, gateway_ref: gatewayRef, because: null } as const
      return { fact: { type: `operation-${now}`, operationId }, change, reason: now }
    }
    case 'declined':
      return failed(outcome.gatewayCode)
    case 'absent':
      return failed('absent')
    case 'not-sent':
      // Only the first sending is certain: of a later one, the first may have arrived.
      return state === 'open' ? failed(`not-sent:${outcome.because}`) : uncertain(outcome.because)
    case 'approved':
    case 'tokenised':
    case 'link':
      return uncertain('an authorisation’s answer to a follow-up')
    case 'unknown':
      return uncertain(outcome.alarm ?? outcome.because)
    default:
      return exhaustive(outcome)
  }
}
