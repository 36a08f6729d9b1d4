import type { Account } from '../account.ts'
import type { Answer, Move, State, WriteRequest } from '../adapter.ts'
import { call, end, giveUp, parse, recordGone, refused } from '../reading.ts'
import * as requests from './requests.ts'
import type { Turn } from './turn.ts'
import { CreditNotes, Invoices, Payments } from './wire.ts'

/**
 * Everything is looked for by our own reference before it is written, because an idempotency key is only remembered
 * for a while: a payment by its Reference, a credit note by its number.
 *
 *   sale    invoice ──▶ payments ──there──▶ done
 *                          ├─on another invoice──▶ delete ──▶ pay ──▶ done      (the payment moves)
 *                          └─▶ pay ──▶ done
 *   refund  invoice ──▶ credit note ──404──▶ credit ──▶ settle ──▶ done
 *                          └─there, and settled──▶ done
 *   void    invoice ──▶ payments ──▶ delete ──▶ done
 */
export type Errand = 'sale' | 'refund' | 'void'

export function openInvoice(request: WriteRequest, account: Account, errand: Errand): Move {
  return call('invoice', requests.invoice({ request, account }), { errand })
}

export function readStep(state: State, answer: Answer, turn: Turn): Move {
  switch (state.at) {
    case 'invoice':
      return readInvoice(state, answer, turn)
    case 'payments':
      return readPayments(state, answer, turn)
    case 'delete':
      return readDeleted(state, answer, turn)
    case 'pay':
      return readPaid(state, answer, turn)
    case 'credit-note':
    case 'credit':
      return readCredit(state, answer, turn)
    case 'settle':
      return answer.status === 200 ? done(turn, state) : refused('settle', answer)
    default:
      throw new Error('a state that this adapter did not write')
  }
}

function readInvoice(state: State, answer: Answer, turn: Turn): Move {
  if (answer.status === 404) return recordGone
  const invoice = answer.status === 200 ? parse(Invoices, answer)?.Invoices[0] : undefined
  if (!invoice) return refused('invoice', answer)
  const { Status, Type, CurrencyCode, InvoiceID } = invoice
  if (Type !== 'ACCREC') return giveUp('invoice: it is a bill, not an invoice to a customer')
  if (Status === 'DELETED' || Status === 'VOIDED') return recordGone
  if (Status === 'DRAFT' || Status === 'SUBMITTED') return giveUp('invoice: it is not approved yet')
  if (CurrencyCode !== turn.request.event.data.currency)
    return giveUp('invoice: its currency is not that of the payment')
  const data = { ...state.data, invoiceId: InvoiceID, contactId: invoice.Contact.ContactID }
  return state.data.errand === 'refund'
    ? call('credit-note', requests.creditNote(turn), data)
    : call('payments', requests.payments(turn), data)
}

function readPayments({ data }: State, answer: Answer, turn: Turn): Move {
  const found = answer.status === 200 ? parse(Payments, answer)?.Payments : undefined
  if (!found) return refused('payments', answer)
  const standing = found.find(({ Status }) => Status !== 'DELETED')
  if (data.errand === 'void')
    return standing
      ? call('delete', requests.deletePayment(turn, standing.PaymentID), data)
      : done(turn, { at: '', data: {} })
  if (!standing) return call('pay', requests.pay(turn, String(data.invoiceId)), data)
  const here = standing.Invoice?.InvoiceID === data.invoiceId
  return here
    ? done(turn, { at: '', data: { paymentId: standing.PaymentID } })
    : call('delete', requests.deletePayment(turn, standing.PaymentID), data)
}

function readDeleted({ data }: State, answer: Answer, turn: Turn): Move {
  // Reconciled payments cannot be taken away by anybody but a person.
  if (answer.status === 400) return giveUp('payment: it cannot be taken away; is it reconciled?')
  if (answer.status >= 300) return refused('delete', answer)
  return data.errand === 'void'
    ? done(turn, { at: '', data: {} })
    : call('pay', requests.pay(turn, String(data.invoiceId)), data)
}

function readPaid(state: State, answer: Answer, turn: Turn): Move {
  const payment = answer.status === 200 ? parse(Payments, answer)?.Payments[0] : undefined
  if (payment) return done(turn, { at: '', data: { paymentId: payment.PaymentID } })
  if (answer.status === 400) return giveUp(`${state.at}: not valid in Xero; is the amount more than is due?`)
  return refused(state.at, answer)
}

function readCredit({ at, data }: State, answer: Answer, turn: Turn): Move {
  if (at === 'credit-note' && answer.status === 404)
    return call('credit', requests.credit(turn, String(data.contactId)), data)
  const note = answer.status === 200 ? parse(CreditNotes, answer)?.CreditNotes[0] : undefined
  if (!note)
    return answer.status === 400 ? giveUp('credit: not valid in Xero; see the accounts') : refused(at, answer)
  const kept = { ...data, creditNoteId: note.CreditNoteID }
  if (note.RemainingCredit === 0 || note.Status === 'PAID') return done(turn, { at: '', data: kept })
  return call('settle', requests.settle(turn, note.CreditNoteID, String(data.invoiceId)), kept)
}

function done({ request }: Turn, { data }: State): Move {
  const refs = { ...request.written?.refs }
  if (data.paymentId !== undefined) refs.paymentId = String(data.paymentId)
  const operation = request.event.data.operation
  if (data.creditNoteId !== undefined && operation) refs[operation.id] = String(data.creditNoteId)
  return end({ kind: 'done', written: { record: request.record, refs } })
}
