import { z } from 'zod'

/** What CyberSource's REST API answers, as far as we read it; objects are open for what it adds one day. */
const Id = z.string().regex(/^[A-Za-z0-9]{1,64}$/)
const Word = z.string().regex(/^[A-Za-z0-9_]{1,64}$/)
/** Decimal, as text: `10.50`. */
const Amount = z.string().regex(/^\d{1,12}(\.\d{1,3})?$/)
const Currency = z.string().regex(/^[A-Z]{3}$/)

const reference = z.object({ code: z.string() })

export const Payment = z.object({
  id: Id,
  status: Word,
  clientReferenceInformation: reference,
  errorInformation: z.object({ reason: Word.nullish() }).nullish(),
  orderInformation: z
    .object({
      amountDetails: z.object({
        authorizedAmount: Amount.nullish(),
        totalAmount: Amount.nullish(),
        currency: Currency,
      }),
    })
    .nullish(),
  processorInformation: z
    .object({ approvalCode: z.string().max(32).nullish(), networkTransactionId: z.string().nullish() })
    .nullish(),
  tokenInformation: z
    .object({ paymentInstrument: z.object({ id: Id }).nullish(), customer: z.object({ id: Id }).nullish() })
    .nullish(),
})
export type Payment = z.output<typeof Payment>

/** Captures and refunds are `PENDING` until the next batch; reversals and voids are done at once. */
export const FollowUp = z.object({
  id: Id,
  status: z.enum(['PENDING', 'TRANSMITTED', 'REVERSED', 'VOIDED', 'CANCELLED']),
  clientReferenceInformation: reference,
})

/** A request that was refused before anything was done. */
export const Invalid = z.object({ status: z.literal('INVALID_REQUEST'), reason: Word })

const Application = z.object({
  name: z.string(),
  /** 1: it went through. */
  rCode: z.string().nullish(),
  reasonCode: Word.nullish(),
})

const Summary = z.object({
  id: Id,
  clientReferenceInformation: reference,
  orderInformation: z.object({ amountDetails: z.object({ totalAmount: Amount, currency: Currency }) }),
  applicationInformation: z.object({ applications: z.array(Application).max(50) }),
  processorInformation: z.object({ approvalCode: z.string().max(32).nullish() }).nullish(),
})
export type Summary = z.output<typeof Summary>

export const Found = z.object({
  totalCount: z.number().int().nonnegative(),
  _embedded: z.object({ transactionSummaries: z.array(Summary).max(100) }).nullish(),
})

/** A capture, void, reversal or refund as it is found later. `PENDING` until the batch that it goes with was sent. */
export const FollowUpFound = z.object({
  id: Id,
  clientReferenceInformation: reference,
  applicationInformation: z.object({
    status: Word.nullish(),
    applications: Summary.shape.applicationInformation.shape.applications,
  }),
})
export type FollowUpFound = z.output<typeof FollowUpFound>

/** One transaction, for the amount that a reversal has to name. */
export const Transaction = z.object({
  id: Id,
  orderInformation: Summary.shape.orderInformation,
  applicationInformation: Summary.shape.applicationInformation,
})

/** Around an encrypted notification; by which name is not documented, so any member that is a JSON Web Encryption counts. */
export const Envelope = z.record(z.string(), z.unknown())

const Link = z.object({}).nullish()

/** What an event is about: the answer to the request that it was made by, again. */
const Told = z.object({
  id: Id,
  status: Word.nullish(),
  clientReferenceInformation: reference.nullish(),
  orderInformation: Payment.shape.orderInformation,
  _links: z.object({ capture: Link, void: Link, refund: Link }).nullish(),
})
export type Told = z.output<typeof Told>

/** The resource stands alone or in a list, by itself or as `data`. */
const Payload = z.union([z.object({ data: Told }).transform(({ data }) => data), Told])

export const Notification = z.object({
  eventType: z.string().regex(/^[A-Za-z0-9.]{1,64}$/),
  payload: z.union([z.array(Payload).min(1).max(100), Payload.transform((one) => [one])]),
})

const Settled = z.object({
  requestId: Id,
  transactionType: Word,
  amount: Amount,
  currencyCode: Currency,
  /** ISO 8601. */
  submissionTime: z.string().refine((text) => !Number.isNaN(Date.parse(text))),
})
export type Settled = z.output<typeof Settled>

/** One page of the report: lists about the same requests, side by side. */
export const PurchasesAndRefunds = z.object({
  offset: z
    .number()
    .int()
    .nonnegative()
    .nullish()
    .transform((value) => value ?? undefined),
  limit: z
    .number()
    .int()
    .positive()
    .nullish()
    .transform((value) => value ?? undefined),
  pageResults: z
    .number()
    .int()
    .nonnegative()
    .nullish()
    .transform((value) => value ?? undefined),
  requestDetails: z
    .array(z.object({ requestId: Id, merchantReferenceNumber: z.string().nullish() }))
    .nullish(),
  settlements: z.array(Settled).nullish(),
  feeAndFundingDetails: z
    .array(
      z.object({
        requestId: Id,
        totalFee: Amount.nullish().catch(undefined),
        feeCurrency: z.string().nullish(),
      }),
    )
    .nullish(),
})
export type PurchasesAndRefunds = z.output<typeof PurchasesAndRefunds>
