import { z } from 'zod'

/** One Zendesk account. */
export const Settings = z.strictObject({
  subdomain: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'the name before .zendesk.com'),
  /** Of the plan's; 200 is the smallest. */
  requestsPerMinute: z.number().int().min(10).max(2_500).default(200),
})
export type Settings = z.output<typeof Settings>
