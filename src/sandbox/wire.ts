import { z } from 'zod'
import { AmountMinor, Currency } from '../base/money.ts'

/** The sandbox gateway's HTTP API. Amounts are integers of minor units; times are ISO 8601 in UTC. */

const Reference = z.string().min(1).max(64)

/** Month and year may come as a number or as digits: the card process fills bytes, not numbers. */
const Digits = (from: number, to: number) =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,4}$/)
        .transform(Number),
    ])
    .pipe(z.number().int().min(from).max(to))

/** The one place where this process reads a card; nothing of it is kept but brand, last four and expiry. */
export const CardInput = z.strictObject({
  number: z.string().regex(/^\d{12,19}$/),
  expiryMonth: Digits(1, 12),
  expiryYear: Digits(2000, 2199),
  csc: z.string().regex(/^\d{3,4}$/),
  postcode: z.string().max(16).optional(),
})
export type CardInput = z.output<typeof CardInput>

export const TokenBody = z.strictObject({ card: CardInput })

export const AuthorisationBody = z
  .strictObject({
    amount: AmountMinor,
    currency: Currency,
    /** The caller's handle for the attempt: echoed, and what `GET /v1/authorisations` looks for. Not made unique here. */
    ourReference: Reference,
    merchantReference: Reference,
    description: z.string().max(200).optional(),
    /** True takes the money with the authorisation; false only reserves it. */
    capture: z.boolean(),
    /** Declared as a mail or telephone order. */
    moto: z.boolean().optional(),
    /** Keep the card: the answer then names its token. */
    keep: z.boolean().default(false),
    /** Who pays with a kept card: its holder, or the merchant without them. */
    initiator: z.enum(['customer', 'merchant']).optional(),
    /** The card scheme's id of the payment at which the card was kept: wanted when the merchant pays with it. */
    networkRef: z.string().max(64).optional(),
    /** Of a kept card, when its holder has keyed it again. */
    csc: z
      .string()
      .regex(/^\d{3,4}$/)
      .optional(),
    card: CardInput.optional(),
    token: z
      .string()
      .regex(/^tok_[0-9a-z]{20}$/)
      .optional(),
  })
  .refine(({ card, token }) => (card === undefined) !== (token === undefined), 'either a card or a token')
  .refine(({ initiator, networkRef }) => initiator !== 'merchant' || networkRef !== undefined, {
    path: ['networkRef'],
    message: 'of the first payment',
  })
export type AuthorisationBody = z.output<typeof AuthorisationBody>

/** The one place where this process reads an account; nothing of it is kept but the last digits. */
const AccountInput = z
  .strictObject({
    holder: z.string().min(1).max(140),
    sortCode: z
      .string()
      .regex(/^\d{6}$/)
      .optional(),
    routingNumber: z
      .string()
      .regex(/^\d{9}$/)
      .optional(),
    accountNumber: z.string().regex(/^\d{4,17}$/),
  })
  .refine(
    ({ sortCode, routingNumber }) => (sortCode === undefined) !== (routingNumber === undefined),
    'either a sort code or a routing number',
  )
export type AccountInput = z.output<typeof AccountInput>

/** A debit of a bank account: received at once, and carried out, or refused by the bank, a little later. */
export const DebitBody = z.strictObject({
  amount: AmountMinor,
  currency: Currency,
  ourReference: Reference,
  merchantReference: Reference,
  description: z.string().max(200).optional(),
  account: AccountInput,
  /** How and when the account's holder agreed. */
  mandate: z.strictObject({ consent: z.enum(['spoken', 'keyed', 'written']), acceptedAt: z.iso.datetime() }),
})
export type DebitBody = z.output<typeof DebitBody>

export const LinkBody = z.strictObject({
  amount: AmountMinor,
  currency: Currency,
  ourReference: Reference,
  merchantReference: Reference,
  description: z.string().max(200).optional(),
  capture: z.boolean(),
  expiresAt: z.iso.datetime(),
  /** Whose page may frame the fields: the answer then has an `embedUrl`. */
  embedOrigin: z
    .string()
    .regex(/^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/)
    .optional(),
})
export type LinkBody = z.output<typeof LinkBody>

/** What the hosted page's form sends; a card as a person writes it. */
export const PayForm = z.strictObject({
  number: z
    .string()
    .transform((text) => text.replace(/[ -]/g, ''))
    .pipe(z.string().regex(/^\d{12,19}$/)),
  expiry: z.string().regex(/^\s*\d{2}\s*\/?\s*\d{2}\s*$/),
  csc: z.string().regex(/^\d{3,4}$/),
})

/** Capture and refund. */
export const MoneyBody = z.strictObject({ amount: AmountMinor, currency: Currency, ourReference: Reference })
export type MoneyBody = z.output<typeof MoneyBody>

export const VoidBody = z.strictObject({ ourReference: Reference })
export type VoidBody = z.output<typeof VoidBody>

export const InquiryQuery = z.strictObject({ ourReference: Reference })
export const SettlementsQuery = z.strictObject({
  since: z.union([z.iso.date(), z.iso.datetime()]).optional(),
})

/** Both times in Unix ms; `untilMs` is excluded. */
export const SettlementLinesQuery = z.strictObject({
  sinceMs: z.coerce.number().int().nonnegative(),
  untilMs: z.coerce.number().int().nonnegative(),
  cursor: z.coerce.number().int().nonnegative().default(0),
})
export type SettlementLinesQuery = z.output<typeof SettlementLinesQuery>

/** Where events are posted to, and what signs them. */
export const WebhookBody = z.strictObject({ url: z.url(), secret: z.string().min(16).max(256) })
export type WebhookBody = z.output<typeof WebhookBody>

export const Operation = z.enum(['authorise', 'capture', 'void', 'refund', 'link', 'debit', 'forget'])
export type Operation = z.infer<typeof Operation>

export const FaultKind = z.enum([
  'none',
  'hang',
  'hang-before-commit',
  'reset-before-commit',
  'reset-after-commit',
  'error-500-before',
  'error-500-after',
  'truncated',
  'slow',
  'wrong-echo',
  'unreadable',
  /** Refunds only: received, and carried out (or refused by the bank) a little later. */
  'pending',
  'pending-fails',
])
export type FaultKind = z.infer<typeof FaultKind>

export const FaultBody = z.strictObject({
  fault: FaultKind,
  /** Which requests meet it. */
  on: Operation.default('authorise'),
  /** How many of the next ones it meets. */
  count: z.number().int().min(1).max(1_000_000).default(1),
  /** `slow` only. */
  slowMs: z.number().int().min(1).max(600_000).default(3_000),
})
export type FaultBody = z.output<typeof FaultBody>

export type AuthorisationStatus = 'authorised' | 'captured' | 'voided' | 'declined' | 'pending'

/** An authorisation as every endpoint answers it. */
export type Authorisation = {
  /** Null while `pending`: under way, and neither approved nor declined yet. */
  readonly id: string | null
  readonly outcome: 'approved' | 'declined' | 'pending'
  readonly status: AuthorisationStatus
  readonly amount: number
  readonly currency: string
  readonly ourReference: string
  readonly merchantReference: string
  readonly captured: boolean
  readonly capturedAmount: number
  readonly refundedAmount: number
  readonly authCode: string | null
  readonly decline: { readonly code: string; readonly message: string } | null
  /** The card scheme's id of the payment; null while `pending`. */
  readonly networkRef: string | null
  /** What the card is kept under, when that was asked for. */
  readonly token: string | null
  /** Of a bank account; `pending` then means that the bank has it. */
  readonly debit: boolean
  /** Null while `pending`, as is `createdAt`. */
  readonly card: { readonly brand: string; readonly last4: string } | null
  readonly createdAt: string | null
}

/** A capture, void or refund that was received. */
export type FollowUp = {
  readonly id: string
  readonly kind: 'capture' | 'void' | 'refund'
  readonly state: 'done' | 'pending' | 'failed'
  readonly authorisationId: string
  readonly amount: number
  readonly currency: string
  readonly ourReference: string
  readonly createdAt: string
}

/** A request that was not carried out, and its place in the API's list of error codes. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export const errorBody = (code: string, message: string) => ({ error: { code, message } })
