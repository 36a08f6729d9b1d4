import type { Clock } from '../../base/clock.ts'
import { exhaustive } from '../../base/exhaustive.ts'
import type { Log } from '../../base/log.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import { type AuditEntry, appendAudit } from '../store/audit-log.ts'
import type { Store } from '../store/store.ts'
import type { KeptCards } from '../stored-cards/kept-cards.ts'
import type { PaymentFact } from './machine.ts'
import type { AttemptRow } from './rows.ts'
import type { Changed, PaymentRunner } from './runner.ts'
import { type AttemptChange, updateLiveAttempt } from './store.ts'
import { systemOf } from './system-actor.ts'

export type SettlementOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly runner: PaymentRunner
  readonly keptCards: KeptCards
}

const anotherAmount = 'the gateway names another amount'
const anotherReference = 'the gateway names another reference'

/** What an outcome means for the attempt and for its payment. */
type Settled = { readonly fact: PaymentFact; readonly attempt: AttemptChange; readonly reason: string }

/**
 * Writes what came of an attempt. An answer that names another amount, currency or reference than was asked for is an
 * alarm and no success: it stays unknown until a later answer is right, or a person has looked.
 */
export class Settlement {
  readonly #options: SettlementOptions

  constructor(options: SettlementOptions) {
    this.#options = options
  }

  async settle(attempt: AttemptRow, outcome: Outcome): Promise<Changed> {
    const { runner, clock, keptCards } = this.#options
    if (outcome.kind === 'approved' && !echoesTheAmount(attempt, outcome.echoed)) {
      await this.#alarm(attempt, anotherAmount, {
        gatewayRef: outcome.gatewayRef,
        echoedMinor: outcome.echoed.amountMinor,
        echoedCurrency: outcome.echoed.currency,
      })
      return this.settle(attempt, { kind: 'unknown', because: anotherAmount })
    }
    if (outcome.kind === 'unknown' && outcome.alarm) {
      const because = outcome.alarm === 'another-amount' ? anotherAmount : anotherReference
      await this.#alarm(attempt, because, {})
      return this.settle(attempt, { kind: 'unknown', because })
    }
    const { fact, attempt: change, reason } = settledBy(attempt, outcome)
    return runner.apply({
      actor: systemOf(attempt.merchant_id),
      paymentId: attempt.payment_id,
      inputs: [fact],
      facts: { attemptId: attempt.id, reason },
      alongside: async (trx, row) => {
        await updateLiveAttempt(trx, attempt, { ...change, updated_at: clock.now() })
        if (outcome.kind === 'approved') await keptCards.keep(trx, row, attempt, outcome)
      },
    })
  }

  /** Once for each attempt and cause, however often the gateway is asked. */
  async #alarm(attempt: AttemptRow, because: string, echoed: AuditEntry['facts']): Promise<void> {
    if (attempt.because === because) return
    const { store, clock, log } = this.#options
    const { merchant_id: merchantId, payment_id: paymentId } = attempt
    log.error(
      { paymentId, attemptId: attempt.id, merchantId, reason: because },
      'a gateway answered something else',
    )
    const facts = {
      attemptId: attempt.id,
      because,
      askedMinor: attempt.amount_minor,
      askedCurrency: attempt.currency,
      ...echoed,
    }
    const entry = { actor: systemOf(merchantId), action: 'payment.integrity-alarm', paymentId, facts }
    await store.transaction(async (trx) => {
      await appendAudit(trx, entry, clock.now())
      await updateLiveAttempt(trx, attempt, { because, updated_at: clock.now() })
    })
  }
}

function echoesTheAmount(attempt: AttemptRow, echoed: { amountMinor: number; currency: string }): boolean {
  return echoed.amountMinor === attempt.amount_minor && echoed.currency === attempt.currency
}

function settledBy(attempt: AttemptRow, outcome: Outcome): Settled {
  const attemptId = attempt.id
  const card = { brand: attempt.brand, last4: attempt.last4 }
  switch (outcome.kind) {
    case 'approved': {
      const { gatewayRef, captured } = outcome
      const authCode = outcome.authCode ?? null
      return {
        fact: {
          type: 'approved',
          attemptId,
          captured,
          approval: { gatewayRef, authCode, amountMinor: attempt.amount_minor },
          ...(outcome.card ? { card: outcome.card } : {}),
        },
        attempt: {
          state: 'approved',
          gateway_ref: gatewayRef,
          auth_code: authCode,
          because: null,
          ...outcome.card,
        },
        reason: 'approved',
      }
    }
    case 'declined': {
      const { reason, gatewayCode, retry, gatewayRef = null } = outcome
      return {
        fact: { type: 'declined', attemptId, declined: { reason, gatewayCode, retry, card } },
        attempt: { state: 'declined', gateway_ref: gatewayRef, because: reason },
        reason,
      }
    }
    // Certain that nothing was reserved: the caller can simply be asked again.
    case 'not-sent':
    case 'absent': {
      const gatewayCode = outcome.kind === 'absent' ? 'absent' : `not-sent:${outcome.because}`
      const declined = { reason: 'gateway-error', gatewayCode, retry: 'same-card', card } as const
      return {
        fact: { type: 'declined', attemptId, declined },
        attempt: { state: 'not-sent', because: gatewayCode },
        reason: gatewayCode,
      }
    }
    case 'done':
    case 'tokenised':
    case 'link':
      return uncertain(attemptId, 'a follow-up’s answer to an authorisation')
    case 'unknown':
      return uncertain(attemptId, outcome.because)
    default:
      return exhaustive(outcome)
  }
}

function uncertain(attemptId: string, because: string): Settled {
  const attempt = { state: 'unknown', because } as const
  return { fact: { type: 'uncertain', attemptId }, attempt, reason: because }
}
