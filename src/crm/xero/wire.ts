import { z } from 'zod'

/** What is read of Xero's answers; the rest is left alone. */
export const Invoices = z.looseObject({
  Invoices: z.array(
    z.looseObject({
      InvoiceID: z.string(),
      Type: z.string(),
      Status: z.string(),
      CurrencyCode: z.string(),
      Contact: z.looseObject({ ContactID: z.string() }),
    }),
  ),
})

export const Payments = z.looseObject({
  Payments: z.array(
    z.looseObject({
      PaymentID: z.string(),
      Status: z.string().optional(),
      Invoice: z.looseObject({ InvoiceID: z.string().optional() }).optional(),
    }),
  ),
})

export const CreditNotes = z.looseObject({
  CreditNotes: z.array(
    z.looseObject({
      CreditNoteID: z.string(),
      Status: z.string(),
      RemainingCredit: z.number().optional(),
    }),
  ),
})
