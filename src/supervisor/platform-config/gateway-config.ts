import { z } from 'zod'
import { seconds, url } from './scalars.ts'

export const Gateway = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,32}$/, 'lower-case letters, digits and dashes'),
  connector: z.string(),
  origin: url('https'),
  apiKey: z.string().min(8),
  /** What the connector needs beside the key; see docs/gateways. */
  settings: z.record(z.string(), z.string()).optional(),
  caFile: z.string().nullable().default(null),
  webhookSecrets: z.array(z.string().min(16, 'at least 16 characters')).max(4).default([]),
  timeoutSeconds: seconds(1, 120).default(30),
})
