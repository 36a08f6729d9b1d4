import type { Store } from '../../src/control/store/store.ts'
import type { Offices } from './offices.ts'
import type { OtherOffices } from './other-offices.ts'
import type { TargetVerdict } from './verdict.ts'

/** Titles of the Task, in the order of a payment's life. */
const titles = ['Card payment authorised', 'Card payment taken', 'Card payment refunded']

type Written = {
  readonly id: string
  readonly named: Readonly<Record<string, string>>
  readonly operation: string
}
type Systems = { readonly offices: Offices; readonly others: OtherOffices }

/** Holds what stands in CRMs, in the books and in the merchant's own system against the payments that were written. */
export async function officeVerdicts(store: Store, { offices, others }: Systems): Promise<TargetVerdict[]> {
  const rows = await store.db.selectFrom('payments').select(['id', 'reference', 'metadata']).execute()
  const payments = rows.map(({ id, reference, metadata }) => ({
    id,
    named: JSON.parse(metadata) as Record<string, string>,
    operation: reference.replace('order-', 'op_'),
  }))
  const tasks = offices.crm.list('Task').map(({ fields }) => fields)
  const { hubspot, zendesk, own } = others
  const onContact = hubspot.payments.filter(({ id }) =>
    hubspot.associations.has(`${id}→contacts/${others.contact}`),
  )
  return [
    writtenOver('Salesforce’s API (one Task a payment)', payments, {
      arrived: offices.crm.arrived,
      entries: tasks.map((one) => ({ payment: String(one.Tonewall_Payment__c), says: String(one.Subject) })),
    }),
    writtenOver('HubSpot’s API (one payment record)', payments, {
      arrived: hubspot.arrived,
      entries: onContact.map(({ properties }) => ({
        payment: properties[hubspot.unique] ?? '',
        says: properties.hs_internal_comment ?? '',
      })),
    }),
    addedTo('Zendesk’s API (a comment an event)', {
      due: payments.filter(({ named }) => named.ticket !== undefined).map(({ named }) => named.ticket ?? ''),
      steps: titles,
      entries: [...zendesk.tickets.values()].flatMap(({ id, comments }) =>
        comments.map(({ body }) => ({ of: `ticket:${id}`, says: body })),
      ),
      repeated: 0,
    }),
    addedTo('an own system (an entry an event)', {
      due: payments.map(({ id }) => id),
      steps: ['payment.captured', 'payment.refunded'],
      entries: [...own.entries.values()].map(({ payment, type }) => ({
        of: String(payment),
        says: String(type),
      })),
      repeated: own.repeated,
    }),
    booksVerdict(offices, payments),
  ]
}

type WrittenOver = {
  /** Every change, in the order of arrival. */
  readonly arrived: readonly { readonly payment: string; readonly subject: string }[]
  /** What stands there in the end. */
  readonly entries: readonly { readonly payment: string; readonly says: string }[]
}

/** One entry for each payment, which each event writes over: every event has been there, none after a later one. */
function writtenOver(
  target: string,
  payments: readonly Written[],
  { arrived, entries }: WrittenOver,
): TargetVerdict {
  const furthest = new Map<string, number>()
  const seen = new Set<string>()
  let outOfOrder = 0
  for (const { payment, subject } of arrived) {
    const at = titles.findIndex((title) => subject.startsWith(title))
    const before = furthest.get(payment) ?? -1
    if (at < before) outOfOrder++
    furthest.set(payment, Math.max(at, before))
    seen.add(`${payment} ${at}`)
  }
  const last = new Map(entries.map(({ payment, says }) => [payment, says]))
  const isLast = (id: string) => last.get(id)?.startsWith(titles.at(-1) ?? '') === true
  const due = payments.length * titles.length
  return {
    ...{ target, due, outOfOrder, unclear: 0 },
    missing: due - seen.size + payments.filter(({ id }) => !isLast(id)).length,
    twice: entries.length - last.size,
    repeated: arrived.length - seen.size,
  }
}

type AddedTo = {
  /** What the entries are of: payments, or tickets with one payment each. */
  readonly due: readonly string[]
  /** What an entry begins with, in the order of a payment's life. */
  readonly steps: readonly string[]
  /** In the order in which they stand there. */
  readonly entries: readonly { readonly of: string; readonly says: string }[]
  readonly repeated: number
}

/** An entry for each event, beside those before it. */
function addedTo(target: string, { due, steps, entries, repeated }: AddedTo): TargetVerdict {
  let [missing, twice, outOfOrder] = [0, 0, 0]
  for (const of of due) {
    const there = entries.filter((entry) => entry.of === of)
    const places = steps.map((step) => there.flatMap(({ says }, n) => (says.startsWith(step) ? [n] : [])))
    missing += places.filter(({ length }) => length === 0).length
    twice += places.filter(({ length }) => length > 1).length
    const firsts = places.flatMap(([first]) => (first === undefined ? [] : [first]))
    outOfOrder += firsts.filter((place, n) => place < (firsts[n - 1] ?? -1)).length
  }
  return { target, due: due.length * steps.length, missing, twice, outOfOrder, repeated, unclear: 0 }
}

/** A payment on its invoice, and a credit note that was paid out, for each payment that has an invoice. */
function booksVerdict({ books }: Offices, payments: readonly Written[]): TargetVerdict {
  const due = payments.filter(({ named }) => named.invoice !== undefined)
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
