import { z } from 'zod'
import { apiVersions } from '../../contracts/api-version.ts'

const Agent = z.strictObject({
  email: z.email(),
  name: z.string().min(1),
  role: z.enum(['agent', 'supervisor', 'admin']).default('agent'),
  password: z.string().min(12, 'at least 12 characters'),
})

export const Merchant = z.strictObject({
  id: z.string().regex(/^mer_[0-9a-z]{1,32}$/, 'mer_ and lower-case letters or digits'),
  name: z.string().min(1),
  gateway: z.string(),
  /** Where this merchant's acquirer has it otherwise than `control.moto` says. */
  moto: z.strictObject({ agent: z.boolean().optional(), selfService: z.boolean().optional() }).default({}),
  storedCards: z.strictObject({ askCsc: z.boolean().default(false) }).prefault({}),
  agents: z.array(Agent).default([]),
  apiKeys: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        key: z.string().min(32),
        version: z.enum(apiVersions).optional(),
      }),
    )
    .default([]),
  webhooks: z.array(z.strictObject({ url: z.url(), secret: z.string().startsWith('whsec_') })).default([]),
})
