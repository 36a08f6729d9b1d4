import { z } from 'zod'
import { Currency } from '../base/money.ts'

/**
 * - `missing-here`: the gateway moved money of which we know nothing
 * - `missing-there`: we say that money moved, and the gateway does not list it
 * - `other-amount`: both know of it, with different amounts
 */
export const DifferenceKind = z.enum(['missing-here', 'missing-there', 'other-amount'])
export type DifferenceKind = z.infer<typeof DifferenceKind>

const Minor = z.number().int()

/** One disagreement of our ledger and the gateway's. Amounts are negative where money is given back. */
export const DifferenceResource = z.strictObject({
  id: z.string(),
  reconciliationId: z.string(),
  kind: DifferenceKind,
  /** The gateway's line, or our attempt or refund: the same in every run that finds it again. */
  subject: z.string(),
  paymentId: z.string().nullable(),
  gatewayRef: z.string().nullable(),
  oursMinor: Minor.nullable(),
  theirsMinor: Minor.nullable(),
  currency: Currency,
  createdAt: z.number().int(),
})
export type DifferenceResource = z.infer<typeof DifferenceResource>

/** One comparison of our ledger with the gateway's settlement lines. Times are epoch ms. */
export const ReconciliationResource = z.strictObject({
  id: z.string(),
  gateway: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  since: z.number().int(),
  /** Excluded. */
  until: z.number().int(),
  /** Of the gateway, and those of them that agree with ours. */
  lines: z.number().int(),
  matched: z.number().int(),
  differences: z.number().int(),
  because: z.string().nullable(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
})
export type ReconciliationResource = z.infer<typeof ReconciliationResource>

const longestMs = 31 * 24 * 3_600_000

export const NewReconciliation = z
  .strictObject({
    since: z.number().int().nonnegative().describe('Epoch ms'),
    until: z.number().int().positive().describe('Epoch ms, excluded; at most 31 days after `since`'),
  })
  .refine(({ since, until }) => until > since && until - since <= longestMs, {
    message: 'after `since`, and at most 31 days after it',
    path: ['until'],
  })
