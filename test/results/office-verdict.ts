import type { Store } from '../../src/control/store/store.ts'
import type { Offices } from './offices.ts'
import type { TargetVerdict } from './verdict.ts'

/** Titles of the Task, in the order of a payment's life. */
const titles = ['Card payment authorised', 'Card payment taken', 'Card payment refunded']

type Written = { readonly id: string; readonly invoice: string | undefined; readonly operation: string }

/** Holds what stands in the CRM and in the books against the payments that were written. */
export async function officeVerdicts(store: Store, offices: Offices): Promise<TargetVerdict[]> {
  const rows = await store.db.selectFrom('payments').select(['id', 'reference', 'metadata']).execute()
  const payments = rows.map(({ id, reference, metadata }) => ({
    id,
    invoice: (JSON.parse(metadata) as Record<string, string>).invoice,
    operation: reference.replace('order-', 'op_'),
  }))
  return [crmVerdict(offices, payments), booksVerdict(offices, payments)]
}

/** One Task for each payment, which each event writes over: every event has been there, none after a later one. */
function crmVerdict({ crm }: Offices, payments: readonly Written[]): TargetVerdict {
  const furthest = new Map<string, number>()
  const seen = new Set<string>()
  let outOfOrder = 0
  for (const { payment, subject } of crm.arrived) {
    const at = titles.findIndex((title) => subject.startsWith(title))
    const before = furthest.get(payment) ?? -1
    if (at < before) outOfOrder++
    furthest.set(payment, Math.max(at, before))
    seen.add(`${payment} ${at}`)
  }
  const tasks = crm.list('Task').map(({ fields }) => fields)
  const isLast = (id: string) =>
    tasks.some((one) => one.Tonewall_Payment__c === id && String(one.Subject).startsWith(titles.at(-1) ?? ''))
  const due = payments.length * titles.length
  return {
    ...{ target: 'Salesforce’s API (one Task a payment)', due, outOfOrder, unclear: 0 },
    missing: due - seen.size + payments.filter(({ id }) => !isLast(id)).length,
    twice: tasks.length - new Set(tasks.map((one) => one.Tonewall_Payment__c)).size,
    repeated: crm.arrived.length - seen.size,
  }
}

/** A payment on its invoice, and a credit note that was paid out, for each payment that has an invoice. */
function booksVerdict({ books }: Offices, payments: readonly Written[]): TargetVerdict {
  const due = payments.filter(({ invoice }) => invoice !== undefined)
  let missing = 0
  let outOfOrder = 0
  for (const { id, operation } of due) {
    const sale = books.payments.findIndex((one) => one.Reference === id && one.Invoice !== undefined)
    const note = books.creditNotes.find(({ CreditNoteNumber }) => CreditNoteNumber === `TW-${operation}`)
    const refund = books.payments.findIndex(
      ({ CreditNote }) => CreditNote?.CreditNoteID === note?.CreditNoteID && note,
    )
    missing += (sale === -1 ? 1 : 0) + (refund === -1 || note?.Status !== 'PAID' ? 1 : 0)
    if (refund !== -1 && refund < sale) outOfOrder++
  }
  const standing = books.payments.filter(({ Status }) => Status === 'AUTHORISED')
  return {
    ...{ target: 'Xero’s API (payment, credit note)', due: due.length * 2, missing, outOfOrder, unclear: 0 },
    twice: standing.length - (due.length * 2 - missing) + books.creditNotes.length - due.length,
    repeated: 0,
  }
}
