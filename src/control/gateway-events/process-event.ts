import type { Clock } from '../../base/clock.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import type { OpenLinks } from '../pay-links/open-links.ts'
import type { Inquiries } from '../payments/inquiries.ts'
import { findOperation, type OperationRow } from '../payments/operation-store.ts'
import type { Operations } from '../payments/operations.ts'
import type { AttemptRow } from '../payments/rows.ts'
import type { Settlement } from '../payments/settlement.ts'
import { liveAttempt, updateLiveAttempt } from '../payments/store.ts'
import { systemOf } from '../payments/system-actor.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Store } from '../store/store.ts'
import type { GatewayEventRow } from './event-store.ts'
import { findSubject } from './find-subject.ts'

export type ProcessOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly settlement: Settlement
  readonly inquiries: Inquiries
  readonly operations: Operations
  /** Pay links: something has happened at the gateway's page. */
  readonly links: Pick<OpenLinks, 'look'>
}

/** `later`: its time has not come. `parked`: it is about nothing that we know. */
export type Processed =
  | { readonly state: 'done'; readonly because: string; readonly merchantId: string | null }
  | { readonly state: 'later' | 'parked'; readonly because: string; readonly merchantId: string | null }

/** Makes of an event what it means for our payments. An event that comes late, twice or out of order changes nothing. */
export async function processEvent(event: GatewayEventRow, options: ProcessOptions): Promise<Processed> {
  if (event.what === 'other') return { state: 'done', because: 'of no concern', merchantId: null }
  const subject = await findSubject(options.store.db, event)
  if (!subject) return { state: 'parked', because: 'about nothing that is known here', merchantId: null }
  if (subject.kind === 'operation') return onOperation(event, subject.operation, options)
  return onAttempt(event, subject.attempt, options)
}

async function onAttempt(
  event: GatewayEventRow,
  attempt: AttemptRow,
  options: ProcessOptions,
): Promise<Processed> {
  const { store, clock, settlement, inquiries } = options
  const { merchant_id: merchantId, payment_id: paymentId } = attempt
  const done = (because: string): Processed => ({ state: 'done', because, merchantId })
  if (event.what === 'charged-back') {
    const facts = { attemptId: attempt.id, amountMinor: event.amount_minor, currency: event.currency }
    const entry = { actor: systemOf(merchantId), action: 'payment.charged-back', paymentId, facts }
    await store.transaction((trx) => appendAudit(trx, entry, clock.now()))
    return done('charged back')
  }
  if (attempt.way === 'pay-link') return onLink(event, attempt, options)
  if (attempt.state === 'open') return { state: 'later', because: 'the answer is still awaited', merchantId }
  if (attempt.state !== 'unknown') return done(`was ${attempt.state} already`)
  if (event.gateway_ref !== null)
    await updateLiveAttempt(store.db, attempt, { gateway_ref: event.gateway_ref, updated_at: clock.now() })
  // The gateway's own answer says more (why, the bank's code); where there is none, the webhook is good enough.
  await inquiries.now(attempt)
  const still = await liveAttempt(store.db, { merchantId, paymentId })
  if (still?.id !== attempt.id) return done('the gateway was asked, and told')
  const outcome = outcomeOf(event)
  if (!outcome) return done('says nothing of the authorisation')
  await settlement.settle(still, outcome)
  return done('settled by the webhook')
}

/**
 * A card that is declined on the gateway's page is not the end of the link: only what was paid counts. What is paid
 * after its end is somebody's money all the same, and a person has to look.
 */
async function onLink(
  event: GatewayEventRow,
  attempt: AttemptRow,
  options: ProcessOptions,
): Promise<Processed> {
  const { store, clock, settlement, links } = options
  const { merchant_id: merchantId, payment_id: paymentId } = attempt
  const outcome = outcomeOf(event)
  const isPaid = outcome?.kind === 'approved'
  if (attempt.state === 'not-sent' && isPaid) {
    const facts = { attemptId: attempt.id, because: 'paid after the link had ended' }
    const entry = { actor: systemOf(merchantId), action: 'payment.integrity-alarm', paymentId, facts }
    await store.transaction((trx) => appendAudit(trx, entry, clock.now()))
    return { state: 'done', because: 'paid after the link had ended', merchantId }
  }
  if (attempt.state !== 'open' && attempt.state !== 'unknown')
    return { state: 'done', because: `was ${attempt.state} already`, merchantId }
  // The gateway's own answer says more: whose card it was.
  await links.look(attempt)
  const still = await liveAttempt(store.db, { merchantId, paymentId })
  if (still?.id === attempt.id && isPaid) {
    await settlement.settle(still, outcome)
    await links.look(attempt)
  }
  return { state: 'done', because: isPaid ? 'the link was paid' : 'the link is still open', merchantId }
}

function outcomeOf(event: GatewayEventRow): Outcome | undefined {
  const { what, gateway_ref: gatewayRef, amount_minor: amountMinor, currency } = event
  if (what === 'declined')
    return { kind: 'declined', reason: 'other', gatewayCode: 'webhook', retry: 'other-card' }
  // Taken back, as was asked when no answer came: nobody is charged, and the caller may try again.
  if (what === 'voided' || what === 'refunded')
    return { kind: 'declined', reason: 'gateway-error', gatewayCode: 'reversed', retry: 'same-card' }
  if (what !== 'authorised' && what !== 'captured') return undefined
  if (gatewayRef === null || amountMinor === null || currency === null) return undefined
  return { kind: 'approved', gatewayRef, captured: what === 'captured', echoed: { amountMinor, currency } }
}

async function onOperation(
  event: GatewayEventRow,
  operation: OperationRow,
  { store, operations }: ProcessOptions,
): Promise<Processed> {
  const { merchant_id: merchantId, id: operationId } = operation
  if (operation.state === 'open')
    return { state: 'later', because: 'the answer is still awaited', merchantId }
  if (operation.state === 'done' || operation.state === 'failed')
    return { state: 'done', because: `was ${operation.state} already`, merchantId }
  // As with attempts: the gateway's own answer says more, its name for the operation for example.
  if (operation.state === 'unknown') await operations.resolveNow(operation)
  const asked = await findOperation(store.db, { merchantId, operationId })
  if (asked?.state === 'unknown' || asked?.state === 'pending')
    await operations.settle(asked, operationOutcome(event, asked))
  const now = await findOperation(store.db, { merchantId, operationId })
  return { state: 'done', because: `is ${now?.state ?? 'gone'} now`, merchantId }
}

function operationOutcome(event: GatewayEventRow, operation: OperationRow): Outcome {
  const { what, amount_minor: amountMinor, currency } = event
  if (what.endsWith('-failed'))
    return { kind: 'declined', reason: 'gateway-error', gatewayCode: what, retry: 'never' }
  const differs =
    operation.kind !== 'void' &&
    ((amountMinor !== null && amountMinor !== operation.amount_minor) ||
      (currency !== null && currency !== operation.currency))
  if (differs) return { kind: 'unknown', because: 'webhook of another amount', alarm: 'another-amount' }
  return { kind: 'done', gatewayRef: operation.gateway_ref ?? operation.id }
}
