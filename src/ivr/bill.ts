import { z } from 'zod'
import { AmountMinor } from '../base/money.ts'
import { spokenCurrencies } from './speech/language.ts'

/** What a look-up knows of a keyed account or invoice. */
export const Bill = z.strictObject({
  /** The merchant's own spelling: what the payment's `reference` becomes. */
  reference: z.string().trim().min(1).max(64),
  /** What is due, in minor units; null: the caller says how much. */
  amountMinor: AmountMinor.nullable().default(null),
  /** The flow's own unless told. */
  currency: z.enum(spokenCurrencies).optional(),
  /** The day it is due, `2026-11-30`; said with the amount. */
  dueOn: z.iso.date().nullable().default(null),
  /** The merchant's name for who pays: the payment's `customer`. */
  customer: z.string().trim().min(1).max(255).optional(),
  description: z.string().trim().max(200).optional(),
  /** Goes into the payment's metadata as it is. */
  metadata: z
    .record(z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/), z.string().max(500))
    .refine((entries) => Object.keys(entries).length <= 10, 'at most ten entries')
    .optional(),
})
export type Bill = z.output<typeof Bill>
