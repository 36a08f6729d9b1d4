import { formatMoney, toDecimal } from '../base/money.ts'
import type { RecordRef } from '../contracts/connections.ts'
import type { PaymentEvent, PaymentEventType } from '../contracts/payment-events.ts'

/** What a template of the merchant's can name: `{{amount}}`, `{{metadata.orderNo}}`, … */
export type MappingView = Readonly<Record<string, string | number | Readonly<Record<string, string>>>>

const titles: Readonly<Record<PaymentEventType, string>> = {
  'payment.created': 'Payment begun',
  'payment.authorised': 'Card payment authorised',
  'payment.captured': 'Card payment taken',
  'payment.declined': 'Card payment declined',
  'payment.unknown': 'Card payment: outcome not known yet',
  'payment.cancelled': 'Card payment cancelled',
  'payment.expired': 'Card payment expired',
  'payment.voided': 'Card payment voided',
  'payment.refunded': 'Card payment refunded',
  'payment.operation-pending': 'Refund received by the gateway',
  'payment.operation-unknown': 'Refund: outcome not known yet',
  'payment.operation-failed': 'Refund failed',
}

/** The names of `MappingView`, in the order in which the desk shows them. */
export const viewNames = [
  'title',
  'paymentId',
  'reference',
  'customer',
  'description',
  'amount',
  'amountMinor',
  'amountText',
  'currency',
  'captured',
  'refunded',
  'refundedText',
  'status',
  'brand',
  'last4',
  'authCode',
  'gateway',
  'gatewayRef',
  'declineReason',
  'operationId',
  'operationKind',
  'operationAmount',
  'callId',
  'eventId',
  'eventType',
  'time',
  'date',
  'record',
  'recordKind',
  'metadata',
] as const

export type ViewOf = {
  readonly event: PaymentEvent
  readonly eventId: string
  readonly record: RecordRef | null
}

/** An event in the words of templates. Amounts are decimals without signs, `42.50`; what is not there is empty text. */
export function mappingView({ event, eventId, record }: ViewOf): MappingView {
  const { data, type, timestamp } = event
  const { currency, amountMinor, operation } = data
  const decimal = (minor: number) => toDecimal({ amountMinor: minor, currency })
  return {
    title: titles[type],
    paymentId: data.id,
    reference: data.reference,
    customer: data.customer ?? '',
    description: data.description ?? '',
    amount: decimal(amountMinor),
    amountMinor,
    amountText: formatMoney({ amountMinor, currency }),
    currency,
    captured: decimal(data.capturedMinor),
    refunded: decimal(data.refundedMinor),
    refundedText: formatMoney({ amountMinor: data.refundedMinor, currency }),
    status: data.status,
    brand: data.brand ?? '',
    last4: data.last4 ?? '',
    authCode: data.authCode ?? '',
    gateway: data.gateway,
    gatewayRef: data.gatewayRef ?? '',
    declineReason: data.decline?.reason ?? '',
    operationId: operation?.id ?? '',
    operationKind: operation?.kind ?? '',
    operationAmount: operation ? decimal(operation.amountMinor) : '',
    callId: data.callId,
    eventId,
    eventType: type,
    time: timestamp,
    date: timestamp.slice(0, 10),
    record: record?.id ?? '',
    recordKind: record?.kind ?? '',
    metadata: data.metadata,
  }
}
