import { toDecimal } from '../../base/money.ts'
import type { Call } from '../adapter.ts'
import { applyMapping } from '../mapping.ts'
import { mappingView } from '../mapping-view.ts'
import { Settings } from './settings.ts'
import type { Turn } from './turn.ts'

const base = '/api.xro/2.0'

function headers({ account }: Turn, idempotencyKey?: string): Record<string, string> {
  return {
    accept: 'application/json',
    'xero-tenant-id': Settings.parse(account.settings).tenantId ?? '',
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  }
}

/** An invoice is found by its id and by its number alike. */
export function invoice(turn: Turn): Call {
  const path = `${base}/Invoices/${encodeURIComponent(turn.request.record.id)}`
  return { operation: 'invoice', method: 'GET', path, headers: headers(turn) }
}

/** Every payment that ever had our reference, on whichever invoice. */
export function payments(turn: Turn): Call {
  const where = encodeURIComponent(`Reference=="${turn.request.event.data.id}"`)
  return {
    operation: 'payments',
    method: 'GET',
    path: `${base}/Payments?where=${where}`,
    headers: headers(turn),
  }
}

export function pay(turn: Turn, invoiceId: string): Call {
  const { id, capturedMinor, currency } = turn.request.event.data
  const payment = {
    Invoice: { InvoiceID: invoiceId },
    Account: { Code: Settings.parse(turn.account.settings).accountCode },
    Date: dateOf(turn),
    Amount: decimal(capturedMinor, currency),
    Reference: id,
  }
  return {
    ...{ operation: 'pay', method: 'PUT', path: `${base}/Payments` },
    headers: headers(turn, `${id}-${invoiceId}`),
    body: { Payments: [payment] },
  } as const
}

export function deletePayment(turn: Turn, paymentId: string): Call {
  return {
    ...{ operation: 'delete', method: 'POST', path: `${base}/Payments/${encodeURIComponent(paymentId)}` },
    headers: headers(turn, `delete-${paymentId}`),
    body: { Status: 'DELETED' },
  } as const
}

/** Our operation's id is the number: one credit note for each refund. */
const numberOf = ({ request }: Turn) => `TW-${request.event.data.operation?.id ?? ''}`

export function creditNote(turn: Turn): Call {
  const path = `${base}/CreditNotes/${encodeURIComponent(numberOf(turn))}`
  return { operation: 'credit-note', method: 'GET', path, headers: headers(turn) }
}

export function credit(turn: Turn, contactId: string): Call {
  const { event, mapping } = turn.request
  const { currency, operation, reference } = event.data
  const settings = Settings.parse(turn.account.settings)
  const { values } = applyMapping(mapping, mappingView(turn.request))
  const line = {
    Description: String(values.Description ?? `Refund of ${reference}`),
    Quantity: 1,
    UnitAmount: decimal(operation?.amountMinor ?? 0, currency),
    AccountCode: settings.refundAccountCode,
    ...(settings.taxType === undefined ? {} : { TaxType: settings.taxType }),
  }
  const note = {
    Type: 'ACCRECCREDIT',
    Status: 'AUTHORISED',
    Contact: { ContactID: contactId },
    Date: dateOf(turn),
    CurrencyCode: currency,
    CreditNoteNumber: numberOf(turn),
    Reference: event.data.id,
    LineAmountTypes: settings.lineAmountTypes,
    LineItems: [line],
  }
  return {
    ...{ operation: 'credit', method: 'PUT', path: `${base}/CreditNotes` },
    headers: headers(turn, `credit-${operation?.id}`),
    body: { CreditNotes: [note] },
  } as const
}

/** The credit is paid out, or taken off what is due. */
export function settle(turn: Turn, creditNoteId: string, invoiceId: string): Call {
  const { operation, currency } = turn.request.event.data
  const settings = Settings.parse(turn.account.settings)
  const amount = { Date: dateOf(turn), Amount: decimal(operation?.amountMinor ?? 0, currency) }
  const put = {
    operation: 'settle',
    method: 'PUT',
    headers: headers(turn, `settle-${operation?.id}`),
  } as const
  if (settings.refundAs === 'allocate') {
    const allocation = { Invoice: { InvoiceID: invoiceId }, ...amount }
    return {
      ...put,
      path: `${base}/CreditNotes/${creditNoteId}/Allocations`,
      body: { Allocations: [allocation] },
    }
  }
  const payment = {
    CreditNote: { CreditNoteID: creditNoteId },
    Account: { Code: settings.accountCode },
    Reference: operation?.id ?? '',
    ...amount,
  }
  return { ...put, path: `${base}/Payments`, body: { Payments: [payment] } }
}

const dateOf = ({ request }: Turn) => request.event.timestamp.slice(0, 10)

/** Xero's amounts are JSON numbers: of at most nine digits, they are exact. */
const decimal = (amountMinor: number, currency: string) => Number(toDecimal({ amountMinor, currency }))
