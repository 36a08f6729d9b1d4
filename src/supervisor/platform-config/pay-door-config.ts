import { z } from 'zod'
import { port, url } from './scalars.ts'

const Door = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,32}$/, 'lower-case letters, digits and dashes'),
  path: z.string().regex(/^(\/[A-Za-z0-9_-]{1,64}){1,8}$/, 'a path of plain segments: /pay/main'),
  username: z.string().min(1),
  password: z.string().min(16, 'at least 16 characters'),
  /** Twilio's auth token, when the provider signs what it posts. */
  signingToken: z.string().min(16).nullable().default(null),
  merchant: z.string(),
  gateway: z.string(),
})

/** Where Twilio or Telnyx post cards that they took; docs/gateways/pay-connector.md. */
export const PayDoor = z
  .strictObject({
    host: z.string().default('127.0.0.1'),
    port: port.default(8444),
    publicUrl: url('https').nullable().default(null),
    certificateFile: z.string(),
    keyFile: z.string(),
    warm: z.number().int().min(0).max(16).default(1),
    mostAtOnce: z.number().int().min(1).max(1_000).default(16),
    doors: z.array(Door).min(1),
  })
  .nullable()
  .default(null)
