import { z } from 'zod'
import { CardBrand } from './card.ts'

/** Cards that the gateway keeps for the merchant's customers, as the API shows them: no digit but the last four. */

/**
 * By whom a kept card may be used again: `customer` at their own later orders, `merchant` also without them (renewals,
 * instalments, a balance that falls due).
 */
export const CardUse = z.enum(['customer', 'merchant'])
export type CardUse = z.infer<typeof CardUse>

/** How the caller agreed that the card is kept. Who noted it and when is kept with it. */
export const KeepCard = z.strictObject({
  use: CardUse.describe('customer: for their own later orders; merchant: also for renewals without them'),
  consent: z.enum(['spoken', 'keyed', 'written']).describe('How the caller agreed'),
})
export type KeepCard = z.infer<typeof KeepCard>

export const StoredCardResource = z.strictObject({
  id: z.string(),
  /** The merchant's own name for whose card it is. */
  customer: z.string(),
  brand: CardBrand,
  last4: z.string(),
  expiryMonth: z.number().int().min(1).max(12),
  expiryYear: z.number().int(),
  /** True from the first moment after its last month, in UTC. */
  expired: z.boolean(),
  gateway: z.string(),
  use: CardUse,
  consent: z.strictObject({
    how: KeepCard.shape.consent,
    by: z.strictObject({ kind: z.enum(['agent', 'api-key', 'system']), id: z.string() }),
    at: z.number().int(),
  }),
  /** The payment at which it was kept. */
  paymentId: z.string(),
  /** `forgetting`: no longer used here; the gateway is being told to forget it too. */
  state: z.enum(['kept', 'forgetting']),
  /** While the gateway was told and has not forgotten it: why not, the last that is known. It is told again. */
  stillAtGateway: z
    .strictObject({ because: z.string(), since: z.number().int() })
    .optional()
    .describe('Only while it is being forgotten, and the gateway has not confirmed that yet'),
  createdAt: z.number().int(),
})
export type StoredCardResource = z.infer<typeof StoredCardResource>

/** Which of the customer's cards: by its id, or by the last four digits as they say them. */
export const UseStoredCard = z
  .strictObject({
    cardId: z.string().max(64).optional(),
    last4: z
      .string()
      .regex(/^\d{4}$/, 'four digits')
      .optional()
      .describe('Of the customer that the payment names'),
    csc: z
      .enum(['as-configured', 'ask'])
      .default('as-configured')
      .describe('ask: the caller keys the security code again, whatever the merchant’s rule'),
  })
  .refine(({ cardId, last4 }) => (cardId === undefined) !== (last4 === undefined), {
    path: ['cardId'],
    message: 'name the card by one of cardId and last4',
  })
export type UseStoredCard = z.output<typeof UseStoredCard>
