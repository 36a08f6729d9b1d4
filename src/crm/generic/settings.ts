import { z } from 'zod'
import { faultOf } from '../mapping.ts'

const template = (most: number) =>
  z
    .string()
    .max(most)
    .superRefine((text, context) => {
      const because = faultOf(text)
      if (because) context.addIssue({ code: 'custom', message: because })
    })

/** Any system with an HTTP API that takes JSON. */
export const Settings = z.strictObject({
  origin: z.string().regex(/^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/i, 'https://host[:port], without a path'),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
  /** A template: `/payments/{{paymentId}}`. Values are escaped for a path. */
  path: template(500).refine((text) => text.startsWith('/'), 'begins with /'),
  /** A template of JSON, whose texts stand in quotes: `{"amount": {{amount}}, "note": "{{title}}"}`. */
  body: template(8_000),
  /** Header that carries the event's id, for systems that keep it and answer a repetition with the first answer. */
  idempotencyHeader: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,49}$/)
    .default('Idempotency-Key'),
  /** Beside 2xx, what means "I have that already". */
  alreadyThere: z.array(z.number().int().min(300).max(499)).max(5).default([409]),
  /** What means that the record is not there. */
  recordGone: z.array(z.number().int().min(400).max(499)).max(5).default([404, 410]),
  requestsPerMinute: z.number().int().min(1).max(6_000).default(120),
})
export type Settings = z.output<typeof Settings>
