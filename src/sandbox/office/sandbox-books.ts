import { randomUUID } from 'node:crypto'
import type { OfficeDesk } from './office-server.ts'
import type { OfficeTokens } from './office-tokens.ts'
import type { OfficeAnswer, OfficeRequest } from './office-wire.ts'
import type { RequestCounter } from './request-counter.ts'

export type Invoice = {
  readonly InvoiceID: string
  readonly InvoiceNumber: string
  readonly Type: 'ACCREC'
  Status: string
  readonly CurrencyCode: string
  readonly Contact: { readonly ContactID: string; readonly Name: string }
  readonly DueDateString?: string
  readonly Total: number
  AmountDue: number
}
export type BookedPayment = {
  readonly PaymentID: string
  Status: 'AUTHORISED' | 'DELETED'
  readonly Amount: number
  readonly Date: string
  readonly Reference: string
  readonly Invoice?: { readonly InvoiceID: string; readonly InvoiceNumber: string }
  readonly CreditNote?: { readonly CreditNoteID: string }
}
export type CreditNote = {
  readonly CreditNoteID: string
  readonly CreditNoteNumber: string
  Status: string
  readonly Total: number
  RemainingCredit: number
  readonly Reference: string
}

const base = '/api.xro/2.0/'
const invalid: OfficeAnswer = { status: 400, body: { Type: 'ValidationException' } }
const absent: OfficeAnswer = { status: 404 }

/**
 * Small books that answer as Xero's accounting API does where we use it: a payment is never more than what is due, a
 * credit note's number is there once, an idempotency key gets its first answer again, all of one organisation.
 * Public description: the OpenAPI file of Xero's accounting API (test/crm/xero.test.ts holds requests to it).
 */
export class SandboxBooks implements OfficeDesk {
  readonly tokens: OfficeTokens
  readonly counter: RequestCounter
  readonly tenantId = '7d0b4fb4-5f30-4e6a-9a28-1f1f4d9a2c11'
  readonly invoices: Invoice[] = []
  readonly payments: BookedPayment[] = []
  readonly creditNotes: CreditNote[] = []
  readonly #answered = new Map<string, OfficeAnswer>()

  constructor(tokens: OfficeTokens, counter: RequestCounter) {
    this.tokens = tokens
    this.counter = counter
  }

  owns(pathname: string): boolean {
    return pathname.startsWith(base) || pathname === '/connections'
  }

  /** Xero's limits are those of an organisation; which organisations there are belongs to none. */
  counts(pathname: string): boolean {
    return pathname.startsWith(base)
  }

  addInvoice(InvoiceNumber: string, amount: number, CurrencyCode = 'GBP'): Invoice {
    const invoice: Invoice = {
      ...{ InvoiceID: randomUUID(), InvoiceNumber, Type: 'ACCREC', Status: 'AUTHORISED', CurrencyCode },
      ...{ Contact: { ContactID: randomUUID(), Name: 'Sandbox Customer' }, Total: amount, AmountDue: amount },
    }
    this.invoices.push(invoice)
    return invoice
  }

  answer(request: OfficeRequest): OfficeAnswer {
    const { url, headers, method } = request
    if (url.pathname === '/connections')
      return {
        status: 200,
        body: [{ tenantId: this.tenantId, tenantType: 'ORGANISATION', tenantName: 'Sandbox Stores' }],
      }
    if (headers['xero-tenant-id'] !== this.tenantId) return { status: 403 }
    const key = headers['idempotency-key']
    const kept = typeof key === 'string' ? this.#answered.get(`${method} ${key}`) : undefined
    if (kept) return kept
    const answer = this.#route(request, url.pathname.slice(base.length).split('/').map(decodeURIComponent))
    if (typeof key === 'string' && answer.status < 300) this.#answered.set(`${method} ${key}`, answer)
    return answer
  }

  #route({ method, url, body }: OfficeRequest, [collection, id, rest]: string[]): OfficeAnswer {
    switch (
      `${method} ${collection}${id === undefined ? '' : '/:id'}${rest === undefined ? '' : `/${rest}`}`
    ) {
      case 'GET Invoices/:id': {
        const found = this.invoices.find((one) => one.InvoiceID === id || one.InvoiceNumber === id)
        return found ? { status: 200, body: { Invoices: [found] } } : absent
      }
      case 'GET Payments': {
        const reference = /^Reference=="(.*)"$/.exec(url.searchParams.get('where') ?? '')?.[1]
        return { status: 200, body: { Payments: this.payments.filter((one) => one.Reference === reference) } }
      }
      case 'PUT Payments':
        return this.#pay((body as { Payments: [PaymentOrder] }).Payments[0])
      case 'POST Payments/:id':
        return this.#takeAway(id)
      case 'GET CreditNotes/:id': {
        const found = this.creditNotes.find((one) => one.CreditNoteID === id || one.CreditNoteNumber === id)
        return found ? { status: 200, body: { CreditNotes: [found] } } : absent
      }
      case 'PUT CreditNotes':
        return this.#credit((body as { CreditNotes: [CreditOrder] }).CreditNotes[0])
      case 'PUT CreditNotes/:id/Allocations':
        return this.#allocate(id, (body as { Allocations: [AllocationOrder] }).Allocations[0])
      default:
        return absent
    }
  }

  #pay(order: PaymentOrder): OfficeAnswer {
    const { Amount, Date: date, Reference } = order
    const paid = { PaymentID: randomUUID(), Status: 'AUTHORISED' as const, Amount, Date: date, Reference }
    if ('CreditNote' in order) {
      const note = this.creditNotes.find(({ CreditNoteID }) => CreditNoteID === order.CreditNote.CreditNoteID)
      if (!note || Amount > note.RemainingCredit) return invalid
      this.#spend(note, Amount)
      const payment = { ...paid, CreditNote: { CreditNoteID: note.CreditNoteID } }
      this.payments.push(payment)
      return { status: 200, body: { Payments: [payment] } }
    }
    const invoice = this.invoices.find(({ InvoiceID }) => InvoiceID === order.Invoice.InvoiceID)
    if (invoice?.Status !== 'AUTHORISED' || Amount > invoice.AmountDue) return invalid
    this.#owe(invoice, -Amount)
    const { InvoiceID, InvoiceNumber } = invoice
    const payment = { ...paid, Invoice: { InvoiceID, InvoiceNumber } }
    this.payments.push(payment)
    return { status: 200, body: { Payments: [payment] } }
  }

  #takeAway(id: string | undefined): OfficeAnswer {
    const payment = this.payments.find(({ PaymentID }) => PaymentID === id)
    if (!payment || payment.Status === 'DELETED') return invalid
    payment.Status = 'DELETED'
    const invoice = this.invoices.find(({ InvoiceID }) => InvoiceID === payment.Invoice?.InvoiceID)
    if (invoice) this.#owe(invoice, payment.Amount)
    return { status: 200, body: { Payments: [payment] } }
  }

  #credit({ CreditNoteNumber, Reference, LineItems }: CreditOrder): OfficeAnswer {
    if (this.creditNotes.some((one) => one.CreditNoteNumber === CreditNoteNumber)) return invalid
    const Total = LineItems.reduce((sum, { Quantity, UnitAmount }) => sum + Quantity * UnitAmount, 0)
    const note: CreditNote = {
      ...{ CreditNoteID: randomUUID(), CreditNoteNumber, Status: 'AUTHORISED', Total },
      ...{ RemainingCredit: Total, Reference },
    }
    this.creditNotes.push(note)
    return { status: 200, body: { CreditNotes: [note] } }
  }

  #allocate(id: string | undefined, { Amount, Invoice }: AllocationOrder): OfficeAnswer {
    const note = this.creditNotes.find(({ CreditNoteID }) => CreditNoteID === id)
    const invoice = this.invoices.find(({ InvoiceID }) => InvoiceID === Invoice.InvoiceID)
    if (!note || !invoice || Amount > note.RemainingCredit || Amount > invoice.AmountDue) return invalid
    this.#spend(note, Amount)
    this.#owe(invoice, -Amount)
    return { status: 200, body: { Allocations: [{ Amount, Invoice }] } }
  }

  #spend(note: CreditNote, amount: number): void {
    note.RemainingCredit = round(note.RemainingCredit - amount)
    if (note.RemainingCredit === 0) note.Status = 'PAID'
  }

  #owe(invoice: Invoice, amount: number): void {
    invoice.AmountDue = round(invoice.AmountDue + amount)
    invoice.Status = invoice.AmountDue === 0 ? 'PAID' : 'AUTHORISED'
  }
}

type PaymentOrder = { readonly Amount: number; readonly Date: string; readonly Reference: string } & (
  | { readonly Invoice: { readonly InvoiceID: string } }
  | { readonly CreditNote: { readonly CreditNoteID: string } }
)
type CreditOrder = {
  readonly CreditNoteNumber: string
  readonly Reference: string
  readonly LineItems: readonly { readonly Quantity: number; readonly UnitAmount: number }[]
}
type AllocationOrder = { readonly Amount: number; readonly Invoice: { readonly InvoiceID: string } }

const round = (amount: number) => Math.round(amount * 100) / 100
