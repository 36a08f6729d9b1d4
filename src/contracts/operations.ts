import { z } from 'zod'
import { AmountMinor, Currency } from '../base/money.ts'

/** What may be done with an authorised payment, without its card. */
export const OperationKind = z.enum(['capture', 'void', 'refund'])
export type OperationKind = z.infer<typeof OperationKind>

/**
 * - `open`: written, and on its way to the gateway
 * - `unknown`: no readable answer; the gateway is asked until it is known, and the order is never given twice
 * - `pending`: received by the gateway, which tells later what came of it (refunds: up to days)
 * - `done`, `failed`: for good
 */
export const OperationState = z.enum(['open', 'unknown', 'pending', 'done', 'failed'])
export type OperationState = z.infer<typeof OperationState>

/** What merchants are told of an operation, with the payment's event. */
export const OperationFacts = z.strictObject({
  id: z.string(),
  kind: OperationKind,
  amountMinor: AmountMinor,
  state: OperationState,
})
export type OperationFacts = z.infer<typeof OperationFacts>

/** A capture, void or refund, as the API shows it. Times are epoch ms. */
export const OperationResource = z.strictObject({
  ...OperationFacts.shape,
  paymentId: z.string(),
  currency: Currency,
  /** The gateway's name for it, once it has one. */
  gatewayRef: z.string().nullable(),
  /** Why it stands as it does: the gateway's code of a refusal, or what is not known. */
  because: z.string().nullable(),
  /** As the one who ordered it gave it. */
  reason: z.string().nullable(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
})
export type OperationResource = z.infer<typeof OperationResource>

export const CaptureOrder = z.strictObject({
  amountMinor: AmountMinor.optional().describe(
    'At most what was authorised; all of it unless told. What is not taken is released.',
  ),
})
export const VoidOrder = z.strictObject({})
export const RefundOrder = z.strictObject({
  amountMinor: AmountMinor.optional().describe(
    'At most what was captured and not given back yet; all of it unless told.',
  ),
  reason: z.string().trim().min(1).max(200).optional().describe('For your books; the caller does not see it'),
})
