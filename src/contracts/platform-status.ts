import { z } from 'zod'

const Part = z.enum(['up', 'down'])

/** How one gateway did within the last quarter of an hour. Times are epoch ms, durations ms. */
export const GatewayStatus = z.strictObject({
  gateway: z.string(),
  connector: z.string(),
  breaker: z
    .enum(['closed', 'half-open', 'open'])
    .describe('closed: all is well. open: no new card is asked for. half-open: one is let through to see'),
  retryAt: z.number().int().nullable().describe('While not closed: when the next card is let through'),
  calls: z.number().int(),
  failures: z.number().int().describe('No connection, no answer, or a breakdown of the gateway’s own (5xx)'),
  repeats: z.number().int().describe('Requests sent again with the same key'),
  medianMs: z.number().int().nullable(),
  p95Ms: z.number().int().nullable(),
  unknown: z.strictObject({ count: z.number().int(), oldestAt: z.number().int().nullable() }),
})
export type GatewayStatus = z.infer<typeof GatewayStatus>

/** The platform as one merchant may see it: its own gateway, its own open outcomes and events. */
export const PlatformStatus = z.strictObject({
  at: z.number().int(),
  vault: Part,
  bridge: Part,
  store: Part,
  gateways: z.array(GatewayStatus),
  outbox: z.strictObject({ waiting: z.number().int(), oldestAt: z.number().int().nullable() }).nullable(),
})
export type PlatformStatus = z.infer<typeof PlatformStatus>
