import { z } from 'zod'
import { exponentOf } from '../../base/money.ts'
import type { Account } from '../account.ts'
import type { Answer, Dialogue, LookUpRequest, Move } from '../adapter.ts'
import { call, end, parse, refused } from '../reading.ts'
import { Settings } from './settings.ts'

/**
 * An invoice to a customer by its number, with what is left to pay of it and when it is due. One that is paid, or not
 * approved yet, is none that can be paid.
 * Described by Xero's own OpenAPI file (`xero_accounting.yaml`: getInvoice, whose id may be the number).
 */
export const lookUp: Dialogue<LookUpRequest> = { open, next }

function open({ number }: LookUpRequest, account: Account): Move {
  const path = `/api.xro/2.0/Invoices/${encodeURIComponent(number)}`
  const headers = {
    accept: 'application/json',
    'xero-tenant-id': Settings.parse(account.settings).tenantId ?? '',
  }
  return call('invoice', { operation: 'look-up', method: 'GET', path, headers })
}

const Found = z.looseObject({
  Invoices: z.array(
    z.looseObject({
      InvoiceID: z.string(),
      InvoiceNumber: z.string(),
      Type: z.string(),
      Status: z.string(),
      CurrencyCode: z.string(),
      AmountDue: z.number(),
      /** `2026-11-30T00:00:00` */
      DueDateString: z.string().nullish(),
      Contact: z.looseObject({ ContactID: z.string(), Name: z.string().nullish() }),
    }),
  ),
})

function next(_: unknown, answer: Answer): Move {
  if (answer.status === 404) return end({ kind: 'found', records: [] })
  const found = answer.status === 200 ? parse(Found, answer) : undefined
  if (!found) return refused('look-up', answer)
  const open = found.Invoices.filter(
    ({ Type, Status, AmountDue }) => Type === 'ACCREC' && Status === 'AUTHORISED' && AmountDue > 0,
  )
  const records = open.map(
    ({ InvoiceID, InvoiceNumber, CurrencyCode, AmountDue, DueDateString, Contact }) => {
      const dueOn = /^\d{4}-\d{2}-\d{2}/.exec(DueDateString ?? '')?.[0]
      return {
        ...{ kind: 'invoice', id: InvoiceID, label: Contact.Name ?? InvoiceNumber, number: InvoiceNumber },
        owed: { amountMinor: Math.round(AmountDue * 10 ** exponentOf(CurrencyCode)), currency: CurrencyCode },
        customer: Contact.ContactID,
        ...(dueOn === undefined ? {} : { dueOn }),
      }
    },
  )
  return end({ kind: 'found', records })
}
