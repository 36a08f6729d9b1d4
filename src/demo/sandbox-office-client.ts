import { z } from 'zod'

const Crm = z.looseObject({
  contacts: z.array(z.looseObject({ id: z.string(), fields: z.looseObject({ Name: z.string() }) })),
  tasks: z.array(
    z.looseObject({
      fields: z.looseObject({
        Subject: z.string(),
        WhoId: z.string().nullish(),
        Tonewall_Payment__c: z.string(),
      }),
    }),
  ),
})
const Books = z.looseObject({
  payments: z.array(
    z.looseObject({
      Reference: z.string(),
      Amount: z.number(),
      Status: z.string(),
      Invoice: z.looseObject({ InvoiceNumber: z.string() }).optional(),
    }),
  ),
})

/** What the CRM has of a payment: on whose record, and in which words. */
export type CrmEntry = { readonly contact: string; readonly subject: string }
export type BooksEntry = { readonly invoice: string; readonly amount: number }

/** The sandbox merchant's CRM and books, as their owner looks at them. */
export class SandboxOfficeClient {
  readonly #options: { readonly origin: string; readonly operatorKey: string }

  constructor(options: { readonly origin: string; readonly operatorKey: string }) {
    this.#options = options
  }

  async crmEntries(paymentId: string): Promise<CrmEntry[]> {
    const { contacts, tasks } = Crm.parse(await this.#look('crm'))
    return tasks
      .filter(({ fields }) => fields.Tonewall_Payment__c === paymentId)
      .map(({ fields }) => ({
        contact: contacts.find(({ id }) => id === fields.WhoId)?.fields.Name ?? 'nobody',
        subject: fields.Subject,
      }))
  }

  async booksEntries(paymentId: string): Promise<BooksEntry[]> {
    const { payments } = Books.parse(await this.#look('books'))
    return payments
      .filter(({ Reference, Status }) => Reference === paymentId && Status === 'AUTHORISED')
      .map(({ Invoice, Amount }) => ({ invoice: Invoice?.InvoiceNumber ?? 'none', amount: Amount }))
  }

  async #look(what: 'crm' | 'books'): Promise<unknown> {
    const { origin, operatorKey } = this.#options
    const answer = await fetch(`${origin}/office/${what}`, {
      headers: { authorization: `Bearer ${operatorKey}` },
    })
    if (!answer.ok) throw new Error(`sandbox office: ${what} answered ${answer.status}`)
    return answer.json()
  }
}
