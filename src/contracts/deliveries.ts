import { z } from 'zod'

export const DeliveryState = z.enum(['waiting', 'delivered', 'dead'])
export type DeliveryState = z.infer<typeof DeliveryState>

/** One event on its way to one target. No body: who may read payments reads it there. Times are epoch ms. */
export const DeliveryResource = z.strictObject({
  /** `<eventId>~<target>`. */
  id: z.string(),
  eventId: z.string(),
  target: z.string(),
  type: z.string(),
  paymentId: z.string(),
  state: DeliveryState,
  attempts: z.number().int(),
  /** When it is tried next; null once it is over. */
  nextAttemptAt: z.number().int().nullable(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
})
export type DeliveryResource = z.infer<typeof DeliveryResource>

export const AttemptResource = z.strictObject({
  attempt: z.number().int(),
  /** Of HTTP or SMTP; null when there was no answer. */
  status: z.number().int().nullable(),
  outcome: z.string(),
  latencyMs: z.number().int(),
  at: z.number().int(),
})
export type AttemptResource = z.infer<typeof AttemptResource>
