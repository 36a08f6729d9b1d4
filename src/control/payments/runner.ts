import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { tell } from '../outbox/store.ts'
import type { Actor } from '../ports.ts'
import { type AuditEntry, appendAudit } from '../store/audit-log.ts'
import type { Queries } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { eventOf } from './facts.ts'
import { type PaymentEffect, type PaymentInput, type PaymentState, step } from './machine.ts'
import { liveOperations } from './operation-store.ts'
import { refusal } from './payment-errors.ts'
import { type PaymentRow, rowAfter, stateOf } from './rows.ts'
import { findPayment, liveAttempt, type PaymentKey, updatePayment } from './store.ts'

export type Change = {
  readonly actor: Actor
  readonly paymentId: string
  /** All of them in one transaction, in this order. */
  readonly inputs: readonly PaymentInput[]
  /** Beside the states, in the audit rows: why a collection ended, for example. */
  readonly facts?: AuditEntry['facts']
  /** Columns that no state holds, changed with it. */
  readonly set?: Partial<Pick<PaymentRow, 'keep_card' | 'stored_card' | 'moto'>>
  /** Written in the same transaction, when the payment has moved. */
  readonly alongside?: (trx: Queries, row: PaymentRow, state: PaymentState) => Promise<void>
}

export type Changed = {
  readonly row: PaymentRow
  /** False when every input was a fact that came late. */
  readonly moved: boolean
}

/** All but `tell`, which is part of the transaction. */
export type PaymentOrderedEffect = Exclude<PaymentEffect, { do: 'tell' }>

export type RunnerOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** After the commit, before the effects: the desk is told, the relay is woken. */
  readonly onCommitted: (row: PaymentRow) => void
  /** After the commit: what the state asks for. Must not throw. */
  readonly perform: (effect: PaymentOrderedEffect, row: PaymentRow) => void
  /** The store failed: nobody knows whether the change was written, and its effects were not performed. */
  readonly onStoreFailed: (key: PaymentKey) => void
}

/**
 * The one place that moves a payment. The row, its audit rows, what goes along and the outbox rows are one
 * transaction: either the world hears of a state that is stored, or nothing happened. The effects come after it; one that a crash
 * swallows is found again at the next start, by the state that asked for it.
 */
export class PaymentRunner {
  readonly #options: RunnerOptions
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** Throws the refusal of an order that the payment's state does not allow; nothing is written then. */
  apply(change: Change): Promise<Changed> {
    const before = this.#turns.get(change.paymentId) ?? Promise.resolve()
    const turn = before.then(() => this.#apply(change))
    const settled = turn.catch(() => {})
    this.#turns.set(change.paymentId, settled)
    void settled.then(() => {
      if (this.#turns.get(change.paymentId) === settled) this.#turns.delete(change.paymentId)
    })
    return turn
  }

  /** Waits for the changes of this payment that are under way, and for nothing that comes after them. */
  async settled(paymentId: string): Promise<void> {
    await this.#turns.get(paymentId)
  }

  async #apply(change: Change): Promise<Changed> {
    const { onCommitted, perform } = this.#options
    const { row, moved, effects } = await this.#transaction(change)
    if (moved) onCommitted(row)
    for (const effect of effects) if (effect.do !== 'tell') perform(effect, row)
    return { row, moved }
  }

  async #transaction(change: Change) {
    const { store, onStoreFailed } = this.#options
    try {
      return await store.transaction((trx) => this.#move(trx, change))
    } catch (error) {
      const { actor, paymentId } = change
      // Refusals are ours, and certain: nothing was written.
      if (!(error instanceof AppError)) onStoreFailed({ merchantId: actor.merchantId, paymentId })
      throw error
    }
  }

  async #move(
    trx: Queries,
    { actor, paymentId, inputs, facts, set, alongside }: Change,
  ): Promise<Changed & { readonly effects: readonly PaymentEffect[] }> {
    const { clock, log } = this.#options
    const key = { merchantId: actor.merchantId, paymentId }
    const first = await findPayment(trx, key)
    let row = first
    const attemptId = (await liveAttempt(trx, key))?.id
    let state = stateOf(row, { attemptId, operations: await liveOperations(trx, key) })
    const effects: PaymentEffect[] = []
    for (const input of inputs) {
      const next = step(state, input)
      if (next.refused) throw refusal(next.refused)
      if (next.state === state) continue
      row = rowAfter(row, next.state, clock.now())
      const entry = {
        action: `payment.${input.type}`,
        facts: { from: state.at, to: next.state.at, ...facts },
      }
      await appendAudit(trx, { actor, paymentId, ...entry }, clock.now())
      log.info(
        { paymentId, merchantId: actor.merchantId, from: state.at, to: next.state.at },
        'payment moved on',
      )
      await tellAll(trx, row, next.effects, clock.now())
      effects.push(...next.effects)
      state = next.state
    }
    const moved = row !== first
    if (moved) {
      row = { ...row, ...set }
      await updatePayment(trx, row, first.version)
      await alongside?.(trx, row, state)
    }
    return { row, moved, effects }
  }
}

/** Also for a payment that is being made: its first event. */
export async function tellAll(
  trx: Queries,
  row: PaymentRow,
  effects: readonly PaymentEffect[],
  nowMs: number,
): Promise<void> {
  for (const effect of effects) {
    if (effect.do !== 'tell') continue
    const event = eventOf(row, effect.event, 'operation' in effect ? effect.operation : null)
    const position = row.version
    await tell(trx, { merchantId: row.merchant_id, paymentId: row.id, position, event }, nowMs)
  }
}
