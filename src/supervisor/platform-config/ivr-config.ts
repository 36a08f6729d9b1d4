import { z } from 'zod'

const flowName = z.string().regex(/^[a-z0-9-]{1,40}$/, 'lower-case letters, digits and dashes: a file’s name')

/** Callers without an agent, and what callers are told; docs/ivr.md. */
export const Ivr = z.strictObject({
  flowsDir: z.string().min(1).default('config/flows'),
  promptsDir: z.string().min(1).nullable().default(null),
  sipFlow: flowName.nullable().default(null),
  lookups: z
    .array(
      z.strictObject({
        name: flowName,
        url: z.url({ protocol: /^https?$/ }),
        secret: z.string().startsWith('whsec_', 'whsec_… of the Standard Webhooks specification'),
      }),
    )
    .max(50)
    .default([]),
})
