import { z } from 'zod'

/** One Zendesk account. */
export const Settings = z.strictObject({
  subdomain: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'the name before .zendesk.com'),
})
export type Settings = z.output<typeof Settings>
