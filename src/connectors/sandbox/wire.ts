import { z } from 'zod'
import { AmountMinor, Currency } from '../../base/money.ts'

/**
 * What the sandbox gateway answers, as far as we read it. Objects are open on purpose: a field that the gateway adds
 * one day must not turn an approval into an unknown outcome.
 */
const Id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)
const Code = z.string().regex(/^[a-z0-9_]{1,64}$/)

const authorisation = { amount: AmountMinor, currency: Currency, ourReference: z.string() }

export const Authorisation = z.discriminatedUnion('outcome', [
  z.object({
    ...authorisation,
    outcome: z.literal('approved'),
    id: Id,
    status: z.enum(['authorised', 'captured', 'voided']),
    captured: z.boolean(),
    authCode: z.string().max(32).nullable(),
    networkRef: z.string().max(64).nullish(),
    token: z.string().max(64).nullish(),
  }),
  z.object({
    ...authorisation,
    outcome: z.literal('declined'),
    id: Id,
    decline: z.object({ code: Code }),
  }),
  /** Under way at the gateway: neither approved nor declined yet. */
  z.object({ ...authorisation, outcome: z.literal('pending'), debit: z.boolean().default(false) }),
])
export type Authorisation = z.output<typeof Authorisation>

export const Inquiry = z.object({ authorisations: z.array(Authorisation).max(100) })

/** An authorisation as webhooks tell of it. */
export const WebhookAuthorisation = z.object({
  ...authorisation,
  id: Id,
  outcome: z.enum(['approved', 'declined']),
  captured: z.boolean(),
})

/** A capture, void or refund that was received. */
export const FollowUp = z.object({
  id: Id,
  kind: z.enum(['capture', 'void', 'refund']),
  state: z.enum(['done', 'pending', 'failed']).default('done'),
  ourReference: z.string(),
  authorisationId: Id,
  amount: AmountMinor,
  currency: Currency,
})

export type FollowUp = z.output<typeof FollowUp>

export const Movements = z.object({ movements: z.array(FollowUp).max(100) })

export const SettlementPageBody = z.object({
  lines: z
    .array(
      z.object({
        id: Id,
        kind: z.enum(['payment', 'refund']),
        authorisationId: Id,
        ourReference: z.string(),
        amount: z.number().int(),
        currency: Currency,
        availableAt: z.iso.datetime(),
      }),
    )
    .max(1_000),
  nextCursor: z.string().max(64).nullable(),
})

export const ErrorBody = z.object({ error: z.object({ code: Code }) })
