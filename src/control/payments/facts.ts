import { z } from 'zod'
import { adviceOn } from '../../connectors/declines.ts'
import type { CollectionView, PaymentResource } from '../../contracts/desk-port.ts'
import type { OperationFacts } from '../../contracts/operations.ts'
import { PaymentEvent, type PaymentEventType } from '../../contracts/payment-events.ts'
import { viewOfBankAccount } from './bank-accounts.ts'
import { declineOf, keepOf, linkOf, type PaymentRow, usedCardOf } from './rows.ts'

const Metadata = z.record(z.string(), z.string())

/** The payment as the API and the desk show it. */
export function resourceOf(row: PaymentRow, collection: CollectionView | null): PaymentResource {
  const decline = row.status === 'declined' ? declineOf(row) : null
  const keep = keepOf(row)
  return {
    ...shared(row),
    capture: row.capture,
    confirm: row.confirm,
    decline: decline && {
      reason: decline.reason,
      gatewayCode: decline.gatewayCode,
      retry: decline.retry,
      advice: adviceOn(decline.reason, decline.card.brand === 'bank-account'),
    },
    attempts: row.attempts,
    method: row.bank_account === null ? 'card' : 'bank-account',
    bankAccount: viewOfBankAccount(row),
    keepCard: keep && { use: keep.use, consent: keep.consent },
    storedCardId: usedCardOf(row)?.id ?? null,
    payLink: linkOf(row),
    groupId: row.group_id,
    collection,
  }
}

/** The payment as merchants' systems are told of it. */
export function eventOf(
  row: PaymentRow,
  type: PaymentEventType,
  operation: OperationFacts | null = null,
): PaymentEvent {
  const decline = row.status === 'declined' ? declineOf(row) : null
  return PaymentEvent.parse({
    type,
    timestamp: new Date(row.updated_at).toISOString(),
    data: {
      ...shared(row),
      merchantId: row.merchant_id,
      decline: decline && { reason: decline.reason, gatewayCode: decline.gatewayCode },
      operation,
    },
  })
}

function shared(row: PaymentRow) {
  return {
    id: row.id,
    callId: row.call_id,
    amountMinor: row.amount_minor,
    currency: row.currency,
    capturedMinor: row.captured_minor,
    refundedMinor: row.refunded_minor,
    reference: row.reference,
    customer: row.customer,
    moto: row.moto === null ? null : row.moto === 1,
    description: row.description,
    metadata: Metadata.parse(JSON.parse(row.metadata)),
    status: row.status,
    brand: row.brand,
    last4: row.last4,
    gateway: row.gateway,
    gatewayRef: row.gateway_ref,
    authCode: row.auth_code,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
