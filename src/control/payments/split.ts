import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Actor, Calls } from '../ports.ts'
import type { Store } from '../store/store.ts'
import { makePaymentIn } from './new-payment.ts'
import { CallNotLive } from './payment-errors.ts'
import type { PaymentRow } from './rows.ts'
import type { PaymentRunner } from './runner.ts'
import { findPayment } from './store.ts'

/** The parts do not come to the payment's amount. */
export class SplitInvalid extends AppError {
  readonly code = 'SPLIT_INVALID'
  readonly remedy = 'fix-request'
  readonly field = '/parts'
  constructor() {
    super('the parts have to come to the amount of the payment')
  }
}

export type SplitOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly runner: PaymentRunner
  readonly calls: Pick<Calls, 'get'>
  readonly onCommitted: (row: PaymentRow) => void
  /** Ends a collection that goes on for the payment. */
  readonly setAside: (paymentId: string) => Promise<void>
}

export type Split = { readonly paymentId: string; readonly parts: readonly number[] }

/**
 * One payment becomes several on the same call, each for a card of its own. The first is cancelled in the transaction in
 * which the parts are made, so that the amount is never open twice; the parts have its id as their group.
 */
export async function splitPayment(
  { store, clock, runner, calls, onCommitted, setAside }: SplitOptions,
  actor: Actor,
  { paymentId, parts }: Split,
): Promise<PaymentRow[]> {
  const payment = await findPayment(store.db, { merchantId: actor.merchantId, paymentId })
  if (parts.reduce((sum, part) => sum + part, 0) !== payment.amount_minor) throw new SplitInvalid()
  if (calls.get(actor.merchantId, payment.call_id)?.status !== 'live') throw new CallNotLive()
  await setAside(paymentId)
  const made: PaymentRow[] = []
  await runner.apply({
    actor,
    paymentId,
    inputs: [{ type: 'cancelled' }],
    facts: { split: parts.length },
    async alongside(trx, row) {
      for (const amount_minor of parts)
        made.push(await makePaymentIn(trx, { clock }, actor, { ...partOf(row), amount_minor }))
    },
  })
  for (const row of made) onCommitted(row)
  return made
}

function partOf(row: PaymentRow) {
  const { call_id, currency, reference, customer, description, metadata, capture, confirm, gateway, moto } =
    row
  const same = {
    bank_account: row.bank_account,
    call_id,
    currency,
    reference,
    customer,
    description,
    metadata,
    capture,
    confirm,
    gateway,
    moto,
  }
  return { ...same, keep_card: row.keep_card, group_id: row.group_id ?? row.id }
}
